/** What the tail and the time line show: numbers on axes, and the same in words. How it is drawn is html/figures.ts's. */
import { extent, max, min, pairs, range, sort } from 'd3-array';
import { type Distribution, valueAtRank } from '../stats/distribution.ts';
import { formatCount, formatMs, formatNumber, formatTick } from './format.ts';
import { medianMsOf, msOf, quantileShares, responseTimes } from './latency.ts';
import { quantileNames, type RoundReport } from '../schema/report.ts';
import type { LogAxis, Reading, TailFigure, TargetRow, TimesFigure } from './view-model.ts';
import { colours } from './view-rows.ts';

/** The steps 1, 2, 5, 10, 20, ... from the last at or below the least value to the first at or above the largest. */
export const logAxis = (values: readonly number[]): LogAxis => {
  const [low = 1, high = 10] = extent(values.filter((value) => value > 0 && Number.isFinite(value)));
  const steps = range(Math.floor(Math.log10(low)), Math.ceil(Math.log10(high)) + 1).flatMap((decade) =>
    [1, 2, 5].map((step) => Number((step * 10 ** decade).toPrecision(1))),
  );
  const from = steps.findLastIndex((step) => step <= low);
  const to = steps.findIndex((step) => step >= high);
  const ticks = steps.slice(Math.max(0, from), to === -1 ? undefined : to + 1);
  const first = ticks[0] ?? 1;
  return { low: first, high: Math.max(ticks.at(-1) ?? 10, first * 2), ticks };
};

/** A target with its response times, milliseconds. */
export interface Series extends TargetRow {
  /** Of every planned request; those without an answer are infinite. */
  readonly all?: Distribution;
  readonly warm?: Distribution;
  readonly cold?: Distribution;
}

export const seriesOf = (rows: readonly TargetRow[]): Series[] =>
  rows.map((row) => ({ ...row, ...responseTimes(row.target) }));

const curveSteps = 120;

const ninesOf = (share: number): number => -Math.log10(1 - share);

/**
 * The largest share that n answers can bound from above at 95 %: share^n = 0.025 (see minimum-sample-size). Beyond it
 * a curve would show a handful of answers as if they were the tail.
 */
const largestShare = (n: number): number => 0.025 ** (1 / n);

const curveOf = (distribution: Distribution): (readonly [number, number])[] => {
  const end = ninesOf(largestShare(distribution.n));
  return range(curveSteps + 1).flatMap((i) => {
    const nines = (end * i) / curveSteps;
    const ms = valueAtRank(distribution, (1 - 10 ** -nines) * distribution.n);
    return Number.isFinite(ms) ? [[nines, ms] as const] : [];
  });
};

/** Percentiles besides the named ones at which the curves can be read, along the whole axis. */
const readingSteps = 40;

const percentText = (nines: number): string => {
  const percent = 100 * (1 - 10 ** -nines);
  return `p${Number(percent.toFixed(Math.max(0, Math.ceil(nines) - 1)))}`;
};

/** What each curve has at a percentile; a curve that ends before it is left out. A reading reaches halfway to the next. */
const tailReadings = (
  curves: TailFigure['curves'],
  quantiles: TailFigure['quantiles'],
  mostNines: number,
): Reading[] => {
  const step = mostNines / readingSteps;
  const others = range(readingSteps)
    .map((i) => i * step)
    .filter((nines) => quantiles.every((named) => Math.abs(named.nines - nines) > step / 2))
    .map((nines) => ({ name: percentText(nines), nines }));
  const stops = sort([...quantiles, ...others], ({ nines }) => nines);
  const borders = [0, ...pairs(stops, (a, b) => (a.nines + b.nines) / 2), mostNines];
  return stops.flatMap(({ name, nines }, i) => {
    const values = curves.flatMap(({ id, points }) => {
      const reached = points.find(([at]) => at >= nines - 1e-9);
      return reached === undefined ? [] : [`${id} ${formatNumber(reached[1])}`];
    });
    const [from = 0, to = mostNines] = borders.slice(i, i + 2);
    return values.length === 0 ? [] : [{ from, to, text: `${name}: ${values.join(', ')} ms` }];
  });
};

