import type { Distribution } from '../../stats/distribution.ts';
import { millisecondsOf } from '../latency.ts';
import { mergeHistograms } from '../merge-histograms.ts';
import type { Report, TargetReport } from '../types.ts';

/** How many colours the style sheet has; further targets begin anew, with another dash. */
export const colours = 8;

/** One target as the figures show it. */
export interface Series {
  readonly target: TargetReport;
  /** 0 to 7, or undefined for a null target, which is grey. */
  readonly colour?: number;
  /** Response times, milliseconds. */
  readonly warm?: Distribution;
  readonly cold?: Distribution;
}

/** Ranked ones first, in order, then the rest as planned, the floor last. */
const displayOrder = (report: Report): TargetReport[] => {
  const ranked = report.rankings.flatMap((ranking) => ranking.rows.map((row) => row.id));
  const place = (target: TargetReport): number => {
    if (target.kind === 'null') return Infinity;
    const index = ranked.indexOf(target.id);
    return index === -1 ? ranked.length : index;
  };
  return [...report.targets].sort((a, b) => {
    const [left, right] = [place(a), place(b)];
    return left === right ? 0 : left - right;
  });
};

/** All targets with samples or without. Colours follow the plan, so that two reports of one lab look alike. */
export const seriesOf = (report: Report): Series[] => {
  const coloured = report.targets.filter((target) => target.kind !== 'null').map((target) => target.id);
  return displayOrder(report).map((target) => {
    const { response } = mergeHistograms(target.rounds.map((round) => round.histograms));
    const [warm, cold] = [millisecondsOf(response.warm), millisecondsOf(response.cold)];
    const colour = coloured.indexOf(target.id);
    return {
      target,
      ...(colour === -1 ? {} : { colour: colour % colours }),
      ...(warm === undefined ? {} : { warm }),
      ...(cold === undefined ? {} : { cold }),
    };
  });
};

/** The class that carries a series' colour. */
export const colourClass = (series: Series): string =>
  series.colour === undefined ? 'c-floor' : `c${series.colour}`;
