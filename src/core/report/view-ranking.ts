/** Who stands where: the ranking's tables and the terminal's short one. */
import { extent } from 'd3-array';
import {
  formatCount,
  formatDollars,
  formatNumber,
  formatQuantile,
  formatRatio,
  formatTick,
  list,
} from './format.ts';
import { forcedAlone } from './expectation.ts';
import { comparisonOf, rankingsOf } from './headline.ts';
import type { Ranking, Report, Sensitivity, TargetReport } from '../schema/report.ts';
import type { Block, CellLike, ReportView, Section, TargetRow } from './view-model.ts';
import { coldCell, failedShare, firstColdName, nameCell, none, quantileCell, tableOf } from './view-rows.ts';
import { stateNames } from './words.ts';

const against = (ranking: Ranking, id: string): CellLike => {
  const first = ranking.rows[0]?.id;
  const found = first === undefined || first === id ? undefined : comparisonOf(ranking, first, id);
  if (found === undefined) return none;
  if (found.outcome === 'no-difference') return { text: 'no difference shown', tone: 'muted' };
  const text = `${formatRatio(found.ratio)} ×`;
  if (found.low === undefined || found.high === undefined) return text;
  return { text, note: `${formatRatio(found.low)}–${formatRatio(found.high)}` };
};

const way = (path: Ranking['path']): string => (path === 'http' ? 'over HTTP' : 'by direct invocation');

const muted = (text: string): CellLike => ({ text, tone: 'muted' });

const rankingTable = (report: Report, ranking: Ranking, rows: readonly TargetRow[]): Block[] => {
  if (ranking.rows.length === 0) return [];
  const { path, vantage } = ranking;
  const apart = report.rankings.length > 1 ? ` Called ${way(path)}; vantage: ${vantage}.` : '';
  const ranked = ranking.rows.flatMap(({ id }) => rows.filter(({ target }) => target.id === id));
  const floors = rows
    .filter(({ target }) => target.kind === 'null' && target.response.all !== undefined)
    .filter(({ target }) => target.path === path && target.vantage === vantage);
  const wide = { align: 'right', wide: true } as const;
  const isForced = rows.some(({ target }) => forcedAlone(target)?.summary !== undefined);
  const coldUnit = isForced ? 'median of forced, ms (n)' : 'mean ms (n)';
  return tableOf(
    `Response time in ms of all requests planned, with 95 % intervals; fastest first, by the rounds’ medians.${apart}`,
    [...ranked, ...floors],
    [
      [
        { head: 'Rank' },
        ({ target, rank }) =>
          target.kind === 'null' ? muted('floor') : rank === undefined ? muted(none) : String(rank),
      ],
      [{ head: 'Target', names: true }, nameCell],
      ['p50', ({ target }) => quantileCell(target.response.all, 'p50')],
      ['p99', ({ target }) => quantileCell(target.response.all, 'p99')],
      [{ head: 'Against the first', ...wide }, ({ target }) => against(ranking, target.id)],
      [{ head: 'Cold', unit: coldUnit, ...wide }, (row) => coldCell(report.plane, row)],
      ...(report.cost === undefined
        ? []
        : [
            [
              {
                head: '$ a month',
                unit: `at ${formatTick(report.cost.requestsPerSecond)}/s`,
                align: 'right',
              },
              ({ target }: TargetRow) =>
                target.cost === undefined ? none : formatDollars(target.cost.dollarsPerMonth),
            ] as const,
          ]),
      ['Failed', ({ target }) => failedShare(target)],
      [{ head: 'Answers', unit: 'n', ...wide }, ({ target }) => formatCount(target.requests.ok)],
    ],
    { look: 'ranking' },
  );
};

const notes = (report: Report): Block[] => {
  const undecided = report.rankings.some((r) => r.comparisons.some((c) => c.outcome === 'this-run-only'));
  const texts = [
    undecided
      ? `No verdict between some: it takes ${report.method.roundsForVerdict} rounds in which both were measured. Their order is that of this run.`
      : [],
    report.rankings.length > 1
      ? 'Ranked apart, because figures of different vantages or ways of calling do not compare.'
      : [],
  ].flat();
  return texts.map((text) => ({ kind: 'note', text }));
};

const unranked = (report: Report): Block[] => {
  const items = [
    ...rankingsOf(report).flatMap((r) => r.unranked.map(({ id, reason }) => ({ term: id, text: reason }))),
    ...report.leftOut.map(({ id, reason }) => ({ term: id, text: `left out of the run: ${reason}` })),
  ];
  if (items.length === 0) return [];
  return [
    { kind: 'heading', text: 'Not ranked' },
    { kind: 'terms', items },
  ];
};

const found = ({ roundsFor, rounds: had }: Sensitivity, effect: number, n: string): string => {
  const entry = roundsFor.find((one) => one.effect === effect);
  if (entry === undefined) return none;
  if (entry.rounds === undefined) return `not with 50 rounds${n}`;
  return entry.rounds <= had ? 'yes' : `takes ${entry.rounds} rounds${n}`;
};

