import { type Distribution, entriesOf } from './distribution.ts';

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
