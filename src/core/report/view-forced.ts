/** Cold starts that the run forced: every one as a mark, a table of them, and who starts faster than whom. */
import { median } from 'd3-array';
import { known } from '../known.ts';
import { formatCount, formatNumber, formatRatio } from './format.ts';
import { medianMsOf } from './latency.ts';
import type { Report } from '../schema/report.ts';
import type { ColdStartComparison, ColdStartGroup } from '../schema/report-cold-starts.ts';
import type { Block, CellLike, TargetRow } from './view-model.ts';
import { idCell, none, tableOf } from './view-rows.ts';
import { forcedFigure, type ForcedRow } from './view-strips.ts';
import { forcedSentences } from './words.ts';

interface GroupRow extends TargetRow {
  readonly group: ColdStartGroup;
}

const forcedRows = (rows: readonly TargetRow[]): ForcedRow[] => {
  const sizesOf = ({ target }: TargetRow): number[] => [
    ...new Set((target.coldStarts?.groups ?? []).map(({ memoryMb }) => memoryMb)),
  ];
  const isSweep = rows.some((row) => sizesOf(row).length > 1);
  return rows.flatMap((row) =>
    sizesOf(row).map((size) => ({
      ...row,
      groups: (row.target.coldStarts?.groups ?? []).filter(({ memoryMb }) => memoryMb === size),
      size: isSweep ? `${formatCount(size)} MB` : undefined,
    })),
  );
};

const howOf = ({ kind, simultaneous }: ColdStartGroup): string => {
  if (kind === 'burst') return `burst of ${simultaneous}`;
  return kind === 'idle' ? 'after idling' : 'alone';
};

const interval = (low: number | undefined, high: number | undefined): string | undefined => {
  if (low === undefined) return high === undefined ? undefined : `≤ ${formatNumber(high)}`;
  return high === undefined ? `≥ ${formatNumber(low)}` : `${formatNumber(low)}–${formatNumber(high)}`;
};

const medianCell = ({ group: { summary } }: GroupRow): CellLike =>
  summary === undefined
    ? none
    : known({
        text: formatNumber(summary.medianMs),
        note: interval(summary.medianLowMs, summary.medianHighMs),
      });

const p90Cell = ({ group: { summary } }: GroupRow): CellLike =>
  summary?.p90Ms === undefined
    ? none
    : known({ text: formatNumber(summary.p90Ms), note: interval(summary.p90LowMs, summary.p90HighMs) });

const overMedian = ({ group: { summary }, target }: GroupRow): string => {
  const warm = medianMsOf(target.response.warm);
  return warm === undefined || summary === undefined ? none : `${formatRatio(summary.medianMs / warm)} ×`;
};

const openingOf = ({ group: { calls } }: GroupRow): string =>
  formatNumber(median(calls, ({ openingMs }) => openingMs) ?? NaN);

const groupTable = (shown: readonly GroupRow[]): Block[] =>
  tableOf(
    'Forced cold starts, in ms',
    shown,
    [
      ['Target', idCell],
      ['MB', ({ group }) => formatCount(group.memoryMb)],
      [{ head: 'how' }, ({ group }) => howOf(group)],
      ['n', ({ group }) => formatCount(group.summary?.n ?? 0)],
      ['median', medianCell],
      ['min', ({ group }) => formatNumber(group.summary?.minMs ?? NaN)],
      ['max', ({ group }) => formatNumber(group.summary?.maxMs ?? NaN)],
      ['p90', p90Cell],
      ['over warm p50', overMedian],
      ['opening', openingOf],
      ['failed', ({ group }) => formatCount(group.failed)],
      ['not cold', ({ group }) => formatCount(group.warm)],
    ],
    { look: 'cold-starts' },
  );

type Joined = ColdStartGroup['calls'][number] & {
  readonly logged: NonNullable<ColdStartGroup['calls'][number]['logged']>;
};

const joinedIn = ({ group: { calls } }: GroupRow): Joined[] =>
  calls.filter((call): call is Joined => call.logged !== undefined);

const middle =
  (of: (call: Joined) => number) =>
  (row: GroupRow): string =>
    formatNumber(median(joinedIn(row), of) ?? NaN);

/** Nothing where no log line was joined. */
const loggedTable = (all: readonly GroupRow[]): Block[] =>
  tableOf(
    'Where the time of forced cold starts goes: medians in ms over those whose log line was found',
    all.filter((row) => joinedIn(row).length > 0),
    [
      ['Target', idCell],
      ['MB', ({ group }) => formatCount(group.memoryMb)],
      [{ head: 'how' }, ({ group }) => howOf(group)],
      ['n', (row) => formatCount(joinedIn(row).length)],
      ['client', middle(({ ms }) => ms)],
      ['init', middle(({ logged }) => logged.initMs)],
      ['handler', middle(({ logged }) => logged.durationMs)],
      ['client’s extra', middle(({ ms, logged }) => ms - logged.initMs - logged.durationMs)],
      ['billed', middle(({ logged }) => logged.billedMs)],
      ['billed init', middle(({ logged }) => Math.max(0, logged.billedMs - logged.durationMs))],
    ],
  );

const verdictIn = ({ outcome, ratio }: ColdStartComparison): string => {
  if (outcome === 'no-difference') return 'no difference shown';
  return ratio > 1 ? 'starts slower' : 'starts faster';
};

const comparisonTable = ({ coldStartComparisons = [] }: Report): Block[] =>
  tableOf(
    'Cold starts alone, against the fastest of the same memory size, round by round',
    coldStartComparisons,
    [
      ['Target', ({ other }) => other],
      ['MB', ({ memoryMb }) => formatCount(memoryMb)],
      [{ head: 'against' }, ({ base }) => base],
      [
        'times as long',
        ({ ratio, low, high }) => ({
          text: formatRatio(ratio),
          note: `${formatRatio(low)}–${formatRatio(high)}`,
        }),
      ],
      ['rounds', ({ rounds }) => formatCount(rounds)],
      [{ head: 'verdict' }, verdictIn],
    ],
  );

/** Nothing where the run forced none. */
export const forcedBlocks = (report: Report, rows: readonly TargetRow[]): Block[] => {
  const all = forcedRows(rows);
  if (all.length === 0) return [];
  const cold = all.filter(({ groups }) => groups.some(({ calls }) => calls.length > 0));
  const groups = all.flatMap((row) => row.groups.map((group) => ({ ...row, group })));
  const remarks = rows.flatMap(({ target }) =>
    (target.coldStarts?.remarks ?? []).map((text) => ({ term: target.id, text })),
  );
  return [
    ...(cold.length === 0 ? [] : [{ kind: 'figure', figure: forcedFigure(cold) } as const]),
    ...groupTable(groups),
    ...loggedTable(groups),
    ...comparisonTable(report),
    ...(remarks.length === 0 ? [] : [{ kind: 'list', items: remarks } as const]),
    { kind: 'list', items: forcedSentences(report) },
  ];
};
