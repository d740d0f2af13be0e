import { describeLoad, formatCount, formatInstant } from '../format.ts';
import type { Report } from '../types.ts';
import { howToRead, limitsOf, methodSentences, referenceCaveats } from '../words.ts';
import { markup, type Markup, type MarkupValue } from './markup.ts';
import { section, table } from './table.ts';

const bullets = (sentences: readonly string[]): Markup =>
  markup`<ul>${sentences.map((sentence) => markup`<li>${sentence}</li>`)}</ul>`;

/** Others' figures, never without their caveats. Nothing where no target has any. */
export const referenceSection = (report: Report): MarkupValue => {
  const rows = report.targets.flatMap(({ id, reference }) =>
    reference === undefined
      ? []
      : [[id, formatCount(reference.meanMs), `$${reference.dollars.toFixed(2)} per ${reference.per}`]],
  );
  if (rows.length === 0) return undefined;
  return section(
    'reference',
    'Reference figures of others',
    table(
      'Published figures, not measured here',
      [{ head: 'Target' }, { head: 'mean, ms', classes: 'number' }, { head: 'price', classes: 'number' }],
      rows,
    ),
    bullets(referenceCaveats),
  );
};

export const methodSection = (report: Report): Markup =>
  section(
    'method',
    'How it was measured',
    markup`<p>${describeLoad(report.method.load, report.method.rounds)}; a request without a full answer after ${formatCount(report.method.load.timeoutMs)} ms is a failure.</p>`,
    bullets(methodSentences(report)),
  );

export const readingSection = (report: Report): Markup =>
  section(
    'reading',
    'How to read it',
    markup`<dl class="words">${howToRead.map(([term, text]) => markup`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>`,
    markup`<h3>What these figures cannot tell</h3>`,
    bullets(limitsOf(report)),
  );

/** Host, versions and whatever else the run was told to print, as it is. */
export const placeSection = (report: Report): Markup => {
  const pairs = [
    ['run', report.runId],
    ['lab', report.labName],
    ['plane', report.plane === 'local' ? 'local emulation' : 'AWS'],
    ['planned', formatInstant(report.createdAt)],
    ['reported', formatInstant(report.finishedAt)],
    ...Object.entries(report.labels),
  ] as const;
  return section(
    'place',
    'Where it ran',
    markup`<dl class="facts">${pairs.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`,
    markup`<p class="note">This page holds the whole report as JSON (element <code>report-data</code>, schema ${report.schema}), histograms included.</p>`,
  );
};
