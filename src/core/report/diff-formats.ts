/** A comparison of two runs as rows of a table, as Markdown for a pull request, and as JUnit's XML for a pipeline. */
import { formatMs } from './format.ts';
import { type Change, isShare, type MetricDiff, type ReportDiff } from './diff.ts';
import type { Crossing } from './gate.ts';
import { markdownText } from './markdown.ts';

const signed = (value: number, unit: string): string =>
  `${value >= 0 ? '+' : ''}${(value * 100).toFixed(1)} ${unit}`;

const outcomes: Readonly<Record<MetricDiff['outcome'], string>> = {
  different: 'different',
  'no-difference': 'no difference shown',
  undecided: 'undecided',
};

export const diffHeads = [
  'target',
  'metric',
  'base',
  'new',
  'change',
  '99 % interval',
  'as measured',
  'smallest found',
  'verdict',
] as const;

/** Cells in the order of diffHeads. */
const diffRow = (id: string, found: MetricDiff): string[] => {
  const { metric, outcome, change, asMeasured, smallestFound } = found;
  const unit = isShare(metric) ? 'points' : '%';
  const figure = (value: number | undefined): string => {
    if (value === undefined) return '-';
    return isShare(metric) ? `${(value * 100).toFixed(2)} %` : formatMs(value);
  };
  const by = (of: Change | undefined): string => (of === undefined ? '-' : signed(of.by, unit));
  const interval = change === undefined ? '-' : `${signed(change.low, unit)} to ${signed(change.high, unit)}`;
  const smallest = smallestFound === undefined ? '-' : `${(smallestFound * 100).toFixed(0)} %`;
  return [
    id,
    metric,
    figure(found.base),
    figure(found.other),
    by(change),
    interval,
    by(asMeasured),
    smallest,
    outcomes[outcome],
  ];
};

/** Of every metric that says something: shares of 0 in both runs are left out, but that of errors. */
export const diffRows = ({ targets }: ReportDiff): string[][] =>
  targets.flatMap(({ id, metrics }) =>
    metrics
      .filter(
        ({ metric, base, other }) => !isShare(metric) || metric === 'errors' || base !== 0 || other !== 0,
      )
      .map((found) => diffRow(id, found)),
  );

const verdictLine = (crossed: readonly Crossing[]): string => {
  if (crossed.length === 0) return '**Passed**: no threshold was crossed.';
  return `**Stopped**: ${crossed.length === 1 ? 'one reason' : `${crossed.length} reasons`}.`;
};

/** For a pull request: the verdict first, then the table. @param gated whether any threshold was given */
export const diffMarkdown = (diff: ReportDiff, crossed: readonly Crossing[], gated: boolean): string => {
  const line = (cells: readonly string[]): string => `| ${cells.map(markdownText).join(' | ')} |`;
  const list = (items: readonly string[]): string =>
    items.map((item) => `- ${markdownText(item)}`).join('\n');
  const rows = diffRows(diff).map(line);
  const parts = [
    `### ${markdownText(`${diff.base} → ${diff.other}`)}`,
    gated ? verdictLine(crossed) : '',
    list(crossed.map(({ sentence }) => sentence)),
    [line(diffHeads), `| ${diffHeads.map(() => '---').join(' | ')} |`, ...rows].join('\n'),
    list([
      ...diff.conditions,
      ...diff.missing.map((id) => `${id}: has figures in the base run only`),
      ...diff.added.map((id) => `${id}: only in the new run`),
    ]),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
};

const xmlText = (text: string): string =>
  text
    // XML 1.0 has no control characters.
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd]/g, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

/**
 * JUnit's XML, one test case per target and metric with a threshold: `failure` where it was crossed or could not be judged.
 * @param gatedMetrics those with a threshold
 */
export const diffJUnit = (
  diff: ReportDiff,
  crossed: readonly Crossing[],
  gatedMetrics: readonly string[],
): string => {
  const found = diff.targets
    .filter(({ kind }) => kind !== 'null')
    .flatMap(({ id, metrics }) =>
      metrics.filter(({ metric }) => gatedMetrics.includes(metric)).map(({ metric }) => ({ id, metric })),
    );
  const extra = crossed.filter(
    ({ id, metric }) => !found.some((own) => own.id === id && own.metric === metric),
  );
  const cases = [...found, ...extra].map(({ id = 'every target', metric }) => {
    const reason = crossed.find(
      (crossing) => (crossing.id ?? 'every target') === id && crossing.metric === metric,
    );
    const head = `    <testcase classname="${xmlText(id)}" name="${xmlText(metric)}"`;
    if (reason === undefined) return `${head}/>`;
    const text = xmlText(reason.sentence);
    return `${head}>\n      <failure type="${reason.kind}" message="${text}">${text}</failure>\n    </testcase>`;
  });
  const counts = `tests="${cases.length}" failures="${crossed.length}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="${xmlText(`latency-lab diff ${diff.base} ${diff.other}`)}" ${counts}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
};
