/** What changed from one run to another, and whether it crosses a threshold. */
import { sum } from 'd3-array';
import { known } from '../known.ts';
import { smallestFound } from '../stats/planner.ts';
import { type RoundCount, shareDifference } from '../stats/shares.ts';
import {
  hasEnoughRounds,
  isDecidable,
  leastPerRound,
  meanOfRounds,
  relativeTo,
  type RoundQuantile,
  roundsForVerdict,
  unpairedDifference,
  verdictDefaults,
  verdictOf,
} from '../stats/verdict.ts';
import { describeLoad, plural } from './format.ts';
import { lostOf, quantileByRound, quantileShares } from './latency.ts';
import type { Report, RoundReport, TargetReport } from '../schema/report.ts';

/**
 * Response times of all planned requests and of cold answers, milliseconds; shares, 0 to 1: of planned requests that failed or were not sent,
 * of answers that were cold, of rounds whose generator did not keep its bounds.
 */
export const diffMetrics = ['p50', 'p99', 'cold-p50', 'errors', 'cold-share', 'unsent', 'invalid'] as const;
export type DiffMetric = (typeof diffMetrics)[number];

/** As a share: 0.1 = 10 % more, or 10 points more of a metric that is a share itself. The interval is at 99 %. */
export interface Change {
  readonly by: number;
  readonly low: number;
  readonly high: number;
}

export interface MetricDiff {
  readonly metric: DiffMetric;
  /** `undecided`: the runs do not hold enough to judge by. */
  readonly outcome: 'different' | 'no-difference' | 'undecided';
  /** What is missing, or what decided instead. */
  readonly why?: string;
  /** Absent where the quantile falls among requests without an answer. */
  readonly base?: number;
  readonly other?: number;
  /** The null target's change taken out, where both runs measured one. */
  readonly change?: Change;
  /** Where the null target's change was taken out: the change without that. */
  readonly asMeasured?: Change;
  /** The smallest change that these rounds would have shown in 95 of 100 cases. */
  readonly smallestFound?: number;
}

export interface TargetDiff {
  readonly id: string;
  readonly kind: TargetReport['kind'];
  readonly metrics: readonly MetricDiff[];
}

