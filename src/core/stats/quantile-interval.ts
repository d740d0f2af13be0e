import { sum } from 'd3-array';
import { type Distribution, countAtOrBelow, quantile, valueAtRank } from './distribution.ts';
import { studentTUpper } from './student-t.ts';

/** A quantile with its interval, or how many values it would take. In the distribution's unit. */
export type QuantileEstimate =
  | { readonly known: true; readonly value: number; readonly low: number; readonly high: number }
  | { readonly known: false; readonly neededN: number };

/** Fewer values than this beyond a quantile cannot tell where it lies. */
const leastBeyond = 5;

/** How many values it takes for a quantile to have enough on either side: 10 for p50, 500 for p99. @param q 0 < q < 1 */
export const neededFor = (q: number): number => Math.ceil(leastBeyond / Math.min(q, 1 - q) - 1e-9);

/** A rank between 1 and n bounds a quantile only where so many values lie beyond it: the largest of all bounds nothing. */
const leastBeyondBound = 3;

/**
 * The q-quantile of all rounds together with a confidence interval that knows of rounds: Woodruff's (1952). The share of values at or
 * below the quantile has the standard error of a ratio over clusters (Cochran 1977, 11.8); on the logit scale, times Student's t, it gives
 * two shares between which q lies, and the bounds are the quantiles at those. Degrees of freedom are one less than the rounds; towards
 * the end of the tail, one less than the rounds that the tail comes from, by Kish's (sum k)^2 / sum k^2: what one slow round brought in is
 * worth one round. Taking calls of one round for independent makes intervals far too narrow; bench/truth.mjs prints the coverage.
 * @param all the rounds' values together   @param q 0 < q < 1   @param confidence 0.95 = 95 %
 * @returns low 0 or high Infinity where that bound lies beyond what was measured, both of them for a single round
 */
export const roundsInterval = (
  all: Distribution,
  rounds: readonly Distribution[],
  q: number,
  confidence = 0.95,
): QuantileEstimate => {
  if (all.n < neededFor(q)) return { known: false, neededN: neededFor(q) };
  const value = quantile(all, q);
  const upTo = rounds.map((round) => countAtOrBelow(round, value));
  const share = sum(upTo) / all.n;
  const squares = sum(rounds, (round, i) => ((upTo[i] ?? 0) - share * round.n) ** 2);
  const error = Math.sqrt((squares * rounds.length) / (rounds.length - 1)) / all.n;
  const smaller = rounds.map((round, i) => (q < 0.5 ? (upTo[i] ?? 0) : round.n - (upTo[i] ?? 0)));
  const worth = sum(smaller) ** 2 / sum(smaller, (count) => count ** 2);
  const reach = (degrees: number): number =>
    (studentTUpper((1 - confidence) / 2, Math.max(1, degrees)) * error) / (q * (1 - q));
  // What a tail may still hold is known from the rounds that it comes from; that it holds no less, from all rounds.
  const [inwards, outwards] = [reach(rounds.length - 1), reach(worth - 1)];
  const rankAt = (logit: number): number => all.n / (1 + Math.exp(-logit));
  const centre = Math.log(q / (1 - q));
  const from = rankAt(centre - (q < 0.5 ? outwards : inwards));
  const to = rankAt(centre + (q < 0.5 ? inwards : outwards));
  return {
    known: true,
    value,
    low: from > leastBeyondBound ? valueAtRank(all, from) : 0,
    high: to <= all.n - leastBeyondBound ? valueAtRank(all, to) : Infinity,
  };
};

/**
 * The q-quantile with a distribution-free confidence interval between two order statistics whose ranks come from the
 * binomial distribution; exact for every n, at least `confidence`, equal tails. For values that are independent, as those of
 * one stretch of calls nearly are; where there are rounds, see roundsInterval.
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

/**
 * The binomial distribution's probabilities around its mode, enough for its tails. Computed outwards from the mode by
 * the ratio of neighbours, P(k+1)/P(k) = (n-k)/(k+1) * p/(1-p), and normalised at the end: no factorials, no loss at
 * n = 1e6. Terms below 1e-18 of the mode are left out.
 */
interface BinomialWindow {
  /** The k of probabilities[0]. */
  readonly from: number;
  readonly probabilities: readonly number[];
}

const negligible = 1e-18;

const binomialWindow = (n: number, p: number): BinomialWindow => {
  const mode = Math.min(n, Math.floor((n + 1) * p));
  const odds = p / (1 - p);
  const below: number[] = [];
  for (let k = mode, term = 1; k > 0; k--) {
    term *= k / ((n - k + 1) * odds);
    if (term < negligible) break;
    below.push(term);
  }
  const above: number[] = [];
  for (let k = mode, term = 1; k < n; k++) {
    term *= ((n - k) / (k + 1)) * odds;
    if (term < negligible) break;
    above.push(term);
  }
  const terms = [...below.reverse(), 1, ...above];
  const total = terms.reduce((sum, term) => sum + term, 0);
  return { from: mode - below.length, probabilities: terms.map((term) => term / total) };
};

/**
 * The ranks l < u of n ordered values between which the p-quantile lies, leaving out at most `tail` on either side:
 * the largest l with P(B <= l-1) <= tail and the smallest u with P(B >= u) <= tail, B ~ Binomial(n, p).
 * l = 0 or u = n + 1 mean that no value bounds the quantile on that side.
 * @param n at least 1   @param p 0 < p < 1   @param tail 0 < tail < 0.5
 * Source: David and Nagaraja, Order Statistics (2003), section 7.1.
 */
export const binomialRanks = (n: number, p: number, tail: number): { lower: number; upper: number } => {
  const { from, probabilities } = binomialWindow(n, p);
  let lower = from;
  for (let cumulative = 0, i = 0; i < probabilities.length; i++) {
    cumulative += probabilities[i] ?? 0;
    if (cumulative > tail) break;
    lower = from + i + 1;
  }
  let upper = from + probabilities.length;
  for (let cumulative = 0, i = probabilities.length - 1; i >= 0; i--) {
    cumulative += probabilities[i] ?? 0;
    if (cumulative > tail) break;
    upper = from + i;
  }
  return { lower, upper };
};

/**
 * The smallest n for which order statistics can bound the q-quantile on both sides at this confidence: the largest
 * value lies above it, and the smallest below it, with probability 1 - (1 - confidence)/2. So
 * n = ceil(ln((1 - confidence)/2) / ln(max(q, 1 - q))): 6 for the median, 368 for p99, 3688 for p99.9 at 95 %.
 * @param q 0 < q < 1
 */
export const minimumSampleSize = (q: number, confidence = 0.95): number =>
  Math.ceil(Math.log((1 - confidence) / 2) / Math.log(Math.max(q, 1 - q)));
