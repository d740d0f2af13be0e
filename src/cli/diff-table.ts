/** A diff in words and figures for the terminal. */
import type { MetricDiff, ReportDiff } from '../core/report/diff.ts';
import type { Crossing } from '../core/report/diff-thresholds.ts';
import { formatMs } from '../core/report/format.ts';
import { table, type Column } from './terminal/table.ts';

const columns: readonly Column[] = [
  { title: 'target', align: 'left' },
  { title: 'metric', align: 'left' },
  { title: 'base', align: 'right' },
  { title: 'new', align: 'right' },
  { title: 'change', align: 'right' },
  { title: '99 % interval', align: 'right' },
  { title: 'verdict', align: 'left' },
];

const percent = (ratio: number): string => `${ratio >= 1 ? '+' : ''}${((ratio - 1) * 100).toFixed(1)} %`;
const share = (value: number): string => `${(value * 100).toFixed(2)} %`;

const words = {
  different: 'different',
  'no-difference': 'no difference shown',
  'this-run-only': 'too few rounds to tell',
};

const row = (id: string, { metric, base, other, verdict }: MetricDiff): string[] => {
  if (verdict === undefined) {
    const points = (other - base) * 100;
    return [
      id,
      metric,
      share(base),
      share(other),
      `${points >= 0 ? '+' : ''}${points.toFixed(2)} points`,
      '',
      '',
    ];
  }
  const interval = 'low' in verdict ? `${percent(verdict.low)} to ${percent(verdict.high)}` : '-';
  const figures = [formatMs(base), formatMs(other), percent(verdict.ratio), interval];
  return [id, metric, ...figures, words[verdict.outcome]];
};

export const diffTable = (diff: ReportDiff): string =>
  table(
    columns,
    diff.targets.flatMap(({ id, metrics }) => metrics.map((metric) => row(id, metric))),
  );

export const crossingText = ({ id, metric, increase, limit = 0 }: Crossing): string => {
  if (metric === 'missing') return `${id ?? ''}: has no figures any more`;
  if (increase === undefined) return `${metric} cannot be judged: no target has it in both runs`;
  const unit = metric === 'errors' ? 'points' : '%';
  return `${id ?? ''}: ${metric} rose by ${(increase * 100).toFixed(1)} ${unit}; allowed: ${(limit * 100).toFixed(1)} ${unit}`;
};
