import { type ByHistogram, byHistogram, Histogram } from '../histogram/histogram.ts';
import { known } from '../known.ts';
import {
  type Distribution,
  distributionFromCounts,
  valueAtRank,
  mean,
  standardDeviation,
} from '../stats/distribution.ts';
import { quantileInterval } from '../stats/quantile-interval.ts';
import {
  type ColdAndWarm,
  type EncodedHistograms,
  type LatencySummary,
  type QuantileMs,
  type QuantileName,
  quantileNames,
  type TargetReport,
} from '../schema/report.ts';

export const quantileShares: Readonly<Record<QuantileName, number>> = {
  p50: 0.5,
  p90: 0.9,
  p95: 0.95,
  p99: 0.99,
  'p99.9': 0.999,
};

/** Of the intervals that are shown. */
export const confidence = 0.95;

/** A histogram of microseconds as a distribution of milliseconds; undefined when nothing was recorded. */
export const millisecondsOf = (histogram: Histogram): Distribution | undefined =>
  distributionFromCounts(inMilliseconds(histogram));

function* inMilliseconds(histogram: Histogram): Generator<readonly [number, number]> {
  for (const [microseconds, count] of histogram.buckets()) yield [microseconds / 1000, count];
}

const quantileMs = (distribution: Distribution, name: QuantileName): QuantileMs => {
  const estimate = quantileInterval(distribution, quantileShares[name], confidence);
  if (!estimate.known) return { neededN: estimate.neededN };
  return { ms: estimate.value, lowMs: estimate.low, highMs: estimate.high };
};

const tailRatio = (p50: QuantileMs, p99: QuantileMs): number | undefined =>
  'ms' in p50 && 'ms' in p99 && p50.ms > 0 ? p99.ms / p50.ms : undefined;

/** All that the report says about one set of latencies in milliseconds; undefined for an empty one. */
export const summariseDistribution = (distribution: Distribution | undefined): LatencySummary | undefined => {
  if (distribution === undefined) return undefined;
  const quantiles = Object.fromEntries(
    quantileNames.map((name) => [name, quantileMs(distribution, name)]),
  ) as Record<QuantileName, QuantileMs>;
  return known({
    n: distribution.n,
    meanMs: mean(distribution),
    standardDeviationMs: standardDeviation(distribution),
    minMs: valueAtRank(distribution, 1),
    maxMs: valueAtRank(distribution, distribution.n),
    quantiles,
    p99OverP50: tailRatio(quantiles.p50, quantiles.p99),
  });
};

/** The same of a histogram of microseconds. */
export const summariseLatency = (histogram: Histogram): LatencySummary | undefined =>
  summariseDistribution(millisecondsOf(histogram));

/** Cold and warm apart, always: they are different questions. */
export const summariseColdAndWarm = ({ cold, warm }: ByHistogram<Histogram>['response']): ColdAndWarm =>
  known({ cold: summariseLatency(cold), warm: summariseLatency(warm) });

const mergeAll = (encoded: readonly string[]): Histogram => {
  const whole = Histogram.create();
  for (const text of encoded) whole.merge(Histogram.decode(text));
  return whole;
};

/** Merges counters, never percentiles. @throws InputError on an unreadable histogram. */
export const mergeHistograms = (parts: readonly EncodedHistograms[]): ByHistogram<Histogram> =>
  byHistogram((time, temperature) => mergeAll(parts.map((part) => part[time][temperature])));

/** A target's response times in milliseconds by round; rounds without such an answer are left out. */
export const roundDistributions = (
  target: Pick<TargetReport, 'rounds'>,
  temperature: 'cold' | 'warm',
): Map<number, Distribution> =>
  new Map(
    target.rounds.flatMap(({ round, histograms }) => {
      const distribution = millisecondsOf(Histogram.decode(histograms.response[temperature]));
      return distribution === undefined ? [] : [[round, distribution] as const];
    }),
  );

/** undefined where n cannot carry it. */
export const msOf = (quantile: QuantileMs | undefined): number | undefined =>
  quantile !== undefined && 'ms' in quantile ? quantile.ms : undefined;

export const medianMsOf = (summary: LatencySummary | undefined): number | undefined =>
  msOf(summary?.quantiles.p50);
