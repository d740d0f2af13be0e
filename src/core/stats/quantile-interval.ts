import { binomialRanks } from './binomial.ts';
import { type Distribution, valueAtRank } from './distribution.ts';
import { minimumSampleSize } from './minimum-sample-size.ts';
import { quantile } from './quantile.ts';

/** A quantile with its interval, or how many values it would take. In the distribution's unit. */
export type QuantileEstimate =
  | { readonly known: true; readonly value: number; readonly low: number; readonly high: number }
  | { readonly known: false; readonly neededN: number };

/**
 * The q-quantile with a distribution-free confidence interval between two order statistics whose ranks come from the
 * binomial distribution; exact for every n, at least `confidence`, equal tails. It takes the values for independent;
 * calls of one round are not quite, so the spread between rounds belongs beside it.
 * Where n is too small for both bounds the answer is the n that is needed instead of a number.
 * @param q 0 < q < 1   @param confidence 0.95 = 95 %
 */
export const quantileInterval = (
  distribution: Distribution,
  q: number,
  confidence = 0.95,
): QuantileEstimate => {
  const { lower, upper } = binomialRanks(distribution.n, q, (1 - confidence) / 2);
  if (lower < 1 || upper > distribution.n) {
    return { known: false, neededN: minimumSampleSize(q, confidence) };
  }
  return {
    known: true,
    value: quantile(distribution, q),
    low: valueAtRank(distribution, lower),
    high: valueAtRank(distribution, upper),
  };
};