/** Response time by percentile, one curve per target: who is fast at the median and slow in the tail. */
export const tailFigure = (all: readonly Series[]): TailFigure | undefined => {
  const shown = all.flatMap((s) => (s.all === undefined || s.all.n < 6 ? [] : [{ ...s, of: s.all }]));
  if (shown.length === 0) return undefined;
  const curves = shown.map(({ target, colour, of }, i) => ({
    id: target.id,
    colour,
    dash: Math.floor(i / colours),
    points: curveOf(of),
  }));
  const mostNines = Math.max(1, ...curves.map(({ points }) => points.at(-1)?.[0] ?? 0)) * 1.04;
  const quantiles = quantileNames
    .map((name) => ({ name, nines: ninesOf(quantileShares[name]) }))
    .filter(({ nines }) => nines <= mostNines);
  const words = shown.map(({ target }) => {
    const known = quantileNames.flatMap((name) => {
      const ms = msOf(target.response.all?.quantiles[name]);
      return ms === undefined ? [] : [`${name} ${formatNumber(ms)}`];
    });
    return `${target.id}: ${known.join(', ')} ms`;
  });
  return {
    kind: 'tail',
    caption:
      'Response time of all requests planned by percentile: a curve that turns up early has a long tail. Curves end where n can no longer carry the percentile, or where requests had no answer.',
    words: words.join('; '),
    axis: logAxis(curves.flatMap(({ points }) => [points[0]?.[1] ?? 0, points.at(-1)?.[1] ?? 0])),
    mostNines,
    quantiles,
    curves,
    readings: tailReadings(curves, quantiles, mostNines),
  };
};

const roundInWords = ({ round, response, requests, workers }: RoundReport): string => {
  const median = medianMsOf(response.all);
  const slowest = max([response.cold, response.warm], (summary) => summary?.maxMs);
  const parts = [
    median === undefined ? 'no median' : `median ${formatMs(median)}`,
    ...(slowest === undefined ? [] : [`slowest ${formatMs(slowest)}`]),
    `${formatCount(requests.failed)} failed`,
    ...(workers.died.length > 0 ? ['a worker stopped before the end'] : []),
  ];
  return `round ${round}: ${parts.join(', ')}`;
};

/** Each box is one cell, from its first measured request to its last; undefined where nothing was measured. */
export const timesFigure = (all: readonly TargetRow[], roundCount: number): TimesFigure | undefined => {
  const shown = all.filter(({ target }) => target.rounds.length > 0);
  if (shown.length === 0) return undefined;
  const rounds = range(1, roundCount + 1);
  const buckets = shown.flatMap(({ target }) => target.rounds.flatMap(({ timeline }) => timeline.buckets));
  const axis = logAxis([min(buckets, (b) => b.p50Ms) ?? 0, max(buckets, (b) => b.maxMs) ?? 0]);
  return {
    kind: 'times',
    caption: `Each box is one round of a target, from its first request to its last: median response time per slice of time, the slowest answer above it, on one logarithmic axis from ${formatTick(axis.low)} to ${formatTick(axis.high)} ms.`,
    axis,
    rounds: rounds.map((round) => (roundCount <= 12 ? `round ${round}` : String(round))),
    targets: shown.map(({ target, colour }) => ({
      id: target.id,
      colour,
      words: `${target.id}, ${target.rounds.map(roundInWords).join('; ')}`,
      panels: rounds.map((number) => target.rounds.find(({ round }) => round === number)),
      readings: target.rounds.map((one) => ({
        from: one.round - 1,
        to: one.round,
        text: roundInWords(one),
      })),
    })),
  };
};