export interface ReportDiff {
  readonly schema: 'latency-lab.diff.v2';
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

/** A target in both runs. */
interface Both {
  readonly base: TargetReport;
  readonly other: TargetReport;
}

const quantiles = {
  p50: ['all', quantileShares.p50],
  p99: ['all', quantileShares.p99],
  'cold-p50': ['cold', quantileShares.p50],
} as const;

/** The mean of the rounds' quantiles, geometric as the comparison's ratio, so that base, other and change agree. */
const typical = (rounds: readonly RoundQuantile[]): number | undefined => {
  const ms = Math.exp(
    meanOfRounds(rounds.map(({ value, n }) => ({ value: Math.log(value), weight: n }))).estimate,
  );
  return Number.isFinite(ms) ? ms : undefined;
};

const changeOf = (found: { ratio: number; low: number; high: number }): Change => ({
  by: found.ratio - 1,
  low: found.low - 1,
  high: found.high - 1,
});

const tooFew = (
  metric: keyof typeof quantiles,
  [base, other]: readonly (readonly RoundQuantile[])[],
): string => {
  const least = leastPerRound(quantiles[metric][1]);
  const what = metric === 'cold-p50' ? 'cold answers' : 'requests';
  return (
    `${base?.length ?? 0} and ${other?.length ?? 0} rounds with ${least} ${what} or more; ` +
    `a verdict takes ${roundsForVerdict} in both runs`
  );
};

/** @param floors the null target called in the same way, where both runs have one */
const quantileDiff = (
  metric: keyof typeof quantiles,
  { base, other }: Both,
  floors: Both | undefined,
): MetricDiff[] => {
  const [of, q] = quantiles[metric];
  const rounds = [base, other].map((target) => quantileByRound(target, of, q, leastPerRound(q)));
  const [ofBase = [], ofOther = []] = rounds;
  if (metric === 'cold-p50' && ofBase.length === 0 && ofOther.length === 0) return [];
  const figures = known({ metric, base: typical(ofBase), other: typical(ofOther) });
  const measured = unpairedDifference(ofBase, ofOther);
  if (measured === undefined) return [{ metric, outcome: 'undecided', why: tooFew(metric, rounds) }];
  if (!hasEnoughRounds(measured)) return [{ ...figures, outcome: 'undecided', why: tooFew(metric, rounds) }];
  if (!isDecidable(measured)) {
    const { outcome } = shareDiff('errors', { base, other });
    return [{ ...figures, outcome, why: 'it falls among requests without an answer, so failures decide' }];
  }
  const raw = verdictOf(measured);
  const net = floors && withoutFloor([ofBase, ofOther], floors);
  const found = net ?? measured;
  const verdict = verdictOf(found);
  if (raw.outcome === 'this-run-only' || verdict.outcome === 'this-run-only') return [];
  // What the floor did alone is nobody's change; what shows only once the floor is taken out may be the floor's own.
  const agree =
    raw.outcome === 'different' && verdict.outcome === 'different' && raw.ratio > 1 === verdict.ratio > 1;
  return [
    known({
      ...figures,
      outcome: agree ? 'different' : 'no-difference',
      change: changeOf(verdict),
      asMeasured: net === undefined ? undefined : changeOf(raw),
      smallestFound: smallestFound(found.error, found.degrees, verdictDefaults),
    }),
  ];
};

/** The difference once each round is divided by the floor's median in it; undefined where that leaves too few rounds. */
const withoutFloor = ([base = [], other = []]: readonly (readonly RoundQuantile[])[], floors: Both) => {
  const mediansOf = (target: TargetReport) =>
    quantileByRound(target, 'all', quantileShares.p50, leastPerRound(quantileShares.p50));
  const found = unpairedDifference(
    relativeTo(mediansOf(floors.base), base),
    relativeTo(mediansOf(floors.other), other),
  );
  return found !== undefined && isDecidable(found) ? found : undefined;
};

type ShareMetric = Exclude<DiffMetric, keyof typeof quantiles>;

export const isShare = (metric: DiffMetric): metric is ShareMetric => !(metric in quantiles);

const counts: Readonly<Record<ShareMetric, (round: RoundReport) => RoundCount>> = {
  errors: ({ requests }) => ({ count: requests.failed, of: requests.ok + lostOf(requests) }),
  unsent: ({ requests }) => ({
    count: lostOf(requests) - requests.failed,
    of: requests.ok + lostOf(requests),
  }),
  'cold-share': ({ requests, response }) => ({ count: response.cold?.n ?? 0, of: requests.ok }),
  invalid: ({ valid }) => ({ count: valid ? 0 : 1, of: 1 }),
};

const shareOf = (rounds: readonly RoundCount[]): number =>
  sum(rounds, ({ count }) => count) /
  Math.max(
    1,
    sum(rounds, ({ of }) => of),
  );

const shareDiff = (metric: ShareMetric, { base, other }: Both): MetricDiff => {
  const [ofBase, ofOther] = [base.rounds.map(counts[metric]), other.rounds.map(counts[metric])];
  const figures = { metric, base: shareOf(ofBase), other: shareOf(ofOther) };
  const found = shareDifference(ofBase, ofOther, 1 - verdictDefaults.alpha);
  if (found === undefined) return { ...figures, outcome: 'undecided', why: 'no request to judge by' };
  const change = { by: found.difference, low: found.low, high: found.high };
  const least = Math.min(ofBase.length, ofOther.length);
  if (least < roundsForVerdict)
    return {
      ...figures,
      outcome: 'undecided',
      why: `${plural(least, 'round')}; a verdict takes ${roundsForVerdict} in both runs`,
    };
  return { ...figures, change, outcome: found.low > 0 || found.high < 0 ? 'different' : 'no-difference' };
};

const hasFigures = ({ requests }: TargetReport): boolean => requests.ok > 0;

/** The floor that was called in the same way from the same place. */
const floorOf = ({ targets }: Report, like: TargetReport): TargetReport | undefined =>
  like.kind === 'null'
    ? undefined
    : targets.find(
        ({ kind, path, vantage }) => kind === 'null' && path === like.path && vantage === like.vantage,
      );

/** Compares target by target, by id. Pure. */
export const diffReports = (base: Report, other: Report): ReportDiff => {
  const [before = [], after = []] = [base, other].map((report) => report.targets.filter(hasFigures));
  const ids = (targets: readonly TargetReport[]): string[] => targets.map(({ id }) => id);
  const targetDiff = (both: Both): TargetDiff => {
    const [floorBefore, floorAfter] = [floorOf(base, both.base), floorOf(other, both.other)];
    const floors = floorBefore && floorAfter && { base: floorBefore, other: floorAfter };
    return {
      id: both.base.id,
      kind: both.base.kind,
      metrics: [
        ...(['p50', 'p99', 'cold-p50'] as const).flatMap((metric) => quantileDiff(metric, both, floors)),
        ...(['errors', 'cold-share', 'unsent', 'invalid'] as const).map((metric) => shareDiff(metric, both)),
      ],
    };
  };
  return {
    schema: 'latency-lab.diff.v2',
    base: base.runId,
    other: other.runId,
    conditions: differingConditions(base, other),
    targets: before.flatMap((target) => {
      const match = after.find(({ id }) => id === target.id);
      return match === undefined ? [] : [targetDiff({ base: target, other: match })];
    }),
    missing: ids(before).filter((id) => !ids(after).includes(id)),
    added: ids(after).filter((id) => !ids(before).includes(id)),
  };
};
