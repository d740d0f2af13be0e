/** Puts the view model together: see view-model.ts for what it is. */
import { describeLoad, formatCount, formatInstant, plural } from './format.ts';
import { headlineOf } from './headline.ts';
import type { Report } from '../schema/report.ts';
import { coldStartSection } from './view-cold-starts.ts';
import { logSections } from './view-logs.ts';
import { costSection } from './view-cost.ts';
import { seriesOf, tailFigure, timesFigure } from './view-figures.ts';
import type { Block, Figure, ReportView, Section, TargetRow } from './view-model.ts';
import { rankingSection, summaryOf } from './view-ranking.ts';
import { recommendationSection } from './view-recommendation.ts';
import { rowsOf, tableOf } from './view-rows.ts';
import { distributionFigure } from './view-strips.ts';
import { problemsOf } from './thresholds.ts';
import { tuningSections } from './view-tuning.ts';
import { failureSection, harnessSection, targetSection } from './view-targets.ts';
import { howToRead, limitsOf, localFace, methodSentences, referenceCaveats } from './words.ts';

const figureBlocks = (...figures: readonly (Figure | undefined)[]): Block[] =>
  figures.flatMap((figure) => (figure === undefined ? [] : [{ kind: 'figure', figure }]));

const latencySection = (rows: readonly TargetRow[]): Section => {
  const series = seriesOf(rows);
  const figures = figureBlocks(distributionFigure(series), tailFigure(series));
  const nothing = 'No request was answered, so there is nothing to plot.';
  return {
    id: 'latency',
    title: 'Latency',
    short: 'Latency',
    full: true,
    blocks: figures.length === 0 ? [{ kind: 'text', text: nothing }] : figures,
  };
};

const timelineSection = (report: Report, rows: readonly TargetRow[]): Section[] => {
  const blocks = figureBlocks(timesFigure(rows, report.method.rounds));
  if (blocks.length === 0) return [];
  return [{ id: 'timeline', title: 'Time line', short: 'Time line', full: true, blocks }];
};

/** Others' figures, never without their caveats. Nothing where no target has any. */
const referenceSection = ({ targets }: Report): Section[] => {
  const rows = targets.flatMap(({ id, reference }) =>
    reference === undefined ? [] : [{ id, ...reference }],
  );
  if (rows.length === 0) return [];
  const blocks: Block[] = [
    ...tableOf('Published figures, not measured here', rows, [
      ['Target', ({ id }) => id],
      ['mean, ms', ({ meanMs }) => formatCount(meanMs)],
      ['price', ({ dollars, per }) => `$${dollars.toFixed(2)} per ${per}`],
    ]),
    { kind: 'list', items: referenceCaveats },
  ];
  return [{ id: 'reference', title: 'Reference figures of others', blocks }];
};

const methodSection = (report: Report): Section => {
  const { load, rounds } = report.method;
  const text = `${describeLoad(load)}, ${plural(rounds, 'round')}; a request without a full answer after ${formatCount(load.timeoutMs)} ms is a failure.`;
  return {
    id: 'method',
    title: 'How it was measured',
    short: 'Method',
    blocks: [
      { kind: 'text', text },
      { kind: 'list', items: methodSentences(report) },
    ],
  };
};

const readingSection: Section = {
  id: 'reading',
  title: 'How to read it',
  short: 'Reading it',
  full: true,
  blocks: [{ kind: 'terms', items: howToRead.map(([term, text]) => ({ term, text })) }],
};

const limitSection = (report: Report): Section => ({
  id: 'limits',
  title: 'What these figures cannot tell',
  blocks: [{ kind: 'list', items: limitsOf(report) }],
});

/** Host, versions and whatever else the run was told to print, as it is. */
const placeSection = (report: Report): Section => {
  const pairs = [
    ['run', report.runId],
    ['lab', report.labName],
    ['plane', report.plane === 'local' ? 'local emulation' : 'AWS'],
    ['planned', formatInstant(report.createdAt)],
    ['reported', formatInstant(report.finishedAt)],
    ...Object.entries(report.labels),
  ] as const;
  const items = pairs.map(([term, text]) => ({ term, text }));
  return { id: 'place', title: 'Where it ran', blocks: [{ kind: 'facts', items }] };
};

const thresholdSection = ({ crossed }: Report): Section[] =>
  crossed === undefined
    ? []
    : [
        {
          id: 'thresholds',
          title: 'Thresholds crossed',
          short: 'Thresholds',
          blocks: [{ kind: 'list', items: crossed }],
        },
      ];

/** Pure: the same report gives the same view. @throws InputError on an unreadable histogram */
export const viewOf = (report: Report): ReportView => {
  const { title, sentences } = headlineOf(report);
  const rows = rowsOf(report);
  return {
    report,
    title,
    lead: sentences,
    ...(report.plane === 'local' ? { face: localFace } : {}),
    dateline: [
      formatInstant(report.finishedAt),
      `${describeLoad(report.method.load)}, ${plural(report.method.rounds, 'round')}`,
    ],
    rows,
    summary: summaryOf(report, rows),
    problems: [...problemsOf(report), ...report.remarks],
    sections: [
      ...thresholdSection(report),
      rankingSection(report, rows),
      ...recommendationSection(report, rows),
      latencySection(rows),
      coldStartSection(report, rows),
      ...tuningSections(rows),
      ...logSections(rows),
      ...costSection(report, rows),
      failureSection(report),
      ...timelineSection(report, rows),
      targetSection(report, rows),
      harnessSection(report),
      ...referenceSection(report),
      methodSection(report),
      readingSection,
      limitSection(report),
      placeSection(report),
    ],
  };
};
