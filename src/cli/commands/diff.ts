/** `latency-lab diff`: two runs side by side. */
import { Argument } from 'commander';
import { diffReports, type ReportDiff } from '../../core/report/diff.ts';
import { diffHeads, diffJUnit, diffMarkdown, diffRows } from '../../core/report/diff-formats.ts';
import { type Crossing, crossings, type Thresholds } from '../../core/report/gate.ts';
import { known } from '../../core/known.ts';
import { defineCommand } from '../command.ts';
import { choice, percent, toggle } from '../options.ts';
import { readReportFile } from '../report-file.ts';
import { table } from '../text.ts';

export const diffTable = (diff: ReportDiff): string =>
  table(
    diffHeads.map((title, i) => ({ title, align: i < 2 || i === diffHeads.length - 1 ? 'left' : 'right' })),
    diffRows(diff),
  );

const formatNames = ['table', 'json', 'markdown', 'junit'] as const;
type Format = (typeof formatNames)[number];

const formats: Readonly<
  Record<Format, (diff: ReportDiff, closing: readonly Crossing[], limits: Thresholds) => string>
> = {
  table: diffTable,
  json: (diff, closing) =>
    `${JSON.stringify({ ...diff, passed: closing.length === 0, crossings: closing }, null, 2)}\n`,
  markdown: (diff, closing, limits) => diffMarkdown(diff, closing, Object.keys(limits).length > 0),
  junit: (diff, closing, limits) => diffJUnit(diff, closing, Object.keys(limits)),
};

export const diff = defineCommand({
  name: 'diff',
  summary: 'Tells what changed from one run to another, with intervals.',
  details: [
    'Compares medians and 99th percentiles of all planned requests, medians of cold answers, and shares: failed, cold, not sent, invalid rounds. Rounds are the sample: a verdict takes 5 in both runs, and as many requests in each as the percentile needs (150 for p99). Where both runs measured the null target, its change is taken out, because two runs differ as runs; the change as measured stands beside it.',
    'A threshold that is crossed makes the exit code 1, so that a pipeline can stop. A rise crosses it when it is larger than allowed, as measured and without the null target’s change, and its 99 % interval shows a rise. A gate that cannot judge does not let pass: too few rounds, or figures that are missing, end with 1 as well; --allow-undecided lets those pass.',
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
    maxP50Increase: percent('--max-p50-increase <PERCENT>', 'the most that the median may rise'),
    maxP99Increase: percent('--max-p99-increase <PERCENT>', 'the most that the 99th percentile may rise'),
    maxColdIncrease: percent(
      '--max-cold-increase <PERCENT>',
      'the most that the median of cold requests under load may rise',
    ),
    maxErrorIncrease: percent(
      '--max-error-increase <PERCENT>',
      'the most that the share of failed requests may rise, in percentage points',
    ),
    maxColdShareIncrease: percent(
      '--max-cold-share-increase <PERCENT>',
      'the most that the share of cold answers may rise, in percentage points',
    ),
    maxUnsent: percent(
      '--max-unsent <PERCENT>',
      'the most of the planned requests that the new run may leave unsent',
    ),
    maxInvalid: percent(
      '--max-invalid <PERCENT>',
      'the most of its rounds that the new run may have invalid',
    ),
    allowUndecided: toggle(
      '--allow-undecided',
      'let pass what cannot be judged, as with fewer than 5 rounds',
    ),
    format: choice<Format>('--format <FORMAT>', formatNames, 'default table'),
    json: toggle('--json', 'the same as --format json'),
  },
  run: async (values, [base = '', other = ''], { print, terminal, root }) => {
    const found = diffReports(await readReportFile(base, root), await readReportFile(other, root));
    const limits: Thresholds = known({
      p50: values.maxP50Increase,
      p99: values.maxP99Increase,
      'cold-p50': values.maxColdIncrease,
      errors: values.maxErrorIncrease,
      'cold-share': values.maxColdShareIncrease,
      unsent: values.maxUnsent,
      invalid: values.maxInvalid,
    });
    const all = crossings(found, limits);
    const closing = all.filter(({ kind }) => kind !== 'undecided' || values.allowUndecided !== true);
    const format: Format = values.json === true ? 'json' : (values.format ?? 'table');
    print(formats[format](found, closing, limits));
    for (const condition of found.conditions) terminal.say(`${terminal.style.bold('Note:')} ${condition}`);
    for (const id of found.added) terminal.say(`${id}: only in the new run`);
    for (const id of found.missing) terminal.say(`${id}: has figures in the base run only`);
    for (const crossing of all) {
      const { red, dim } = terminal.style;
      const head = {
        crossed: red('Threshold crossed:'),
        missing: red('Missing:'),
        undecided: red('Undecided:'),
      }[crossing.kind];
      terminal.say(
        closing.includes(crossing)
          ? `${head} ${crossing.sentence}`
          : dim(`Undecided, let pass: ${crossing.sentence}`),
      );
    }
    return closing.length === 0 ? 0 : 1;
  },
});
