/**
 * A sample as its distinct values in ascending order and how many lie at or below each: all that order statistics
 * need, whether the sample came as raw numbers or as a histogram's buckets. Never empty: no sample is `undefined`.
 */
export interface Distribution {
  readonly n: number;
  /** Ascending, distinct; in whatever unit went in. */
  readonly values: Float64Array;
  /** Same length as `values`; the last one is n. */
  readonly cumulative: Float64Array;
}

/**
 * @param entries (value, count) in ascending order of value, as a histogram yields them; counts of 0 are skipped.
 * @returns undefined where the counts add up to 0.
 */
export const distributionFromCounts = (
  entries: Iterable<readonly [value: number, count: number]>,
): Distribution | undefined => {
  const values: number[] = [];
  const cumulative: number[] = [];
  let n = 0;
  for (const [value, count] of entries) {
    if (count === 0) continue;
    n += count;
    if (values.at(-1) === value) cumulative.pop();
    else values.push(value);
    cumulative.push(n);
  }
  return n === 0
    ? undefined
    : { n, values: Float64Array.from(values), cumulative: Float64Array.from(cumulative) };
};

/** The same from raw numbers in any order, which are left as they are. */
export const distributionFromSamples = (samples: ArrayLike<number>): Distribution | undefined => {
  const sorted = Float64Array.from(samples).sort();
  return distributionFromCounts(ones(sorted));
};

function* ones(sorted: Float64Array): Generator<readonly [number, number]> {
  for (const value of sorted) yield [value, 1];
}

/** (value, count) in ascending order: the inverse of distributionFromCounts. */
export function* entriesOf(distribution: Distribution): Generator<readonly [value: number, count: number]> {
  let before = 0;
  for (const [i, value] of distribution.values.entries()) {
    const upTo = distribution.cumulative[i] ?? before;
    yield [value, upTo - before];
    before = upTo;
  }
}

/** All values of several, in the same unit; undefined for none. */
export const pooled = (all: readonly Distribution[]): Distribution | undefined =>
  distributionFromCounts(all.flatMap((one) => [...entriesOf(one)]).sort(([a], [b]) => a - b));

/** The same with `count` values more that are larger than any; undefined for none at all. */
export const withInfinite = (
  distribution: Distribution | undefined,
  count: number,
): Distribution | undefined =>
  count === 0
    ? distribution
    : distributionFromCounts([...(distribution ? entriesOf(distribution) : []), [Infinity, count]]);

/**
 * The rank-th smallest value, rank 1 being the smallest. Ranks are held to 1..n and rounded up, so that
 * `valueAtRank(d, q * n)` is the inverse of the empirical distribution function.
 */
export const valueAtRank = (distribution: Distribution, rank: number): number => {
  const wanted = Math.min(distribution.n, Math.max(1, Math.ceil(rank)));
  let low = 0;
  let high = distribution.cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((distribution.cumulative[middle] ?? 0) >= wanted) high = middle;
    else low = middle + 1;
  }
  return distribution.values[low] ?? NaN;
};

/** How many lie at or below the value. */
export const countAtOrBelow = (distribution: Distribution, value: number): number => {
  let low = 0;
  let high = distribution.values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((distribution.values[middle] ?? Infinity) <= value) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : (distribution.cumulative[low - 1] ?? 0);
};

/** Arithmetic mean, in the distribution's unit. */
export const mean = (distribution: Distribution): number => {
  let sum = 0;
  for (const [value, count] of entriesOf(distribution)) sum += value * count;
  return sum / distribution.n;
};

/**
 * Standard deviation of the sample (divisor n - 1; `sd` in R), in the distribution's unit. Two passes, because
 * subtracting squares of large sums loses digits.
 * @returns undefined for n = 1, where a spread means nothing.
 */
export const standardDeviation = (distribution: Distribution): number | undefined => {
  if (distribution.n < 2) return undefined;
  const centre = mean(distribution);
  let sum = 0;
  for (const [value, count] of entriesOf(distribution)) sum += (value - centre) ** 2 * count;
  return Math.sqrt(sum / (distribution.n - 1));
};

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
