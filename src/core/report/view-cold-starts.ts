/**
 * Cold starts that were forced, those that verification saw before the load began, then those of the load. Verification’s are no part of the
 * target's cold response times: those came under the load, after a warm-up.
 */
import { formatCount, formatNumber, formatRatio } from './format.ts';
import { medianMsOf } from './latency.ts';
import type { LatencySummary, Report, TargetReport } from '../schema/report.ts';
import type { Block, Section, TargetRow } from './view-model.ts';
import { meanCell, nameCell, none, quantileCell, tableOf } from './view-rows.ts';
import { coldStartFigure } from './view-strips.ts';
import { forcedBlocks } from './view-forced.ts';
import { coldStartSentences } from './words.ts';

const overMedian = (summary: LatencySummary | undefined, target: TargetReport): string => {
  const median = medianMsOf(target.response.warm);
  return median === undefined || summary === undefined ? none : `${formatRatio(summary.meanMs / median)} ×`;
};

/** @param hasFigure whether the section has a figure of cold starts already */
const beforeLoad = (report: Report, rows: readonly TargetRow[], hasFigure: boolean): Block[] => {
  const shown = rows.filter(({ firstColds: { alone, burst } }) => (alone ?? burst) !== undefined);
  if (shown.length === 0) {
    const text =
      'Verification saw no cold start: every target had a process already, or does not say in its answers (header x-cold).';
    return [{ kind: 'note', text }];
  }
  return [
    ...(hasFigure ? [] : [{ kind: 'figure', figure: coldStartFigure(shown) } as const]),
    ...tableOf(
      'Cold starts before the load, in ms',
      shown,
      [
        ['Target', nameCell],
        ['alone', ({ firstColds: { alone } }) => (alone === undefined ? none : meanCell(alone))],
        ['over warm p50', ({ firstColds, target }) => overMedian(firstColds.alone, target)],
        ['burst n', ({ firstColds: { burst } }) => formatCount(burst?.n ?? 0)],
        ['burst p50', ({ firstColds: { burst } }) => quantileCell(burst, 'p50')],
        ['burst min', ({ firstColds: { burst } }) => formatNumber(burst?.minMs ?? NaN)],
        ['burst max', ({ firstColds: { burst } }) => formatNumber(burst?.maxMs ?? NaN)],
        ['failed', ({ verificationFailed }) => formatCount(verificationFailed)],
      ],
      { look: 'cold-starts' },
    ),
    { kind: 'list', items: coldStartSentences(report) },
  ];
};

/** What a request costs that has to wait for a new process, or why there is none. */
const underLoad = (rows: readonly TargetRow[]): Block[] => {
  const cold = rows.flatMap((row) => {
    const summary = row.target.response.cold;
    return summary === undefined ? [] : [{ ...row, ...summary }];
  });
  const text = 'No measured answer was cold: by then verification and warm-up had started the processes.';
  if (cold.length === 0) return [{ kind: 'note', text }];
  return tableOf(
    'Cold answers: response time in ms of requests that waited for a process to initialise',
    cold,
    [
      ['Target', nameCell],
      ['n', ({ n }) => formatCount(n)],
      ['mean', ({ meanMs }) => formatNumber(meanMs)],
      ['mean over warm p50', (row) => overMedian(row, row.target)],
      ['p50', (row) => quantileCell(row, 'p50')],
      ['min', ({ minMs }) => formatNumber(minMs)],
      ['max', ({ maxMs }) => formatNumber(maxMs)],
    ],
  );
};

export const coldStartSection = (report: Report, rows: readonly TargetRow[]): Section => {
  const forced = forcedBlocks(report, rows);
  const hasFigure = forced.some(({ kind }) => kind === 'figure');
  return {
    id: 'cold-starts',
    title: 'Cold starts',
    short: 'Cold starts',
    blocks: [
      ...forced,
      ...(forced.length === 0 ? [] : [{ kind: 'heading', text: 'Before the load' } as const]),
      ...beforeLoad(report, rows, hasFigure),
      { kind: 'heading', text: 'Under the load' },
      ...underLoad(rows),
    ],
  };
};
