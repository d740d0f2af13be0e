import type { Histogram } from '../histogram/histogram.ts';
import { type Distribution, distributionFromCounts, valueAtRank } from '../stats/distribution.ts';
import { mean, standardDeviation } from '../stats/moments.ts';
import { quantileInterval } from '../stats/quantile-interval.ts';
import {
  type ColdAndWarm,
  type LatencySummary,
  type QuantileMs,
  type QuantileName,
  quantileNames,
  quantileShares,
} from './types.ts';

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

const tailRatio = (p50: QuantileMs, p99: QuantileMs): { p99OverP50?: number } =>
  'ms' in p50 && 'ms' in p99 && p50.ms > 0 ? { p99OverP50: p99.ms / p50.ms } : {};

/** All that the report says about one set of latencies in milliseconds; undefined for an empty one. */
export const summariseDistribution = (distribution: Distribution | undefined): LatencySummary | undefined => {
  if (distribution === undefined) return undefined;
  const quantiles = Object.fromEntries(
    quantileNames.map((name) => [name, quantileMs(distribution, name)]),
  ) as Record<QuantileName, QuantileMs>;
  const sd = standardDeviation(distribution);
  return {
    n: distribution.n,
    meanMs: mean(distribution),
    ...(sd === undefined ? {} : { standardDeviationMs: sd }),
    minMs: valueAtRank(distribution, 1),
    maxMs: valueAtRank(distribution, distribution.n),
    quantiles,
    ...tailRatio(quantiles.p50, quantiles.p99),
  };
};

/** The same of a histogram of microseconds. */
export const summariseLatency = (histogram: Histogram): LatencySummary | undefined =>
  summariseDistribution(millisecondsOf(histogram));

/** Cold and warm apart, always: they are different questions. */
export const summariseColdAndWarm = (of: {
  readonly cold: Histogram;
  readonly warm: Histogram;
}): ColdAndWarm => {
  const cold = summariseLatency(of.cold);
  const warm = summariseLatency(of.warm);
  return { ...(cold === undefined ? {} : { cold }), ...(warm === undefined ? {} : { warm }) };
};
