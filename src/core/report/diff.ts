/** What changed from one run to another. */
import { quantile } from '../stats/quantile.ts';
import { verdict, type Verdict, type VerdictSettings } from '../stats/verdict.ts';
import { differingConditions } from './diff-conditions.ts';
import { roundDistributions } from './round-distributions.ts';
import { quantileShares, type Report, type TargetReport } from './types.ts';

/** Warm and cold response times by quantile, milliseconds; shares of failed requests, 0 to 1. */
export const diffMetrics = ['p50', 'p99', 'cold-p50', 'errors'] as const;
export type DiffMetric = (typeof diffMetrics)[number];

export interface MetricDiff {
  readonly metric: DiffMetric;
  readonly base: number;
  readonly other: number;
  /** `other` over `base` as the mean over rounds, with its interval; absent for errors, which are subtracted instead. */
  readonly verdict?: Verdict;
}

export interface TargetDiff {
  readonly id: string;
  readonly kind: TargetReport['kind'];
  readonly metrics: readonly MetricDiff[];
}

export interface ReportDiff {
  readonly schema: 'latency-lab.diff.v1';
  readonly base: string;
  readonly other: string;
  /** What else differs than the targets: then the figures compare that as well. One sentence each. */
  readonly conditions: readonly string[];
  readonly targets: readonly TargetDiff[];
  /** Targets with figures in one run only. */
  readonly missing: readonly string[];
  readonly added: readonly string[];
}

type Quantile = Exclude<DiffMetric, 'errors'>;
const quantiles: Readonly<Record<Quantile, readonly ['cold' | 'warm', number]>> = {
  p50: ['warm', quantileShares.p50],
  p99: ['warm', quantileShares.p99],
  'cold-p50': ['cold', quantileShares.p50],
};

/** The mean of the rounds' quantiles, geometric as the verdict's ratio, so that base, other and ratio agree. */
const typical = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

const quantileDiff = (
  metric: Quantile,
  base: TargetReport,
  other: TargetReport,
  settings: Partial<VerdictSettings>,
): MetricDiff[] => {
  const [temperature, q] = quantiles[metric];
  const rounds = [base, other].map((target) => [...roundDistributions(target, temperature).values()]);
  const [ofBase = [], ofOther = []] = rounds;
  // Rounds of two runs did not run side by side, so they are drawn apart.
  const found = verdict({ base: ofBase, other: ofOther, paired: false }, q, settings);
  if (found === undefined || !Number.isFinite(found.ratio)) return [];
  const [a = NaN, b = NaN] = [ofBase, ofOther].map((side) =>
    typical(side.map((round) => quantile(round, q))),
  );
  return [{ metric, base: a, other: b, verdict: found }];
};

const errorShare = ({ requests: { ok, failed } }: TargetReport): number =>
  ok + failed === 0 ? 0 : failed / (ok + failed);

const targetDiff = (
  base: TargetReport,
  other: TargetReport,
  settings: Partial<VerdictSettings>,
): TargetDiff => ({
  id: base.id,
  kind: base.kind,
  metrics: [
    ...quantileDiff('p50', base, other, settings),
    ...quantileDiff('p99', base, other, settings),
    ...quantileDiff('cold-p50', base, other, settings),
    { metric: 'errors', base: errorShare(base), other: errorShare(other) },
  ],
});

const hasFigures = ({ requests }: TargetReport): boolean => requests.ok > 0;

/** Compares target by target, by id. Pure: where `settings` name no seed of the bootstrap, it is the base run's. */
export const diffReports = (
  base: Report,
  other: Report,
  settings: Partial<VerdictSettings> = {},
): ReportDiff => {
  const [before, after] = [base, other].map((report) => report.targets.filter(hasFigures));
  const ids = (targets: readonly TargetReport[] = []): string[] => targets.map(({ id }) => id);
  return {
    schema: 'latency-lab.diff.v1',
    base: base.runId,
    other: other.runId,
    conditions: differingConditions(base, other),
    targets: (before ?? []).flatMap((target) => {
      const twin = after?.find(({ id }) => id === target.id);
      return twin === undefined ? [] : [targetDiff(target, twin, { seed: base.method.seed, ...settings })];
    }),
    missing: ids(before).filter((id) => !ids(after).includes(id)),
    added: ids(after).filter((id) => !ids(before).includes(id)),
  };
};
