import { coldStartSentences, firstColdsOf, noFirstColds } from '../cold-starts.ts';
import { formatCount, formatNumber, formatRatio } from '../format.ts';
import type { Report } from '../types.ts';
import { coldStartFigure } from './cold-start-figure.ts';
import { coldTable } from './cold-table.ts';
import type { Series } from './figure-data.ts';
import { markup, type Markup, type MarkupValue } from './markup.ts';
import { nameCell, quantileCell } from './ranking-section.ts';
import { section, table } from './table.ts';

const heads = ['alone', 'over warm p50', 'burst n', 'burst p50', 'burst min', 'burst max', 'failed'];

const row = (series: Series): MarkupValue[] => {
  const { alone, burst } = firstColdsOf(series.target);
  const { sent, acknowledged } = series.target.verification ?? { sent: 0, acknowledged: 0 };
  const p50 = series.target.response.warm?.quantiles.p50;
  return [
    nameCell(series),
    alone === undefined
      ? '–'
      : markup`${formatNumber(alone.meanMs)} <small>(${formatCount(alone.n)})</small>`,
    alone === undefined || p50 === undefined || !('ms' in p50)
      ? '–'
      : `${formatRatio(alone.meanMs / p50.ms)} ×`,
    formatCount(burst?.n ?? 0),
    quantileCell(burst, 'p50'),
    burst === undefined ? '–' : formatNumber(burst.minMs),
    burst === undefined ? '–' : formatNumber(burst.maxMs),
    formatCount(sent - acknowledged),
  ];
};

const ofVerification = (report: Report, all: readonly Series[]): MarkupValue => {
  const shown = all.filter(({ target }) => Object.keys(firstColdsOf(target)).length > 0);
  if (shown.length === 0) return markup`<p class="note">${noFirstColds}</p>`;
  return [
    coldStartFigure(shown),
    table(
      'Cold starts before the load, in ms',
      [{ head: 'Target' }, ...heads.map((head) => ({ head, classes: 'number' }))],
      shown.map(row),
      'cold-starts',
    ),
    markup`<ul>${coldStartSentences(report).map((sentence) => markup`<li>${sentence}</li>`)}</ul>`,
  ];
};

/** The cold starts that verification saw, then those of the load. */
export const coldStartSection = (report: Report, all: readonly Series[]): Markup =>
  section(
    'cold-starts',
    'Cold starts',
    ofVerification(report, all),
    markup`<h3>Under the load</h3>`,
    coldTable(all),
  );
