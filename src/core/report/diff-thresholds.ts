import { diffMetrics, type DiffMetric, type MetricDiff, type ReportDiff, type TargetDiff } from './diff.ts';

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
