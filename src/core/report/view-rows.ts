/** The targets in the order of display, and the cells that several tables share. */
import { distributionFromSamples } from '../stats/distribution.ts';
import { known } from '../known.ts';
import { formatCount, formatInterval, formatNumber, formatQuantile, formatShare } from './format.ts';
import { forcedAlone } from './expectation.ts';
import { failedShareOf } from './failures.ts';
import { rankingsOf } from './headline.ts';
import { summariseCalls } from './latency.ts';
import type { LatencySummary, QuantileName, Report, TargetReport } from '../schema/report.ts';
import type { TableCell, CellLike, Column, FirstColds, Table, TargetRow } from './view-model.ts';

/** Verification calls a function as it was deployed, so nothing is known of the other sizes of a memory sweep. */
export const firstColdsOf = ({ id, targetId, verification }: TargetReport): FirstColds => {
  const seen = id === targetId ? verification?.coldStarts : undefined;
  if (seen === undefined) return {};
  return known({
    alone: summariseCalls(distributionFromSamples(seen.aloneMs)),
    burst: summariseCalls(distributionFromSamples(seen.burstMs)),
  });
};

/** A local run deploys right before it calls; elsewhere, and of users' own targets, the run cannot know that. */
export const firstColdName = (plane: Report['plane'], kind: TargetReport['kind']): string =>
  plane === 'local' && kind !== 'url' ? 'first request after deployment' : 'first request of the run';

/** Colours there are; further targets begin anew, with another dash. */
export const colours = 8;

/** For what is not known or does not apply. */
export const none = '–';

/**
 * Ranked ones first, in order, those that the headline speaks of before those ranked apart, then the rest as planned, the floor last. Colours follow the plan, so that two reports
 * of one lab look alike.
 */
export const rowsOf = (report: Report): TargetRow[] => {
  const ranked = rankingsOf(report).flatMap((ranking) => ranking.rows);
  const place = ({ kind, id }: TargetReport): number => {
    const index = ranked.findIndex((row) => row.id === id);
    return kind === 'null' ? ranked.length + 1 : index === -1 ? ranked.length : index;
  };
  const coloured = report.targets.filter(({ kind }) => kind !== 'null');
  return [...report.targets]
    .sort((a, b) => place(a) - place(b))
    .map((target) => {
      const { sent, acknowledged } = target.verification ?? { sent: 0, acknowledged: 0 };
      return known({
        target,
        colour: target.kind === 'null' ? 'floor' : coloured.indexOf(target) % colours,
        rank: ranked.find(({ id }) => id === target.id)?.rank,
        firstColds: firstColdsOf(target),
        verificationFailed: sent - acknowledged,
      });
    });
};

/** Without the title, where there is little room or the target has several rows. */
export const idCell = ({ target: { id }, colour }: TargetRow): TableCell => ({ text: id, colour });

export const nameCell = ({ target: { id, title }, colour }: TargetRow): TableCell => ({
  text: id,
  colour,
  ...(title === id ? {} : { note: title }),
});

/** The quantile with its 95 % interval, or which n it takes. */
export const quantileCell = (summary: LatencySummary | undefined, name: QuantileName): CellLike => {
  const quantile = summary?.quantiles[name];
  if (quantile === undefined) return none;
  if ('neededN' in quantile) {
    return { text: formatQuantile(quantile), note: `takes ${formatCount(quantile.neededN)}`, tone: 'muted' };
  }
  return known({ text: formatQuantile(quantile), note: formatInterval(quantile) });
};

export const failedShare = ({ requests }: TargetReport): string => formatShare(failedShareOf(requests));

/**
 * A table of these rows, or nothing where there are none. The first column names the rows; the others, where only a head
 * is given, have figures in them.
 */
export const tableOf = <Row>(
  caption: string,
  rows: readonly Row[],
  columns: readonly (readonly [Column | string, (row: Row) => CellLike])[],
  look: Pick<Table, 'look'> = {},
): Table[] =>
  rows.length === 0
    ? []
    : [
        {
          kind: 'table',
          caption,
          columns: columns.map(([column], i) => {
            if (typeof column !== 'string') return column;
            return { head: column, ...(i === 0 ? { names: true } : { align: 'right' }) };
          }),
          rows: rows.map((row) => columns.map(([, cell]) => cell(row))),
          ...look,
        },
      ];

export const meanCell = ({ meanMs, n }: LatencySummary): TableCell => ({
  text: formatNumber(meanMs),
  n: formatCount(n),
});

/** The median of forced ones, the load's cold answers, or else the one that verification saw: other kinds of figures, so these say so. */
export const coldCell = (plane: Report['plane'], { target, firstColds: { alone } }: TargetRow): CellLike => {
  const forced = forcedAlone(target)?.summary;
  if (forced !== undefined) return { text: formatNumber(forced.medianMs), n: formatCount(forced.n) };
  const { cold } = target.response;
  if (cold !== undefined) return { ...meanCell(cold), note: 'mean, under the load' };
  return alone === undefined ? none : { ...meanCell(alone), note: firstColdName(plane, target.kind) };
};
