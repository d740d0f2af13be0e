/** Many comparisons at once: variances that learn from each other, and a chance of error for all of them together. */
import { mean, median, sum } from 'd3-array';
import { digamma, trigamma, trigammaInverse, twoSidedP } from './student-t.ts';
import { type Difference, isDecidable, type Verdict, verdictOf, type VerdictSettings } from './verdict.ts';

/** What all variances together say about any one of them: as much as `degrees` degrees of freedom would. */
interface Prior {
  readonly variance: number;
  readonly degrees: number;
}

/**
 * The scaled inverse chi-square distribution that variances seem to come from, by the moments of their logarithms
 * (Smyth 2004, section 6.2). Where they spread no wider than chance alone would have it, degrees are infinite.
 * @returns undefined for fewer than two, which say nothing about their distribution
 */
export const priorOf = (
  all: readonly { readonly variance: number; readonly degrees: number }[],
): Prior | undefined => {
  if (all.length < 2) return undefined;
  // A variance of 0 (every round alike to the microsecond) has no logarithm.
  const least = 1e-5 * (median(all, ({ variance }) => variance) ?? 0);
  if (least === 0) return undefined;
  const logs = all.map(
    ({ variance, degrees: d }) => Math.log(Math.max(variance, least)) - digamma(d / 2) + Math.log(d / 2),
  );
  const centre = mean(logs) ?? 0;
  const spread = sum(logs, (log) => (log - centre) ** 2) / (logs.length - 1);
  const ofVariances = spread - (mean(all, ({ degrees }) => trigamma(degrees / 2)) ?? 0);
  if (ofVariances <= 0) return { variance: Math.exp(centre), degrees: Infinity };
  const degrees = 2 * trigammaInverse(ofVariances);
  return { variance: Math.exp(centre + digamma(degrees / 2) - Math.log(degrees / 2)), degrees };
};

/** A difference with its variance moved towards the others', and the degrees that it gains by that. */
const moderated = (difference: Difference, prior: Prior | undefined): Difference => {
  if (prior === undefined) return difference;
  const { error, degrees, rounds } = difference;
  const own = error ** 2 * rounds;
  const variance =
    prior.degrees === Infinity
      ? prior.variance
      : (prior.degrees * prior.variance + degrees * own) / (prior.degrees + degrees);
  return { ...difference, error: Math.sqrt(variance / rounds), degrees: prior.degrees + degrees };
};

/**
 * Holm's adjusted p-values (1979; `p.adjust(p, "holm")` in R): reject those below alpha, and the chance of rejecting any
 * true one is at most alpha, however the comparisons hang together.
 */
export const holm = (ps: readonly number[]): number[] => {
  const order = [...ps.keys()].sort((a, b) => (ps[a] ?? 0) - (ps[b] ?? 0));
  const adjusted = ps.map(() => 1);
  let largest = 0;
  for (const [i, place] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (ps.length - i) * (ps[place] ?? 1)));
    adjusted[place] = largest;
  }
  return adjusted;
};

/**
 * A verdict on each of many differences: the chance that any two equal things are called different is alpha over all of them.
 * Intervals are each difference's own, at 1 - alpha; p is Holm's.
 */
export const verdictsOf = (all: readonly Difference[], settings: VerdictSettings): Verdict[] => {
  const decidable = all.filter(isDecidable);
  const prior = priorOf(
    decidable.map(({ error, rounds, degrees }) => ({ variance: error ** 2 * rounds, degrees })),
  );
  const judged = new Map(decidable.map((difference) => [difference, moderated(difference, prior)]));
  const found = [...judged.values()];
  const ps = holm(found.map(({ estimate, error, degrees }) => twoSidedP(estimate / error, degrees)));
  return all.map((difference) => {
    const own = judged.get(difference);
    return verdictOf(own ?? difference, settings, own && ps[found.indexOf(own)]);
  });
};