/** What the run could have seen: "no difference shown" means little without it. */
const sensitivityTable = (report: Report, { sensitivity = [] }: Ranking): Block[] => {
  const { load } = report.method;
  const n = load.model === 'closed' ? ` of ${formatCount(load.requests)}` : '';
  return tableOf(
    'What this run can see: differences between two targets of the usual spread that it finds in 95 of 100 cases',
    sensitivity,
    [
      ['At', ({ quantile }) => quantile],
      [
        'Smallest found',
        ({ smallestFound, leastPerRound }) =>
          smallestFound === undefined
            ? `takes ${leastPerRound} requests a round`
            : `${(smallestFound * 100).toFixed(0)} %`,
      ],
      ...([0.1, 0.2, 0.5] as const).map(
        (effect) => [`${effect * 100} %`, (row: Sensitivity) => found(row, effect, n)] as const,
      ),
    ],
  );
};

export const rankingSection = (report: Report, rows: readonly TargetRow[]): Section => ({
  id: 'ranking',
  title: 'Ranking',
  short: 'Ranking',
  blocks: [
    ...rankingsOf(report).flatMap((ranking) => [
      ...rankingTable(report, ranking, rows),
      ...sensitivityTable(report, ranking),
    ]),
    ...notes(report),
    ...unranked(report),
  ],
});

const stateOf = ({ kind, state, valid }: TargetReport): string => {
  if (kind === 'null' && state === 'measured') return 'measured: the floor, not ranked';
  return valid ? stateNames[state] : `${stateNames[state]}, invalid`;
};

/** "Would have shown: 8 % at p50, 31 % at p99": what a run without a difference still says. */
const wouldShow = ({ sensitivity = [] }: Ranking): string[] => {
  const known = sensitivity.flatMap(({ quantile, smallestFound }) =>
    smallestFound === undefined ? [] : [`${(smallestFound * 100).toFixed(0)} % at ${quantile}`],
  );
  return known.length === 0 ? [] : [`this run shows differences from ${list(known)} on, in 95 of 100 cases`];
};

/** Of the cold starts in the table: the forced ones where there are any, else the one that verification saw. */
const coldNote = (report: Report, rows: readonly TargetRow[]): string[] => {
  const forced = rows.flatMap(({ target }) => forcedAlone(target)?.summary ?? []);
  if (forced.length > 0) {
    const [least = 0, most = 0] = extent(forced, ({ n }) => n);
    const n = least === most ? String(least) : `${least} to ${most}`;
    return [`cold ms: median of ${n} forced cold starts of each function's copy`];
  }
  const colds = rows.filter(({ firstColds }) => firstColds.alone !== undefined);
  const names = new Set(colds.map(({ target }) => firstColdName(report.plane, target.kind)));
  return names.size === 0 ? [] : [`cold ms: one cold start per target, the ${[...names].join(' or the ')}`];
};

/** p50 and p99 are of all planned requests; the cold start is a forced one, or the one that verification saw, nothing from under the load. */
export const summaryOf = (report: Report, rows: readonly TargetRow[]): ReportView['summary'] => {
  const hasForced = rows.some(({ target }) => forcedAlone(target)?.summary !== undefined);
  const coldMs = ({ target, firstColds: { alone } }: TargetRow): number | undefined =>
    hasForced ? forcedAlone(target)?.summary?.medianMs : alone?.meanMs;
  const groups = rankingsOf(report).map(({ path, vantage, rows: ranked, unranked: others }) => {
    const ids = [...ranked, ...others].map(({ id }) => id);
    return `${list(ids)} (${path === 'http' ? 'HTTP' : 'direct invocation'}, ${vantage})`;
  });
  const [table] = tableOf('The run in short', rows, [
    [{ head: 'rank', align: 'right' }, ({ rank }) => (rank === undefined ? '-' : String(rank))],
    [{ head: 'target', names: true }, ({ target }) => target.id],
    ['n', ({ target }) => formatCount(target.requests.ok)],
    ['p50 ms', ({ target }) => formatQuantile(target.response.all?.quantiles.p50)],
    ['p99 ms', ({ target }) => formatQuantile(target.response.all?.quantiles.p99)],
    ['cold ms', (row) => formatNumber(coldMs(row) ?? NaN)],
    ['errors', ({ target }) => formatCount(target.requests.failed)],
    [{ head: 'state' }, ({ target }) => stateOf(target)],
  ]);
  return {
    ...(table === undefined ? {} : { table }),
    notes: [
      ...rankingsOf(report).slice(0, 1).flatMap(wouldShow),
      ...(groups.length < 2
        ? []
        : [`Ranked apart, called another way or from another vantage: ${groups.join('; ')}`]),
      ...coldNote(report, rows),
    ],
  };
};
