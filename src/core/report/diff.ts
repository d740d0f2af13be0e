/** What changed from one run to another, and whether it crosses a threshold. */
import { quantile } from '../stats/distribution.ts';
import { verdict, type Verdict, type VerdictSettings } from '../stats/verdict.ts';
import { failedShareOf } from './failures.ts';
import { describeLoad, plural } from './format.ts';
import { quantileShares, roundDistributions } from './latency.ts';
import type { Report, TargetReport } from '../schema/report.ts';

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

const sentence = (what: string, before: string | undefined, after: string | undefined): string =>
  `${what} differs: ${before ?? 'not told'} before, ${after ?? 'not told'} now`;

const loadOf = ({ method: { load } }: Report): string =>
  `${describeLoad(load)} after ${load.warmup} to warm up, time-out ${load.timeoutMs} ms` +
  (load.model === 'open' ? `, at most ${plural(load.maxConnections, 'connection')}` : '');

/** Everything but the targets' code that differs between two runs, one sentence each. */
const differingConditions = (base: Report, other: Report): string[] => {
  const pairs: (readonly [string, string | undefined, string | undefined])[] = [
    ['the plane', base.plane, other.plane],
    ['the load', loadOf(base), loadOf(other)],
    ['the memory', sharedMemories(base, other), sharedMemories(other, base)],
    ...[...new Set([...Object.keys(base.labels), ...Object.keys(other.labels)])].map(
      (name) => [name, base.labels[name], other.labels[name]] as const,
    ),
  ];
  return pairs.flatMap(([what, before, after]) => (before === after ? [] : [sentence(what, before, after)]));
};

/** Of the targets that both runs have: one more target is no other condition for the rest. */
const sharedMemories = ({ targets }: Report, other: Report): string =>
  targets
    .filter(({ id }) => other.targets.some((target) => target.id === id))
    .map(({ id, memoryMb }) => `${id} ${memoryMb ?? '?'} MB`)
    .join(', ');

type QuantileMetric = Exclude<DiffMetric, 'errors'>;
const quantiles: Readonly<Record<QuantileMetric, readonly ['cold' | 'warm', number]>> = {
  p50: ['warm', quantileShares.p50],
  p99: ['warm', quantileShares.p99],
  'cold-p50': ['cold', quantileShares.p50],
};

/** The mean of the rounds' quantiles, geometric as the verdict's ratio, so that base, other and ratio agree. */
const typical = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

const quantileDiff = (
  metric: QuantileMetric,
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

const targetDiff = (
  base: TargetReport,
  other: TargetReport,
  settings: Partial<VerdictSettings>,
): TargetDiff => ({
  id: base.id,
  kind: base.kind,
  metrics: [
    ...(['p50', 'p99', 'cold-p50'] as const).flatMap((metric) => quantileDiff(metric, base, other, settings)),
    { metric: 'errors', base: failedShareOf(base.requests), other: failedShareOf(other.requests) },
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
      const match = after?.find(({ id }) => id === target.id);
      return match === undefined ? [] : [targetDiff(target, match, { seed: base.method.seed, ...settings })];
    }),
    missing: ids(before).filter((id) => !ids(after).includes(id)),
    added: ids(after).filter((id) => !ids(before).includes(id)),
  };
};

/** The most that is allowed: of quantiles the increase as a share of the base (0.1 = 10 %), of errors the increase of the share itself. */
export type Thresholds = Partial<Readonly<Record<DiffMetric, number>>>;

export interface Crossing {
  /** Absent where it is about every target. */
  readonly id?: string;
  /** `missing`: the target has no figures any more. */
  readonly metric: DiffMetric | 'missing';
  /** Absent where there is nothing to judge by. */
  readonly increase?: number;
  readonly limit?: number;
}

const increaseOf = ({ base, other, verdict }: MetricDiff): number =>
  verdict === undefined ? other - base : verdict.ratio - 1;

/** Whether the runs show any increase at all; with too few rounds for an interval, the measured increase itself decides. */
const isShown = ({ verdict }: MetricDiff): boolean =>
  verdict === undefined || verdict.outcome === 'this-run-only' || verdict.low > 1;

/** The null target has none: when the floor itself rises, the surroundings changed, not somebody's service. */
const worse = ({ id, kind, metrics }: TargetDiff, thresholds: Thresholds): Crossing[] =>
  (kind === 'null' ? [] : metrics).flatMap((found) => {
    const limit = thresholds[found.metric];
    const increase = increaseOf(found);
    if (limit === undefined || increase <= limit || !isShown(found)) return [];
    return [{ id, metric: found.metric, increase, limit }];
  });

/**
 * The metrics that got worse by more than is allowed, and whose interval shows that they got worse.
 * With any threshold, a target that has no figures any more is a crossing too, and so is a threshold on a metric that
 * no target has in both runs: a gate that cannot judge must not let pass.
 */
export const crossings = ({ targets, missing }: ReportDiff, thresholds: Thresholds): Crossing[] => {
  const wanted = diffMetrics.filter((metric) => thresholds[metric] !== undefined);
  if (wanted.length === 0) return [];
  const judged = new Set(targets.flatMap(({ metrics }) => metrics.map(({ metric }) => metric)));
  return [
    ...targets.flatMap((target) => worse(target, thresholds)),
    ...missing.map((id) => ({ id, metric: 'missing' as const })),
    ...wanted.filter((metric) => !judged.has(metric)).map((metric) => ({ metric })),
  ];
};
