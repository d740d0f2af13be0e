import {
  binomialRanks,
  minimumSampleSize,
  quantileInterval,
} from '../../../src/core/stats/quantile-interval.ts';
import { type Distribution, distributionFromSamples } from '../../../src/core/stats/distribution.ts';
import { createRandom } from '../../../src/core/stats/random.ts';

const upTo = (n: number): Distribution => {
  const d = distributionFromSamples(Array.from({ length: n }, (_, i) => i + 1));
  if (d === undefined) throw new Error('empty');
  return d;
};

describe('binomialRanks', () => {
  // scipy 1.17.1: lower = the largest l with binom.cdf(l - 1, n, q) <= 0.025,
  // upper = the smallest u with binom.sf(u - 1, n, q) <= 0.025.
  it.each([
    [5, 0.5, 0, 6],
    [6, 0.5, 1, 6],
    [10, 0.5, 2, 9],
    [20, 0.5, 6, 15],
    [36, 0.9, 29, 36],
    [71, 0.95, 63, 72],
    [72, 0.95, 64, 72],
    [100, 0.5, 40, 61],
    [300, 0.95, 277, 293],
    [367, 0.99, 359, 368],
    [368, 0.99, 360, 368],
    [900, 0.5, 421, 480],
    [900, 0.99, 885, 897],
    [3687, 0.999, 3679, 3688],
    [3688, 0.999, 3680, 3688],
    [1_000_000, 0.5, 499_020, 500_981],
    [1_000_000, 0.999, 998_938, 999_062],
  ])('of n = %i, p = %f are %i and %i as in scipy', (n, p, lower, upper) => {
    expect(binomialRanks(n, p, 0.025)).toEqual({ lower, upper });
  });
});

describe('minimumSampleSize', () => {
  it.each([
    [0.5, 6],
    [0.9, 36],
    [0.95, 72],
    [0.99, 368],
    [0.999, 3688],
    [0.01, 368],
  ])('of the %f quantile is %i at 95 %%', (q, n) => {
    expect(minimumSampleSize(q)).toBe(n);
  });

  it('is exactly where quantileInterval starts to answer', () => {
    for (const q of [0.5, 0.9, 0.95, 0.99]) {
      const needed = minimumSampleSize(q);
      expect(quantileInterval(upTo(needed - 1), q)).toEqual({ known: false, neededN: needed });
      expect(quantileInterval(upTo(needed), q).known).toBe(true);
    }
  });
});

describe('quantileInterval', () => {
  it('gives the order statistics at those ranks', () => {
    expect(quantileInterval(upTo(100), 0.5)).toEqual({ known: true, value: 50, low: 40, high: 61 });
  });

  it('covers the true quantile of a skewed source at least as often as it says', () => {
    // Exponential source: the q-quantile is -ln(1 - q). 2,000 samples of 80 values; the bound is 95 % less 4 standard
    // errors of the simulation, 0.95 - 4 * sqrt(0.95 * 0.05 / 2000).
    const random = createRandom(7);
    let covered = 0;
    for (let i = 0; i < 2000; i++) {
      const d = distributionFromSamples(Array.from({ length: 80 }, () => -Math.log(1 - random())));
      const interval = d && quantileInterval(d, 0.9);
      if (interval?.known === true && interval.low <= -Math.log(0.1) && interval.high >= -Math.log(0.1))
        covered++;
    }
    expect(covered / 2000).toBeGreaterThan(0.93);
  });

  it('holds its interval around the value', () => {
    for (const n of [40, 99, 500]) {
      const interval = quantileInterval(upTo(n), 0.9);
      if (!interval.known) throw new Error('n is large enough');
      expect(interval.low).toBeLessThanOrEqual(interval.value);
      expect(interval.high).toBeGreaterThanOrEqual(interval.value);
    }
  });
});
