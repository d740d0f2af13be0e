/** `latency-lab diff`: two runs side by side. */
import { Argument } from 'commander';
import {
  type Crossing,
  crossings,
  diffReports,
  type MetricDiff,
  type ReportDiff,
} from '../../core/report/diff.ts';
import { known } from '../../core/known.ts';
import { formatMs } from '../../core/report/format.ts';
import { defineCommand } from '../command.ts';
import { choice, percent, toggle } from '../options.ts';
import { readReportFile } from '../report-file.ts';
import { table, type Column } from '../text.ts';

const columns: readonly Column[] = [
  { title: 'target', align: 'left' },
  { title: 'metric', align: 'left' },
  { title: 'base', align: 'right' },
  { title: 'new', align: 'right' },
  { title: 'change', align: 'right' },
  { title: '99 % interval', align: 'right' },
  { title: 'verdict', align: 'left' },
];

const asPercent = (ratio: number): string => `${ratio >= 1 ? '+' : ''}${((ratio - 1) * 100).toFixed(1)} %`;
const share = (value: number): string => `${(value * 100).toFixed(2)} %`;

const words = {
  different: 'different',
  'no-difference': 'no difference shown',
  'this-run-only': 'too few rounds to tell',
};

const row = (id: string, { metric, base, other, verdict }: MetricDiff): string[] => {
  if (verdict === undefined) {
    const points = (other - base) * 100;
    const change = `${points >= 0 ? '+' : ''}${points.toFixed(2)} points`;
    return [id, metric, share(base), share(other), change, '', ''];
  }
  const interval = 'low' in verdict ? `${asPercent(verdict.low)} to ${asPercent(verdict.high)}` : '-';
  const figures = [formatMs(base), formatMs(other), asPercent(verdict.ratio), interval];
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

export const diff = defineCommand({
  name: 'diff',
  summary: 'Tells what changed from one run to another, with intervals.',
  details: [
    'Compares warm medians and 99th percentiles, cold medians and errors, target by target. It takes 5 rounds in both runs for a verdict.',
    'A threshold that is crossed makes the exit code 1, so that a pipeline can stop. A rise crosses it when it is larger than allowed and its 99 % interval shows a rise; with fewer than 5 rounds the measured rise alone decides. With any threshold, a target that lost its figures counts as well, and so does a threshold on something that neither run measured.',
  ],
  examples: [
    'latency-lab diff reports/before reports/after',
    'latency-lab diff before.json after.json --max-p50-increase 10% --max-error-increase 0.5%',
  ],
  arguments: [
    new Argument('<BASE>', 'report.json of the first run, or its directory'),
    new Argument('<NEW>', 'report.json of the second run, or its directory'),
  ],
  options: {
    maxP50Increase: percent('--max-p50-increase <PERCENT>', 'the most that the warm median may rise'),
    maxP99Increase: percent(
      '--max-p99-increase <PERCENT>',
      'the most that the warm 99th percentile may rise',
    ),
    maxColdIncrease: percent(
      '--max-cold-increase <PERCENT>',
      'the most that the median of cold requests under load may rise',
    ),
    maxErrorIncrease: percent(
      '--max-error-increase <PERCENT>',
      'the most that the share of failed requests may rise, in percentage points',
    ),
    format: choice('--format <FORMAT>', ['table', 'json'], 'default table'),
    json: toggle('--json', 'the same as --format json'),
  },
  run: async (values, [base = '', other = ''], { print, terminal, root }) => {
    const found = diffReports(await readReportFile(base, root), await readReportFile(other, root));
    const limits = {
      p50: values.maxP50Increase,
      p99: values.maxP99Increase,
      'cold-p50': values.maxColdIncrease,
      errors: values.maxErrorIncrease,
    };
    const crossed = crossings(found, known(limits));
    print(
      values.format === 'json' || values.json
        ? `${JSON.stringify({ ...found, crossings: crossed }, null, 2)}\n`
        : diffTable(found),
    );
    for (const condition of found.conditions) terminal.say(`${terminal.style.bold('Note:')} ${condition}`);
    for (const id of found.added) terminal.say(`${id}: only in the new run`);
    for (const id of found.missing) terminal.say(`${id}: has figures in the base run only`);
    for (const crossing of crossed)
      terminal.say(`${terminal.style.red('Threshold crossed:')} ${crossingText(crossing)}`);
    return crossed.length === 0 ? 0 : 1;
  },
});
