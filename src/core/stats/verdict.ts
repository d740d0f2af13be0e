import { bootstrapLogRatios, meanLogRatio, type RoundsOfTwo } from './bootstrap.ts';
import { createRandom } from './random.ts';
import { distributionFromSamples, standardDeviation, quantile } from './distribution.ts';

/** Fewer rounds than this say something about this run only. */
export const roundsForVerdict = 5;

export interface VerdictSettings {
  /** Chance of calling equal things different, per comparison. */
  readonly alpha: number;
  /** Smallest difference worth calling one: 0.05 = 5 %. */
  readonly minimumEffect: number;
  readonly resamples: number;
  readonly seed: number;
}

export const verdictDefaults: VerdictSettings = {
  alpha: 0.01,
  minimumEffect: 0.05,
  resamples: 2000,
  seed: 1,
};

/** `ratio`, `low`, `high`: how many times larger the other's quantile is than the base's; above 1 = slower. */
export type Verdict =
  | { readonly outcome: 'this-run-only'; readonly ratio: number; readonly rounds: number }
  | {
      readonly outcome: 'different' | 'no-difference';
      readonly ratio: number;
      readonly low: number;
      readonly high: number;
      readonly rounds: number;
    };

/**
 * Whether the q-quantile of two targets differs. The ratio is the geometric mean of the rounds' ratios; its interval is
 * the hierarchical bootstrap's standard error times Student's t. A plain percentile interval of so few rounds is too
 * narrow by sqrt((R-1)/R) and by normal instead of t (Hesterberg 2015, section 5), which would call equal things
 * different far more often than alpha.
 * "different" takes both: the interval leaves out 1, and the ratio is beyond the minimum effect.
 * @returns undefined where a side has no round, or paired sides differ in length
 */
export const verdict = (
  rounds: RoundsOfTwo,
  q: number,
  settings: Partial<VerdictSettings> = {},
): Verdict | undefined => {
  const { alpha, minimumEffect, resamples, seed } = { ...verdictDefaults, ...settings };
  const count = Math.min(rounds.base.length, rounds.other.length);
  if (count === 0 || (rounds.paired && rounds.base.length !== rounds.other.length)) return undefined;
  const estimate = meanLogRatio(rounds, (d) => quantile(d, q));
  const ratio = Math.exp(estimate);
  if (count < roundsForVerdict) return { outcome: 'this-run-only', ratio, rounds: count };

  const error = standardError(bootstrapLogRatios(rounds, q, resamples, createRandom(seed)), count);
  const reach = studentTQuantile(1 - alpha / 2, count - 1) * error;
  const beyond = Math.abs(estimate) >= Math.log(1 + minimumEffect);
  return {
    outcome: beyond && Math.abs(estimate) > reach ? 'different' : 'no-difference',
    ratio,
    low: Math.exp(estimate - reach),
    high: Math.exp(estimate + reach),
    rounds: count,
  };
};

const standardError = (logRatios: Float64Array, rounds: number): number => {
  const spread = distributionFromSamples(logRatios);
  const sd = spread === undefined ? undefined : standardDeviation(spread);
  return (sd ?? 0) * Math.sqrt(rounds / (rounds - 1));
};

/**
 * P(T <= t) of Student's t distribution with a whole number of degrees of freedom: the finite sums of Abramowitz and
 * Stegun 26.7.3 and 26.7.4, exact to rounding (`pt` in R, `scipy.stats.t.cdf`).
 * @param degrees whole, at least 1
 */
export const studentTCdf = (t: number, degrees: number): number => {
  const theta = Math.atan(t / Math.sqrt(degrees));
  const cosine = Math.cos(theta);
  const odd = degrees % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let j = odd ? 3 : 2; j <= degrees - 2; j += 2) {
    term *= ((j - 1) / j) * cosine * cosine;
    sum += term;
  }
  const central = odd ? (2 / Math.PI) * (theta + Math.sin(theta) * sum) : Math.sin(theta) * sum;
  return 0.5 + central / 2;
};

/**
 * The p-quantile of the same, by bisection to 1e-12 (`qt` in R).
 * @param p 0.5 <= p <= 0.9995
 */
export const studentTQuantile = (p: number, degrees: number): number => {
  let low = 0;
  let high = 1000;
  while (high - low > 1e-12 * Math.max(1, high)) {
    const middle = (low + high) / 2;
    if (studentTCdf(middle, degrees) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
};
