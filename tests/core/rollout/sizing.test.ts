import { figuresOf } from '../../../src/core/rollout/figures.ts';
import { stageAlpha } from '../../../src/core/rollout/rules.ts';
import {
  mostRounds,
  pilotRounds,
  roundsByDrawing,
  roundsForErrors,
  sizeOf,
} from '../../../src/core/rollout/sizing.ts';
import { createRandom, randomNormal } from '../../../src/core/stats/random.ts';
import { distributionFromSamples } from '../../../src/core/stats/distribution.ts';

const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);

/** P(X >= k) of a binomial. */
const atLeast = (k: number, n: number, p: number): number =>
  Array.from(
    { length: n - k + 1 },
    (_, i) => choose(n, k + i) * p ** (k + i) * (1 - p) ** (n - k - i),
  ).reduce((sum, one) => sum + one, 0);

/** The test's power where nothing fails at the base: it takes m rounds with a failure, 2^-m <= alpha. */
const powerWithoutErrors = (rounds: number, n: number): number =>
  atLeast(Math.ceil(-Math.log2(stageAlpha)), rounds, 1 - 0.99 ** n);

describe('roundsForErrors', () => {
  it.each([150, 100, 300])(
    'of %d requests is what the binomial says where nothing fails at the base',
    (n) => {
      const rounds = roundsForErrors([0, 0, 0], n, mostRounds)!;
      expect(powerWithoutErrors(rounds, n)).toBeGreaterThanOrEqual(0.95);
      expect(powerWithoutErrors(rounds - 1, n)).toBeLessThan(0.95);
      // Drawn 400 times: give or take a round or two.
      const drawn = roundsByDrawing([0, 0, 0], n, mostRounds)!;
      expect(Math.abs(drawn - rounds)).toBeLessThanOrEqual(2);
    },
  );

  it('grows with the errors of the base, and says so where no number is enough', () => {
    const few = roundsForErrors([0, 1, 0, 0, 2], 150, mostRounds)!;
    expect(few).toBeGreaterThan(roundsForErrors([0], 150, mostRounds)!);
    expect(roundsForErrors([5, 3, 9, 4], 150, mostRounds)).toBeUndefined();
  });
});

/** Ten rounds of equal versions that differ by `spread` from each other, in logarithms. */
const pilot = (spread: number, failed = 0) => {
  const random = createRandom(5);
  const side = (ms: number) => ({ planned: 150, failed, warm: distributionFromSamples([ms]) });
  return figuresOf(
    Array.from({ length: pilotRounds }, (_, i) => ({
      round: i + 1,
      base: side(10),
      next: side(10 * Math.exp(spread * randomNormal(random))),
    })),
  );
};

describe('sizeOf', () => {
  it('takes what errors take where rounds agree', () => {
    const size = sizeOf(pilot(0.02), 150, mostRounds);
    expect(size.rounds).toBe(roundsForErrors([0], 150, mostRounds));
    expect(size.why).toContain('0 of 1500 failed at the version before');
  });

  it('takes more where they do not, and no more than there is time for', () => {
    const wide = sizeOf(pilot(0.12), 150, mostRounds);
    expect(wide.rounds).toBeGreaterThan(sizeOf(pilot(0.02), 150, mostRounds).rounds);
    const short = sizeOf(pilot(0.4), 150, 12);
    expect(short).toMatchObject({ rounds: 12, why: expect.stringContaining('would take more than 12') });
  });
});
