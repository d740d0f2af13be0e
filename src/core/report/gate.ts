/** Whether a change from one run to another is let through. */
import { type DiffMetric, diffMetrics, isShare, type MetricDiff, type ReportDiff } from './diff.ts';

/**
 * The most that is allowed: of quantiles the increase as a share of the base (0.1 = 10 %), of errors and cold answers the increase of
 * the share itself, of requests not sent and invalid rounds the new run's share.
 */
export type Thresholds = Partial<Readonly<Record<DiffMetric, number>>>;

/** Something that closes a gate, in one sentence. */
export interface Crossing {
  /** Absent where it is about every target. */
  readonly id?: string;
  readonly metric: DiffMetric | 'missing';
  /** `undecided`: there was not enough to judge by, and a gate that cannot judge must not let pass. */
  readonly kind: 'crossed' | 'undecided' | 'missing';
  readonly sentence: string;
}

const absolute: readonly DiffMetric[] = ['unsent', 'invalid'];

/** What of a metric closes the gate. With the least of both changes: neither the floor's own change nor what is left without it may cross alone. */
const reasonOf = (found: MetricDiff, limit: number): Pick<Crossing, 'kind' | 'sentence'> | undefined => {
  const { metric, outcome, other, change, asMeasured = change, why = '' } = found;
  const inUnits = (value: number, unit: string): string => `${(value * 100).toFixed(1)} ${unit}`;
  if (absolute.includes(metric)) {
    const share = other ?? 0;
    if (share <= limit) return undefined;
    return {
      kind: 'crossed',
      sentence: `${metric} is ${inUnits(share, '%')}; allowed: ${inUnits(limit, '%')}`,
    };
  }
  if (outcome === 'undecided') return { kind: 'undecided', sentence: `${metric} is undecided: ${why}` };
  if (change === undefined || asMeasured === undefined) {
    if (outcome !== 'different' || other !== undefined) return undefined;
    return {
      kind: 'crossed',
      sentence: `${metric} has no answer within the timeout any more, and more requests failed`,
    };
  }
  const increase = Math.min(change.by, asMeasured.by);
  if (increase <= limit || change.low <= 0 || asMeasured.low <= 0) return undefined;
  const unit = isShare(metric) ? 'points' : '%';
  return {
    kind: 'crossed',
    sentence: `${metric} rose by ${inUnits(increase, unit)}; allowed: ${inUnits(limit, unit)}`,
  };
};

const crossingOf = (id: string, found: MetricDiff, limit: number | undefined): Crossing[] => {
  const reason = limit === undefined ? undefined : reasonOf(found, limit);
  if (reason === undefined) return [];
  return [{ id, metric: found.metric, kind: reason.kind, sentence: `${id}: ${reason.sentence}` }];
};

/**
 * What closes the gate: a metric that rose by more than is allowed and whose interval shows that it rose, one that could not be judged, and a
 * target that has no figures any more. The null target closes none: when the floor itself rises, the surroundings changed.
 */
export const crossings = ({ targets, missing }: ReportDiff, thresholds: Thresholds): Crossing[] => {
  const wanted = diffMetrics.filter((metric) => thresholds[metric] !== undefined);
  if (wanted.length === 0) return [];
  const judged = targets.filter(({ kind }) => kind !== 'null');
  const unjudged = wanted.filter(
    (metric) => !judged.some(({ metrics }) => metrics.some((found) => found.metric === metric)),
  );
  return [
    ...judged.flatMap(({ id, metrics }) =>
      metrics.flatMap((found) => crossingOf(id, found, thresholds[found.metric])),
    ),
    ...missing.map((id) => ({
      id,
      metric: 'missing' as const,
      kind: 'missing' as const,
      sentence: `${id}: has no figures any more`,
    })),
    ...unjudged.map((metric) => ({
      metric,
      kind: 'undecided' as const,
      sentence: `${metric} cannot be judged: no target has it in both runs`,
    })),
  ];
};
