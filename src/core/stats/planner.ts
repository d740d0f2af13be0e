/** What a comparison can see, and how many rounds it takes to see more: planned from how far rounds differed. */
import { range } from 'd3-array';
import { roundsForVerdict, type VerdictSettings } from './verdict.ts';
import { studentTUpper } from './student-t.ts';

/**
 * The share of real differences that is to be found is 95 %. The sum of two Student's t falls short of the exact noncentral t by some
 * points at few rounds, so it is asked for 97 % (bench/truth.mjs prints what is found).
 */
const power = 0.97;

/** More rounds than a run may have. */
const mostRounds = 50;

/**
 * The smallest difference, as a share (0.1 = 10 %), that verdicts find in 95 of 100 comparisons: it has to pass the test, and the
 * minimum effect. The usual sum of two Student's t (Julious 2010, section 3.2.3).
 * @param error standard error of the mean log ratio   @param degrees at least 1
 */
export const smallestFound = (
  error: number,
  degrees: number,
  { alpha, minimumEffect }: VerdictSettings,
): number => {
  const toBeSure = studentTUpper(1 - power, degrees) * error;
  return (
    Math.exp(Math.max(studentTUpper(alpha / 2, degrees) * error, Math.log1p(minimumEffect)) + toBeSure) - 1
  );
};

/**
 * The rounds that it takes to find such a difference in 95 of 100 paired comparisons; undefined where 50 are too few.
 * @param effect as a share, above the minimum effect   @param spread standard deviation of the rounds' log ratios
 */
export const roundsToFind = (effect: number, spread: number, settings: VerdictSettings): number | undefined =>
  range(roundsForVerdict, mostRounds + 1).find(
    (rounds) => smallestFound(spread / Math.sqrt(rounds), rounds - 1, settings) <= effect,
  );
