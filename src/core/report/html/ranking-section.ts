import {
  formatCount,
  formatInterval,
  formatNumber,
  formatQuantile,
  formatRatio,
  formatShare,
} from '../format.ts';
import { firstColdName, firstColdsOf } from '../cold-starts.ts';
import { comparisonOf } from '../headline.ts';
import type { LatencySummary, Ranking, Report, TargetReport } from '../types.ts';
import { colourClass, type Series } from './figure-data.ts';
import { markup, type Markup, type MarkupValue } from './markup.ts';
import { type Column, section, table } from './table.ts';

const columns: readonly Column[] = [
  { head: 'Rank', classes: 'rank' },
  { head: 'Target', namesRow: true },
  { head: 'p50', classes: 'number' },
  { head: 'p99', classes: 'number' },
  { head: 'Against the first', classes: 'number wide' },
  { head: markup`Cold <small>mean ms (n)</small>`, classes: 'number wide' },
  { head: 'Failed', classes: 'number' },
  { head: markup`Answers <small>n</small>`, classes: 'number wide' },
];

export const quantileCell = (summary: LatencySummary | undefined, name: 'p50' | 'p99'): Markup => {
  const quantile = summary?.quantiles[name];
  if (quantile === undefined) return markup`–`;
  if ('neededN' in quantile) return markup`<span class="muted">n too small</span>`;
  return markup`${formatQuantile(quantile)} <small class="interval">${formatInterval(quantile.lowMs, quantile.highMs)}</small>`;
};

export const failedShare = ({ requests }: TargetReport): string =>
  formatShare(requests.failed / Math.max(1, requests.failed + requests.ok));

const against = (ranking: Ranking, first: string | undefined, id: string): MarkupValue => {
  if (first === undefined || first === id) return '–';
  const c = comparisonOf(ranking, first, id);
  if (c === undefined) return '–';
  if (c.outcome === 'no-difference') return markup`<span class="muted">no difference shown</span>`;
  if (c.low === undefined || c.high === undefined) return `${formatRatio(c.ratio)} ×`;
  return markup`${formatRatio(c.ratio)} × <small class="interval">${formatRatio(c.low)}–${formatRatio(c.high)}</small>`;
};

/** Where the load saw none, the one that verification saw: another kind of figure, so it says so. */
const cold = (report: Report, target: TargetReport): MarkupValue => {
  const { cold: loaded } = target.response;
  if (loaded !== undefined)
    return markup`${formatNumber(loaded.meanMs)} <small>(${formatCount(loaded.n)})</small>`;
  const { alone } = firstColdsOf(target);
  if (alone === undefined) return '–';
  return markup`${formatNumber(alone.meanMs)} <small class="first-cold">${firstColdName(report.plane, target.kind)} (${formatCount(alone.n)})</small>`;
};

export const nameCell = (series: Series): Markup =>
  markup`<span class="swatch ${colourClass(series)}" aria-hidden="true"></span>${series.target.id}${
    series.target.title === series.target.id
      ? undefined
      : markup`<small class="title">${series.target.title}</small>`
  }`;

const cells = (report: Report, series: Series, rank: MarkupValue, ratio: MarkupValue): MarkupValue[] => {
  const { response, requests } = series.target;
  return [
    rank,
    nameCell(series),
    quantileCell(response.warm, 'p50'),
    quantileCell(response.warm, 'p99'),
    ratio,
    cold(report, series.target),
    failedShare(series.target),
    formatCount(requests.ok),
  ];
};

const captionOf = (report: Report, ranking: Ranking): string => {
  const apart =
    report.rankings.length > 1
      ? ` Called ${ranking.path === 'http' ? 'over HTTP' : 'by direct invocation'}; vantage: ${ranking.vantage}.`
      : '';
  return `Warm response time in ms with 95 % intervals, fastest median first.${apart}`;
};

const rankingTable = (report: Report, ranking: Ranking, all: readonly Series[]): MarkupValue => {
  if (ranking.rows.length === 0) return undefined;
  const find = (id: string): Series[] => all.filter((s) => s.target.id === id);
  const first = ranking.rows[0]?.id;
  const ranked = ranking.rows.flatMap((row) =>
    find(row.id).map((s) =>
      cells(report, s, row.rank ?? markup`<span class="muted">–</span>`, against(ranking, first, row.id)),
    ),
  );
  const floors = all
    .filter(
      ({ target }) =>
        target.kind === 'null' && target.path === ranking.path && target.vantage === ranking.vantage,
    )
    .filter(({ target }) => target.response.warm !== undefined)
    .map((s) => cells(report, s, markup`<span class="muted">floor</span>`, '–'));
  return table(captionOf(report, ranking), columns, [...ranked, ...floors], 'ranking');
};

const notes = (report: Report): MarkupValue => {
  const withoutRanks = report.rankings.some((r) => r.comparisons.some((c) => c.outcome === 'this-run-only'));
  const apart = report.rankings.length > 1;
  return [
    withoutRanks
      ? markup`<p class="note">No ranks: a verdict takes ${report.method.roundsForVerdict} rounds in which all were measured. The order is that of this run.</p>`
      : undefined,
    apart
      ? markup`<p class="note">Ranked apart, because figures of different vantages or ways of calling do not compare.</p>`
      : undefined,
  ];
};

const unranked = (report: Report): MarkupValue => {
  const all = [
    ...report.rankings.flatMap((r) => r.unranked),
    ...report.leftOut.map(({ id, reason }) => ({ id, reason: `left out of the run: ${reason}` })),
  ];
  if (all.length === 0) return undefined;
  return markup`<div class="unranked"><h3>Not ranked</h3><dl>${all.map(
    ({ id, reason }) => markup`<div><dt>${id}</dt><dd>${reason}</dd></div>`,
  )}</dl></div>`;
};

export const rankingSection = (report: Report, all: readonly Series[]): Markup =>
  section(
    'ranking',
    'Ranking',
    report.rankings.map((ranking) => rankingTable(report, ranking, all)),
    notes(report),
    unranked(report),
  );
