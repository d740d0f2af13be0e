/** How many rounds a stage takes, from what its first ones showed (an internal pilot: Wittes and Brittain 1990). */
import { range, sum } from 'd3-array';
import { roundsToFind } from '../stats/planner.ts';
import { createRandom, type Random, randomBelow } from '../stats/random.ts';
import { pairedDifference } from '../stats/verdict.ts';
import type { Figures } from './figures.ts';
import { moreFailures, slowerSettings, stageAlpha } from './rules.ts';

/** Rounds at least, and those that the number is picked by. */
export const pilotRounds = 10;
/**
 * Before traffic, the first rounds say nothing of how fast the new version is: its processes are young. For so long an equal version of the
 * Node service was 3 % slower than the one that had been answering (bench/rollouts-real.mjs), and no slower afterwards.
 */
export const youngRounds = 7;
/** Fewer where too few would be left. */
export const youngOf = (rounds: number): number => Math.max(0, Math.min(youngRounds, rounds - pilotRounds));
/** More are not worth their time. */
export const mostRounds = 40;
/** Requests to each version in a round; p99 takes as many. */
export const requestsPerRound = 150;

/** What is to be found 95 times in 100: so much slower at p50, or so many more requests that fail. */
const slowdown = 0.2;
const moreErrors = 0.01;
const power = 0.95;

/** A spread of ten rounds is below the true one every second time; so much above it, one time in five: sqrt(9 / 5.38), chi-square of 9 degrees. */
const spreadMargin = Math.sqrt(9 / 5.38);

export interface Size {
  readonly rounds: number;
  readonly why: string;
}

/** How many of n requests fail, each with chance p: by inversion from 0 on, since p is small. */
const drawFailures = (random: Random, n: number, p: number): number => {
  let left = random();
  let chance = (1 - p) ** n;
  let count = 0;
  while (left > chance && count < n) {
    left -= chance;
    chance *= ((n - count) / (count + 1)) * (p / (1 - p));
    count++;
  }
  return count;
};

/** The first number of rounds that is enough, of those up to `most`; undefined where none is. @param isEnough false, then true */
const firstEnough = (most: number, isEnough: (rounds: number) => boolean): number | undefined => {
  if (!isEnough(most)) return undefined;
  let [tooFew, enough] = [0, most];
  while (enough - tooFew > 1) {
    const middle = (tooFew + enough) >> 1;
    if (isEnough(middle)) enough = middle;
    else tooFew = middle;
  }
  return enough;
};

/** P(X < k) of n trials with chance p each. */
const binomialBelow = (k: number, n: number, p: number): number => {
  let chance = (1 - p) ** n;
  let below = 0;
  for (let i = 0; i < k; i++) {
    below += chance;
    chance *= ((n - i) / (i + 1)) * (p / (1 - p));
  }
  return below;
};

/**
 * Where nothing fails at the base, the exact test stops at m rounds with a failure of the new version, 2^-m <= alpha (nine); a round has one
 * with the chance 1 - 0.99^n, so the rounds with one are binomial.
 */
const roundsWithoutErrors = (n: number, most: number): number | undefined => {
  const needed = Math.ceil(-Math.log2(stageAlpha));
  return firstEnough(most, (rounds) => binomialBelow(needed, rounds, 1 - (1 - moreErrors) ** n) <= 1 - power);
};

const tries = 400;

/** By drawing from a fixed seed rounds like those of the base, and 1 % of n more failures: elsewhere the test's power has no closed form. */
export const roundsByDrawing = (base: readonly number[], n: number, most: number): number | undefined => {
  const random = createRandom(1);
  const ofBase = (): number => base[randomBelow(random, base.length)] ?? 0;
  const draws = Array.from({ length: tries }, () =>
    range(most).map(() => ofBase() + drawFailures(random, n, moreErrors) - ofBase()),
  );
  return firstEnough(
    most,
    (rounds) =>
      draws.filter((differences) => moreFailures(differences.slice(0, rounds)) <= stageAlpha).length >=
      power * tries,
  );
};

/**
 * Rounds of n requests after which the exact test finds 1 % more errors 95 times in 100, undefined where `most` are too few.
 * @param base how many requests failed in each of its rounds
 */
export const roundsForErrors = (base: readonly number[], n: number, most: number): number | undefined =>
  base.every((failed) => failed === 0) ? roundsWithoutErrors(n, most) : roundsByDrawing(base, n, most);

const perCent = (share: number): string => `${Number((share * 100).toPrecision(2))} %`;

/**
 * @param pilot without the times of the `young` first rounds
 * @param n requests to each version in a round
 * @param most rounds that time allows, `young` and `pilotRounds` at least
 */
export const sizeOf = (pilot: Figures, n: number, most: number, young = 0): Size => {
  const difference = pairedDifference(pilot.p50.base, pilot.p50.next);
  const spread = difference === undefined ? NaN : difference.error * Math.sqrt(difference.rounds);
  const grown = roundsToFind(slowdown, spread * spreadMargin, slowerSettings(stageAlpha));
  const forP50 = grown === undefined ? undefined : young + grown;
  const failures = pilot.counts.base.map(({ failed }) => failed);
  const forErrors = roundsForErrors(failures, n, most);
  const wanted = Math.max(young + pilotRounds, forP50 ?? most, forErrors ?? most);
  const rounds = Math.min(most, wanted);
  const found = (needed: number | undefined): string =>
    needed !== undefined && needed <= rounds ? `takes ${needed}` : `would take more than ${rounds}`;
  return {
    rounds,
    why:
      `To be found 95 times in 100, ${perCent(slowdown)} slower at p50 ${found(forP50)} rounds of ${n} requests to each version ` +
      `(${pilot.p50.base.length} differed by ${perCent(spread)} from each other${young === 0 ? '' : `; the times of the first ${young} do not count, since the new version was young`}), ${perCent(moreErrors)} more errors ${found(forErrors)} ` +
      `(${sum(failures)} of ${n * failures.length} failed at the version before); at least ${young + pilotRounds}, at most ${most}`,
  };
};
