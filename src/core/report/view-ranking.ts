/** Who stands where: the ranking's tables and the terminal's short one. */
import { formatCount, formatNumber, formatQuantile, formatRatio, list } from './format.ts';
import { comparisonOf } from './headline.ts';
import type { Ranking, Report, TargetReport } from '../schema/report.ts';
import type { Block, CellLike, Column, ReportView, Section, TargetRow } from './view-model.ts';
import { coldCell, failedShare, firstColdName, nameCell, none, quantileCell } from './view-rows.ts';

const against = (ranking: Ranking, id: string): CellLike => {
  const first = ranking.rows[0]?.id;
  const found = first === undefined || first === id ? undefined : comparisonOf(ranking, first, id);
  if (found === undefined) return none;
  if (found.outcome === 'no-difference') return { text: 'no difference shown', tone: 'muted' };
  const text = `${formatRatio(found.ratio)} ×`;
  if (found.low === undefined || found.high === undefined) return text;
  return { text, note: `${formatRatio(found.low)}–${formatRatio(found.high)}` };
};

const columns: readonly Column[] = [
  { head: 'Rank' },
  { head: 'Target', names: true },
  { head: 'p50', align: 'right' },
  { head: 'p99', align: 'right' },
  { head: 'Against the first', align: 'right', wide: true },
  { head: 'Cold', unit: 'mean ms (n)', align: 'right', wide: true },
  { head: 'Failed', align: 'right' },
  { head: 'Answers', unit: 'n', align: 'right', wide: true },
];

const cellsOf = (report: Report, row: TargetRow, rank: CellLike, ratio: CellLike): CellLike[] => {
  const { target, colour } = row;
  return [
    rank,
    nameCell(target, colour),
    quantileCell(target.response.warm, 'p50'),
    quantileCell(target.response.warm, 'p99'),
    ratio,
    coldCell(report.plane, row),
    failedShare(target),
    formatCount(target.requests.ok),
  ];
};

const way = (path: Ranking['path']): string => (path === 'http' ? 'over HTTP' : 'by direct invocation');

const rankingTable = (report: Report, ranking: Ranking, rows: readonly TargetRow[]): Block[] => {
  if (ranking.rows.length === 0) return [];
  const { path, vantage } = ranking;
  const apart = report.rankings.length > 1 ? ` Called ${way(path)}; vantage: ${vantage}.` : '';
  const ranked = ranking.rows.flatMap(({ id, rank }) => {
    const shown = rank === undefined ? ({ text: none, tone: 'muted' } as const) : String(rank);
    return rows
      .filter(({ target }) => target.id === id)
      .map((row) => cellsOf(report, row, shown, against(ranking, id)));
  });
  const floors = rows
    .filter(({ target }) => target.kind === 'null' && target.response.warm !== undefined)
    .filter(({ target }) => target.path === path && target.vantage === vantage)
    .map((row) => cellsOf(report, row, { text: 'floor', tone: 'muted' }, none));
  const caption = `Warm response time in ms with 95 % intervals, fastest median first.${apart}`;
  return [{ kind: 'table', caption, columns, rows: [...ranked, ...floors], look: 'ranking' }];
};

const notes = (report: Report): Block[] => {
  const undecided = report.rankings.some((r) => r.comparisons.some((c) => c.outcome === 'this-run-only'));
  const texts = [
    undecided
      ? `No ranks: a verdict takes ${report.method.roundsForVerdict} rounds in which all were measured. The order is that of this run.`
      : [],
    report.rankings.length > 1
      ? 'Ranked apart, because figures of different vantages or ways of calling do not compare.'
      : [],
  ].flat();
  return texts.map((text) => ({ kind: 'note', text }));
};

const unranked = (report: Report): Block[] => {
  const items = [
    ...report.rankings.flatMap((r) => r.unranked.map(({ id, reason }) => ({ term: id, text: reason }))),
    ...report.leftOut.map(({ id, reason }) => ({ term: id, text: `left out of the run: ${reason}` })),
  ];
  if (items.length === 0) return [];
  return [
    { kind: 'heading', text: 'Not ranked' },
    { kind: 'terms', items },
  ];
};

export const rankingSection = (report: Report, rows: readonly TargetRow[]): Section => ({
  id: 'ranking',
  title: 'Ranking',
  short: 'Ranking',
  blocks: [
    ...report.rankings.flatMap((ranking) => rankingTable(report, ranking, rows)),
    ...notes(report),
    ...unranked(report),
  ],
});

const stateOf = ({ kind, state, valid }: TargetReport): string => {
  if (kind === 'null' && state === 'measured') return 'measured: the floor, not ranked';
  return valid ? state : `${state}, invalid`;
};

const right = 'right' as const;

/** p50 and p99 are of warm requests; the cold start is the one that verification saw, nothing from under the load. */
export const summaryOf = (report: Report, rows: readonly TargetRow[]): ReportView['summary'] => {
  const colds = rows.filter(({ firstColds }) => firstColds.alone !== undefined);
  const coldNames = new Set(colds.map(({ target }) => firstColdName(report.plane, target.kind)));
  const groups = report.rankings.map(({ path, vantage, rows: ranked, unranked: others }) => {
    const ids = [...ranked, ...others].map(({ id }) => id);
    return `${list(ids)} (${path === 'http' ? 'HTTP' : 'direct invocation'}, ${vantage})`;
  });
  return {
    kind: 'table',
    caption: 'The run in short',
    columns: [
      { head: 'rank', align: right },
      { head: 'target', names: true },
      ...['n', 'p50 ms', 'p99 ms', 'cold ms', 'errors'].map((head) => ({ head, align: right })),
      { head: 'state' },
    ],
    rows: rows.map(({ target, rank, firstColds: { alone } }) => [
      rank === undefined ? '-' : String(rank),
      target.id,
      formatCount(target.requests.ok),
      formatQuantile(target.response.warm?.quantiles.p50),
      formatQuantile(target.response.warm?.quantiles.p99),
      alone === undefined ? none : formatNumber(alone.meanMs),
      formatCount(target.requests.failed),
      stateOf(target),
    ]),
    notes: [
      ...(groups.length < 2
        ? []
        : [`Ranked apart, called another way or from another vantage: ${groups.join('; ')}`]),
      ...(coldNames.size === 0
        ? []
        : [`cold ms: one cold start per target, the ${[...coldNames].join(' or the ')}`]),
    ],
  };
};

/** One sentence for each target without a full result. */
export const problemsOf = (report: Report): string[] =>
  report.targets
    .filter(({ state }) => state !== 'measured')
    .map(({ id, state, remarks }) => `${id}: ${remarks[0] ?? state}`);
