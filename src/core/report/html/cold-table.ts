import { formatCount, formatNumber } from '../format.ts';
import { nameCell, quantileCell } from './ranking-section.ts';
import type { Series } from './figure-data.ts';
import { markup, type Markup } from './markup.ts';
import { table } from './table.ts';

/** What a request costs that has to wait for a new process, or why there is none. */
export const coldTable = (all: readonly Series[]): Markup => {
  const rows = all.flatMap((series) => {
    const { cold, warm } = series.target.response;
    if (cold === undefined) return [];
    const p50 = warm?.quantiles.p50;
    const times = p50 !== undefined && 'ms' in p50 ? `${formatNumber(cold.meanMs / p50.ms)} ×` : '–';
    return [
      [
        nameCell(series),
        formatCount(cold.n),
        formatNumber(cold.meanMs),
        times,
        quantileCell(cold, 'p50'),
        formatNumber(cold.minMs),
        formatNumber(cold.maxMs),
      ],
    ];
  });
  if (rows.length === 0) {
    return markup`<p class="note">No measured answer was cold: by then verification and warm-up had started the processes.</p>`;
  }
  return table(
    'Cold answers: response time in ms of requests that waited for a process to initialise',
    [
      { head: 'Target' },
      ...['n', 'mean', 'mean over warm p50', 'p50', 'min', 'max'].map((head) => ({
        head,
        classes: 'number',
      })),
    ],
    rows,
  );
};
