import { type Distribution, valueAtRank, rankOf } from './distribution.ts';
import { type Random, randomBelow, randomNormal } from './random.ts';

/**
 * The q-quantile of a resample (n draws with replacement) without drawing it: the k-th smallest of n uniform numbers
 * is Beta(k, n - k + 1), and each uniform number picks one value of the sample. The same distribution as drawing,
 * at a cost that does not grow with n.
 */
export const resampledQuantile = (distribution: Distribution, q: number, random: Random): number => {
  const { n } = distribution;
  const rank = Math.max(1, rankOf(q, n));
  return valueAtRank(distribution, Math.floor(randomBeta(random, rank, n - rank + 1) * n) + 1);
};

/** The rounds of two things that are compared. `paired`: round i of both ran side by side, so they are drawn together. */
export interface RoundsOfTwo {
  readonly base: readonly Distribution[];
  readonly other: readonly Distribution[];
  readonly paired: boolean;
}

/** How many times slower `other` is than `base`, as a mean of logarithms over rounds: 0 = alike, ln 2 = twice. */
export const meanLogRatio = ({ base, other }: RoundsOfTwo, quantileOf: (d: Distribution) => number): number =>
  meanLog(other, quantileOf) - meanLog(base, quantileOf);

const meanLog = (rounds: readonly Distribution[], quantileOf: (d: Distribution) => number): number =>
  rounds.reduce((sum, round) => sum + Math.log(quantileOf(round)), 0) / rounds.length;

/**
 * Hierarchical bootstrap of meanLogRatio: each resample draws rounds with replacement and, within each round drawn,
 * its samples. Rounds come first because calls of one round share its weather; drawing calls alone would take
 * that for knowledge.
 * @returns one log ratio per resample, unsorted
 */
export const bootstrapLogRatios = (
  { base, other, paired }: RoundsOfTwo,
  q: number,
  resamples: number,
  random: Random,
): Float64Array => {
  const ofRound = (rounds: readonly Distribution[], place: number): number => {
    const round = rounds[place];
    return round === undefined ? NaN : Math.log(resampledQuantile(round, q, random));
  };
  const draw = (rounds: readonly Distribution[]): number => {
    let sum = 0;
    for (const _ of rounds) sum += ofRound(rounds, randomBelow(random, rounds.length));
    return sum / rounds.length;
  };
  const drawPairs = (): number => {
    let sum = 0;
    for (const _ of base) {
      const place = randomBelow(random, base.length);
      sum += ofRound(other, place) - ofRound(base, place);
    }
    return sum / base.length;
  };
  return Float64Array.from({ length: resamples }, paired ? drawPairs : () => draw(other) - draw(base));
};

/** A gamma number of this shape (>= 1) and scale 1: Marsaglia and Tsang 2000. */
export const randomGamma = (random: Random, shape: number): number => {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = randomNormal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d * (1 - v + Math.log(v))) return d * v;
  }
};

/** A beta number, 0 < x < 1, both shapes >= 1: X / (X + Y) of two gamma numbers. */
export const randomBeta = (random: Random, a: number, b: number): number => {
  const x = randomGamma(random, a);
  return x / (x + randomGamma(random, b));
};
