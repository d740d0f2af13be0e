/**
 * Cold starts that verification saw before the load began, then those of the load. The first are no part of the
 * target's cold response times: those came under the load, after a warm-up.
 */
import { formatCount, formatNumber, formatRatio } from './format.ts';
import { medianMsOf } from './latency.ts';
import type { Report, TargetReport } from '../schema/report.ts';
import { coldStartFigure } from './view-figures.ts';
import type { Block, CellLike, Column, Section, TargetRow } from './view-model.ts';
import { meanCell, nameCell, none, quantileCell } from './view-rows.ts';
import { coldStartSentences } from './words.ts';

const overMedian = (ms: number, target: TargetReport): string => {
  const median = medianMsOf(target.response.warm);
  return median === undefined ? none : `${formatRatio(ms / median)} ×`;
};

const columnsOf = (heads: readonly string[]): Column[] => [
  { head: 'Target', names: true },
  ...heads.map((head) => ({ head, align: 'right' }) as const),
];

const ofVerification = ({ target, colour, firstColds, verificationFailed }: TargetRow): CellLike[] => {
  const { alone, burst } = firstColds;
  return [
    nameCell(target, colour),
    alone === undefined ? none : meanCell(alone),
    alone === undefined ? none : overMedian(alone.meanMs, target),
    formatCount(burst?.n ?? 0),
    quantileCell(burst, 'p50'),
    burst === undefined ? none : formatNumber(burst.minMs),
    burst === undefined ? none : formatNumber(burst.maxMs),
    formatCount(verificationFailed),
  ];
};

const beforeLoad = (report: Report, rows: readonly TargetRow[]): Block[] => {
  const shown = rows.filter(({ firstColds: { alone, burst } }) => (alone ?? burst) !== undefined);
  if (shown.length === 0) {
    const text =
      'Verification saw no cold start: every target had a process already, or does not say in its answers (header x-cold).';
    return [{ kind: 'note', text }];
  }
  return [
    { kind: 'figure', figure: coldStartFigure(shown) },
    {
      kind: 'table',
      caption: 'Cold starts before the load, in ms',
      columns: columnsOf([
        'alone',
        'over warm p50',
        'burst n',
        'burst p50',
        'burst min',
        'burst max',
        'failed',
      ]),
      rows: shown.map(ofVerification),
      look: 'cold-starts',
    },
    { kind: 'list', items: coldStartSentences(report) },
  ];
};

/** What a request costs that has to wait for a new process, or why there is none. */
const underLoad = (rows: readonly TargetRow[]): Block => {
  const cells = rows.flatMap(({ target, colour }) => {
    const { cold } = target.response;
    if (cold === undefined) return [];
    return [
      [
        nameCell(target, colour),
        formatCount(cold.n),
        formatNumber(cold.meanMs),
        overMedian(cold.meanMs, target),
        quantileCell(cold, 'p50'),
        formatNumber(cold.minMs),
        formatNumber(cold.maxMs),
      ],
    ];
  });
  if (cells.length === 0) {
    const text = 'No measured answer was cold: by then verification and warm-up had started the processes.';
    return { kind: 'note', text };
  }
  return {
    kind: 'table',
    caption: 'Cold answers: response time in ms of requests that waited for a process to initialise',
    columns: columnsOf(['n', 'mean', 'mean over warm p50', 'p50', 'min', 'max']),
    rows: cells,
  };
};

export const coldStartSection = (report: Report, rows: readonly TargetRow[]): Section => ({
  id: 'cold-starts',
  title: 'Cold starts',
  short: 'Cold starts',
  blocks: [...beforeLoad(report, rows), { kind: 'heading', text: 'Under the load' }, underLoad(rows)],
});
