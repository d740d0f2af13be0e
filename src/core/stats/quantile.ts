import { type Distribution, valueAtRank } from './distribution.ts';

/**
 * The q-quantile as an order statistic: the smallest value with at least a share q of the sample at or below it
 * (type 1 of Hyndman and Fan 1996; `quantile(type = 1)` in R, `inverted_cdf` in NumPy). No interpolation, so every
 * quantile is a latency that was measured, and the definition is the one of HdrHistogram.
 * @param q share, 0 < q <= 1
 * @returns in the distribution's unit
 * @example quantile(distributionFromSamples([1, 2, 3, 4]), 0.5) // 2
 */
export const quantile = (distribution: Distribution, q: number): number =>
  valueAtRank(distribution, rankOf(q, distribution.n));

/** The rank of the q-quantile among n. A share such as 0.999 is not exact in binary; the slack keeps 0.999 x 1000 at 999. */
export const rankOf = (q: number, n: number): number => Math.ceil(q * n - 1e-9 * Math.max(1, q * n));
