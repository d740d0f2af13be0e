import type { DiffMetric, MetricDiff, ReportDiff } from './diff.ts';

/** The most that is allowed: of quantiles the increase as a share of the base (0.1 = 10 %), of errors the increase of the share itself. */
export type Thresholds = Partial<Readonly<Record<DiffMetric, number>>>;

export interface Crossing {
  readonly id: string;
  readonly metric: DiffMetric | 'missing';
  readonly increase?: number;
  readonly limit?: number;
}

const increaseOf = ({ base, other, verdict }: MetricDiff): number =>
  verdict === undefined ? other - base : verdict.ratio - 1;

/** Whether the runs show any increase at all; with too few rounds for an interval, the measured increase itself decides. */
const isShown = ({ verdict }: MetricDiff): boolean =>
  verdict === undefined || verdict.outcome === 'this-run-only' || verdict.low > 1;

/**
 * The metrics that got worse by more than is allowed, and whose interval shows that they got worse.
 * With any threshold, a target that has no figures any more is a crossing too.
 */
export const crossings = (diff: ReportDiff, thresholds: Thresholds): Crossing[] => {
  if (Object.keys(thresholds).length === 0) return [];
  const worse = diff.targets.flatMap(({ id, metrics }) =>
    metrics.flatMap((metric) => {
      const limit = thresholds[metric.metric];
      const increase = increaseOf(metric);
      if (limit === undefined || increase <= limit || !isShown(metric)) return [];
      return [{ id, metric: metric.metric, increase, limit }];
    }),
  );
  return [...worse, ...diff.missing.map((id) => ({ id, metric: 'missing' as const }))];
};
