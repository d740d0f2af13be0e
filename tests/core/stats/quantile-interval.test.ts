import {
  binomialRanks,
  minimumSampleSize,
  neededFor,
  quantileInterval,
  roundsInterval,
} from '../../../src/core/stats/quantile-interval.ts';
import { type Distribution, distributionFromSamples, pooled } from '../../../src/core/stats/distribution.ts';
import { createRandom, type Random, randomNormal } from '../../../src/core/stats/random.ts';

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

describe('roundsInterval', () => {
  const interval = (rounds: readonly Distribution[], q: number) => {
    const found = roundsInterval(pooled(rounds)!, rounds, q);
    if (!found.known) throw new Error(`it takes ${found.neededN}`);
    return found;
  };

  it('is Woodruff’s, worked out by hand', () => {
    // Four rounds of 10; the median of all is 20, and 2, 4, 6 and 8 of them lie at or below it. Share 0.5, squares (3² + 1 + 1 + 3²) = 20,
    // error sqrt(20 * 4/3) / 40 = 0.1291; above it 8, 6, 4, 2: Kish 20²/120 = 3.333 rounds. scipy.stats.t.ppf(0.975, 3) = 3.1824 and
    // (0.975, 2.333) = 3.7641, so logit reaches of 1.6434 and 1.9438: ranks 6.48 and 34.99 of 40, the 7th and the 35th value.
    const round = (below: number, offset: number) =>
      distributionFromSamples(
        Array.from({ length: 10 }, (_, i) =>
          i < below ? i + 11 - below + offset / 10 : 21 + i + offset / 10,
        ),
      )!;
    const rounds = [round(2, 1), round(4, 2), round(6, 3), round(8, 4)];
    const values = rounds.flatMap(({ values: own }) => [...own]).sort((a, b) => a - b);
    expect(interval(rounds, 0.5)).toEqual({
      known: true,
      value: values[19],
      low: values[6],
      high: values[34],
    });
  });

  const drawn = (random: Random, n: number, weather: number): Distribution[] =>
    Array.from({ length: 10 }, () => {
      const shift = weather * randomNormal(random);
      return distributionFromSamples(
        Float64Array.from({ length: n }, () => Math.exp(shift + 0.3 * randomNormal(random))),
      )!;
    });

  it('covers the median of rounds that differ by 10 %, which an interval of calls taken for independent does not', () => {
    const random = createRandom(5);
    const runs = Array.from({ length: 200 }, () => drawn(random, 60, 0.1));
    const covered = (bounds: readonly { readonly low: number; readonly high: number }[]): number =>
      bounds.filter(({ low, high }) => low <= 1 && 1 <= high).length / bounds.length;
    // 0.95 less four standard errors of the simulation, 4 * sqrt(0.95 * 0.05 / 200).
    expect(covered(runs.map((rounds) => interval(rounds, 0.5)))).toBeGreaterThan(0.888);
    const independent = runs.map((rounds) => quantileInterval(pooled(rounds)!, 0.5));
    expect(covered(independent.flatMap((found) => (found.known ? [found] : [])))).toBeLessThan(0.8);
  });

  it('leaves a tail that one slow round brought in without an upper bound', () => {
    const [slow, ...others] = drawn(createRandom(3), 60, 0);
    const rounds = [distributionFromSamples([...slow!.values].map((ms) => ms * 10))!, ...others];
    const { low, value, high } = interval(rounds, 0.99);
    expect(low).toBeLessThan(value);
    expect(high).toBe(Infinity);
  });

  it('is unbounded for a single round, which cannot tell how far rounds differ', () => {
    const [one] = drawn(createRandom(3), 60, 0);
    expect(interval([one!], 0.5)).toMatchObject({ low: 0, high: Infinity });
  });

  it.each([
    [0.5, 10],
    [0.9, 50],
    [0.95, 100],
    [0.99, 500],
    [0.999, 5000],
  ])('takes for the %f quantile %i values', (q, n) => {
    expect(neededFor(q)).toBe(n);
    const few = distributionFromSamples(Array.from({ length: n - 1 }, (_, i) => i))!;
    expect(roundsInterval(few, [few], q)).toEqual({ known: false, neededN: n });
  });
});
