/** What the platform logged: where the time of a request goes, and what the functions' own lines add up to. */
import { max } from 'd3-array';
import { formatCount, formatMs, formatNumber, formatShare } from './format.ts';
import type { LogSection } from '../schema/logs.ts';
import type { TargetReport } from '../schema/report.ts';
import type { Waterfall } from '../schema/report-logs.ts';
import type { Block, CellLike, Section, TargetRow, WaterfallFigure, WaterfallPart } from './view-model.ts';
import { idCell, none, tableOf } from './view-rows.ts';

type Logged = TargetRow & { readonly logs: NonNullable<TargetReport['logs']> };
type Live = Logged & { readonly live: LogSection };

const numberOr = (value: number | undefined): string => (value === undefined ? none : formatNumber(value));

const partNames: Readonly<Record<WaterfallPart, string>> = {
  extra: 'network, gateway, platform',
  init: 'initialisation',
  function: 'function',
};

const partsOf = ({ extraMs, initMs, functionMs }: Waterfall): WaterfallFigure['rows'][number]['parts'] => {
  const parts = [
    ['extra', extraMs],
    ['init', initMs],
    ['function', functionMs],
  ] as const;
  return parts.flatMap(([part, ms]) =>
    ms === undefined || ms <= 0 ? [] : [{ part, ms, text: `${partNames[part]} ${formatMs(ms)}` }],
  );
};

const sourceNote = { live: '', copy: ', of its copy' } as const;

const rowsOf = (all: readonly Logged[], cold: boolean): WaterfallFigure['rows'] =>
  all.flatMap(({ target, colour, logs }) =>
    logs.waterfalls
      .filter((one) => one.cold === cold)
      .map((one) => {
        const parts = partsOf(one);
        const label = `n ${formatCount(one.n)}, client ${formatMs(one.clientMs)}${sourceNote[one.source]}`;
        const words = `${target.id}${sourceNote[one.source]}: ${parts.map(({ text }) => text).join(', ')}; the client waited ${formatMs(one.clientMs)}, medians of ${formatCount(one.n)} requests`;
        return { id: target.id, group: one.source, colour, label, words, parts };
      }),
  );

/** Cold and warm requests apart: the ones would make the others invisible. */
const waterfallFigure = (all: readonly Logged[], cold: boolean): Block[] => {
  const rows = rowsOf(all, cold);
  if (rows.length === 0) return [];
  const most = max(rows, ({ parts }) => parts.reduce((sum, { ms }) => sum + ms, 0)) ?? 1;
  const used = (['extra', 'init', 'function'] as const).filter((part) => cold || part !== 'init');
  return [
    {
      kind: 'figure',
      figure: {
        kind: 'waterfall',
        name: cold ? 'cold' : 'warm',
        caption: `${cold ? 'Cold' : 'Warm'} requests: what the client waited for, in ms from 0 to ${formatNumber(most)}. Medians of requests whose log line was found by their id.`,
        mostMs: most,
        legend: used.map((part) => ({ part, text: partNames[part] })),
        rows,
      },
    },
  ];
};

const memoryCell = ({ logs, live }: Live): CellLike => {
  if (live.memory === undefined) return none;
  const text = `${formatCount(Math.round(live.memory.maxUsedMb))} of ${formatCount(Math.round(live.memory.givenMb))}`;
  const dollars = logs.overProvisioned?.dollarsPerMillion;
  return dollars === undefined ? text : { text, note: `unused for $${dollars.toFixed(2)} a million` };
};

const linesCell = ({ live: { requests, expected, missingShare } }: Live): CellLike =>
  missingShare === 0
    ? formatCount(requests)
    : {
        text: formatCount(requests),
        note: `${formatShare(missingShare)} of ${formatCount(expected)} missing`,
        tone: 'bad',
      };

const lineTable = (rows: readonly Live[]): Block[] =>
  tableOf('By the REPORT lines of the functions, verification and warm-up included; durations in ms', rows, [
    ['Target', idCell],
    ['lines', linesCell],
    ['p50', ({ live }) => numberOr(live.durationMs?.p50)],
    ['p99', ({ live }) => numberOr(live.durationMs?.p99)],
    ['max', ({ live }) => numberOr(live.durationMs?.max)],
    ['billed mean', ({ live }) => numberOr(live.billedMs?.mean)],
    ['cold', ({ live }) => `${formatCount(live.coldStarts)} (${coldShare(live)})`],
    ['init p50', ({ live }) => numberOr(live.initMs?.p50)],
    ['init max', ({ live }) => numberOr(live.initMs?.max)],
    ['errors', ({ live }) => formatCount(live.errors)],
    ['timeouts', ({ live }) => formatCount(live.timeouts)],
    ['memory used, MB', memoryCell],
    ['log bytes a request', ({ live }) => numberOr(live.logBytesPerRequest)],
  ]);

const coldShare = ({ coldStarts, requests }: LogSection): string =>
  requests === 0 ? none : formatShare(coldStarts / requests);

const explanation =
  'Duration is the handler alone, as the platform measures it; initialisation is billed too. Memory is the most that any environment used; what is unused is priced at the same duration, although less memory comes with less CPU. A log line counts with 26 bytes besides its text, as it is billed.';

/** Nothing where no target has log lines that were read, or tried to be. */
export const logSections = (rows: readonly TargetRow[]): Section[] => {
  const logged = rows.flatMap((row): Logged[] => {
    const { logs } = row.target;
    return logs === undefined ? [] : [{ ...row, logs }];
  });
  if (logged.length === 0) return [];
  const live = logged.flatMap((row): Live[] =>
    row.logs.live === undefined ? [] : [{ ...row, live: row.logs.live }],
  );
  const remarks = logged.flatMap(({ target, logs }) =>
    logs.remarks.map((text) => ({ term: target.id, text })),
  );
  return [
    {
      id: 'logs',
      title: 'What the platform logged',
      short: 'Logs',
      blocks: [
        ...waterfallFigure(logged, true),
        ...waterfallFigure(logged, false),
        ...lineTable(live),
        ...(remarks.length === 0 ? [] : [{ kind: 'list', items: remarks } as const]),
        { kind: 'note', text: explanation },
      ],
    },
  ];
};
