/**
 * Whether one quantile differs between two things that were measured in rounds. The rounds are the sample: calls of one
 * round share its weather, so a thousand calls in one round are still one round. Each round gives one number, the
 * logarithm of its quantile, and Student's t judges their mean. bench/truth.mjs measures how often it errs.
 */
import { sum } from 'd3-array';
import { type Distribution, quantile } from './distribution.ts';
import { studentTUpper, twoSidedP } from './student-t.ts';

/** Fewer rounds than this say something about this run only. */
export const roundsForVerdict = 5;

export interface VerdictSettings {
  /** Chance of calling equal things different, per comparison. */
  readonly alpha: number;
  /** Smallest difference worth calling one: 0.05 = 5 %. */
  readonly minimumEffect: number;
}

export const verdictDefaults: VerdictSettings = { alpha: 0.01, minimumEffect: 0.05 };

/** A quantile in one round. */
export interface RoundQuantile {
  readonly round: number;
  /** Above 0; Infinity where it falls among requests that were never answered. */
  readonly value: number;
  /** Requests that it stands on. */
  readonly n: number;
}

export const roundQuantiles = (rounds: ReadonlyMap<number, Distribution>, q: number): RoundQuantile[] =>
  [...rounds].map(([round, distribution]) => ({
    round,
    value: quantile(distribution, q),
    n: distribution.n,
  }));

/**
 * Requests that a round takes for a verdict on the q-quantile: one and a half lie beyond it on average, 3 for p50 and 150 for p99. With
 * fewer it is next to always the largest value, which says more about n than about the quantile.
 * @param q 0 < q < 1
 */
export const leastPerRound = (q: number): number => Math.ceil(1.5 / Math.min(q, 1 - q) - 1e-9);

/** How much slower, as a mean of logarithms over rounds, and how sure that is. */
export interface Difference {
  /** ln(other / base): 0 = alike, ln 2 = twice as long. Infinite where a quantile is. */
  readonly estimate: number;
  /** Standard error of the estimate. */
  readonly error: number;
  /** Of freedom. */
  readonly degrees: number;
  /** Rounds that it rests on, a round with few requests counting as a part of one (Kish 1965). */
  readonly rounds: number;
}

interface Weighted {
  readonly value: number;
  readonly weight: number;
}

/**
 * A weighted mean with its standard error from the values' own spread, and the number of equally weighted values that
 * are worth as much: (sum w)^2 / sum w^2. With equal weights it is the plain mean, and sd / sqrt(R).
 */
export const meanOfRounds = (all: readonly Weighted[]): Omit<Difference, 'degrees'> => {
  const weights = sum(all, ({ weight }) => weight);
  const rounds = weights ** 2 / sum(all, ({ weight }) => weight ** 2);
  const estimate = all.reduce((total, { value, weight }) => total + value * weight, 0) / weights;
  const squares = sum(all, ({ value, weight }) => (weight * (value - estimate)) ** 2) / weights ** 2;
  return { estimate, rounds, error: Math.sqrt((squares * rounds) / (rounds - 1)) };
};

/**
 * Of two that were measured side by side, round by round: what a round does to both falls out. A round counts by the harmonic
 * mean of its two numbers of requests, so that one of 5 does not weigh as one of 300.
 * @returns undefined where they share no round
 */
export const pairedDifference = (
  base: readonly RoundQuantile[],
  other: readonly RoundQuantile[],
): Difference | undefined => {
  const pairs = base.flatMap((a) => {
    const b = other.find(({ round }) => round === a.round);
    return b === undefined
      ? []
      : [{ value: Math.log(b.value) - Math.log(a.value), weight: 2 / (1 / a.n + 1 / b.n) }];
  });
  if (pairs.length === 0) return undefined;
  const found = meanOfRounds(pairs);
  return { ...found, degrees: found.rounds - 1 };
};

/**
 * Of two that were measured at different times: Welch's t, for unlike variances, with Satterthwaite's degrees (Welch 1947).
 * @returns undefined where one has no round
 */
export const unpairedDifference = (
  base: readonly RoundQuantile[],
  other: readonly RoundQuantile[],
): Difference | undefined => {
  if (base.length === 0 || other.length === 0) return undefined;
  const ofSide = (side: readonly RoundQuantile[]) =>
    meanOfRounds(side.map(({ value, n }) => ({ value: Math.log(value), weight: n })));
  const [a, b] = [ofSide(base), ofSide(other)];
  const error = Math.hypot(a.error, b.error);
  const spread = a.error ** 4 / (a.rounds - 1) + b.error ** 4 / (b.rounds - 1);
  return {
    estimate: b.estimate - a.estimate,
    error,
    degrees: spread === 0 ? a.rounds + b.rounds - 2 : error ** 4 / spread,
    rounds: Math.min(a.rounds, b.rounds),
  };
};

/**
 * The same round by round with another's quantile taken out of each, as a ratio: what is left of a target when the
 * floor, measured in the same round, falls out. Rounds without the floor are left out.
 */
export const relativeTo = (
  floor: readonly RoundQuantile[],
  rounds: readonly RoundQuantile[],
): RoundQuantile[] =>
  rounds.flatMap(({ round, value, n }) => {
    const own = floor.find((found) => found.round === round);
    return own === undefined ? [] : [{ round, value: value / own.value, n }];
  });

/** `ratio`, `low`, `high`: how many times larger the other's quantile is than the base's; above 1 = slower. */
export type Verdict =
  | { readonly outcome: 'this-run-only'; readonly ratio: number; readonly rounds: number }
  | {
      readonly outcome: 'different' | 'no-difference';
      readonly ratio: number;
      /** Of the interval at 1 - alpha. */
      readonly low: number;
      readonly high: number;
      /** Chance of such a difference, or a larger one, between equal things. */
      readonly p: number;
      /** Standard deviation of the rounds' differences, in logarithms. */
      readonly spread: number;
      readonly rounds: number;
    };

/** Half a round of slack, for rounds that lost a few requests. */
export const hasEnoughRounds = ({ rounds }: Pick<Difference, 'rounds'>): boolean =>
  rounds >= roundsForVerdict - 0.5;

/** Whether there is enough to judge by. */
export const isDecidable = (difference: Difference): boolean =>
  hasEnoughRounds(difference) && Number.isFinite(difference.estimate);

/** Rounding up what Kish's formula leaves of whole rounds. */
const whole = (rounds: number): number => Math.round(rounds);

/** "different" takes both: p below alpha, and a ratio beyond the minimum effect. */
export const verdictOf = (
  { estimate, error, degrees, rounds }: Difference,
  { alpha, minimumEffect }: VerdictSettings = verdictDefaults,
  p: number = twoSidedP(error === 0 && estimate === 0 ? 0 : estimate / error, degrees),
): Verdict => {
  const ratio = Math.exp(estimate);
  if (!isDecidable({ estimate, error, degrees, rounds }))
    return { outcome: 'this-run-only', ratio, rounds: whole(rounds) };
  const reach = studentTUpper(alpha / 2, degrees) * error;
  const isBeyond = Math.abs(estimate) >= Math.log(1 + minimumEffect);
  return {
    outcome: isBeyond && p < alpha ? 'different' : 'no-difference',
    ratio,
    low: Math.exp(estimate - reach),
    high: Math.exp(estimate + reach),
    p,
    spread: error * Math.sqrt(rounds),
    rounds: whole(rounds),
  };
};
