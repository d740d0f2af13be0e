/** `latency-lab diff`: two runs side by side. */
import { diffReports } from '../../core/report/diff.ts';
import { crossings } from '../../core/report/diff-thresholds.ts';
import { choiceFlag, percentFlag } from '../args/flags.ts';
import { defineCommand } from '../command.ts';
import { crossingText, diffTable } from '../diff-table.ts';
import { readReportFile } from '../report-file.ts';

const asShare = (percent: number | undefined): number | undefined =>
  percent === undefined ? undefined : percent / 100;

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
  positionals: [
    { name: 'BASE', required: true, help: 'report.json of the first run, or its directory' },
    { name: 'NEW', required: true, help: 'report.json of the second run, or its directory' },
  ],
  flags: {
    'max-p50-increase': percentFlag('the most that the warm median may rise'),
    'max-p99-increase': percentFlag('the most that the warm 99th percentile may rise'),
    'max-cold-increase': percentFlag('the most that the median of cold requests under load may rise'),
    'max-error-increase': percentFlag(
      'the most that the share of failed requests may rise, in percentage points',
    ),
    format: choiceFlag(['table', 'json'], 'default table'),
  },
  run: async ({ values, positionals: [base = '', other = ''] }, { print, terminal }) => {
    const found = diffReports(await readReportFile(base), await readReportFile(other));
    const limits = {
      p50: asShare(values['max-p50-increase']),
      p99: asShare(values['max-p99-increase']),
      'cold-p50': asShare(values['max-cold-increase']),
      errors: asShare(values['max-error-increase']),
    };
    const crossed = crossings(
      found,
      Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined)),
    );
    print(
      values.format === 'json'
        ? `${JSON.stringify({ ...found, crossings: crossed }, null, 2)}\n`
        : diffTable(found),
    );
    for (const condition of found.conditions) terminal.say(`${terminal.style.bold('Note:')} ${condition}`);
    for (const id of found.added) terminal.say(`${id}: only in the new run`);
    for (const id of found.missing) terminal.say(`${id}: has figures in the base run only`);
    for (const crossing of crossed)
      terminal.say(`${terminal.style.bad('Threshold crossed:')} ${crossingText(crossing)}`);
    return crossed.length === 0 ? 0 : 1;
  },
});
