import { resampledQuantile } from '../../../src/core/stats/bootstrap.ts';
import { createRandom, type Random, randomBelow, randomNormal } from '../../../src/core/stats/random.ts';
import {
  type Distribution,
  distributionFromSamples,
  quantile,
  sharedRanks,
} from '../../../src/core/stats/distribution.ts';
import { verdict, type Verdict, studentTCdf, studentTQuantile } from '../../../src/core/stats/verdict.ts';

const distribution = (samples: ArrayLike<number>): Distribution => {
  const d = distributionFromSamples(samples);
  if (d === undefined) throw new Error('empty');
  return d;
};

/** Rounds of lognormal latencies; `weather` is the standard deviation of each round's own log shift. */
const rounds = (random: Random, count: number, scale: number, weather: number, n = 100): Distribution[] =>
  Array.from({ length: count }, () => {
    const shift = scale * Math.exp(weather * randomNormal(random));
    return distribution(Float64Array.from({ length: n }, () => shift * Math.exp(0.3 * randomNormal(random))));
  });

const compare = (random: Random, count: number, scale: number, weather: number): Verdict | undefined =>
  verdict(
    {
      base: rounds(random, count, 10, weather),
      other: rounds(random, count, 10 * scale, weather),
      paired: true,
    },
    0.5,
    { resamples: 60, seed: randomBelow(random, 2 ** 31) },
  );

const countDifferent = (
  runs: number,
  seed: number,
  count: number,
  scale: number,
  weather: number,
): number => {
  const random = createRandom(seed);
  const outcomes = Array.from({ length: runs }, () => compare(random, count, scale, weather)?.outcome);
  return outcomes.filter((outcome) => outcome === 'different').length;
};

describe('resampledQuantile', () => {
  it('is distributed as the quantile of samples that were really drawn', () => {
    const random = createRandom(11);
    const sample = Float64Array.from({ length: 40 }, () => random());
    const d = distribution(sample);
    const drawn = (): number =>
      quantile(distribution(Float64Array.from(sample, () => sample[randomBelow(random, 40)] ?? 0)), 0.9);
    const left = Float64Array.from({ length: 4000 }, drawn).sort();
    const right = Float64Array.from({ length: 4000 }, () => resampledQuantile(d, 0.9, random)).sort();
    // Two-sample Kolmogorov-Smirnov distance; its 0.1 % point is 1.95 * sqrt(2 / 4000) = 0.0436.
    const distances = [...sample].map((v) =>
      Math.abs(left.filter((x) => x <= v).length - right.filter((x) => x <= v).length),
    );
    expect(Math.max(...distances) / 4000).toBeLessThan(0.0436);
  });
});

describe('verdict', () => {
  it('gives no verdict under five rounds, whatever the difference', () => {
    expect(compare(createRandom(1), 4, 3, 0.01)).toEqual({
      outcome: 'this-run-only',
      rounds: 4,
      ratio: expect.closeTo(3, 0),
    });
  });

  it('is undefined where a side has no rounds or the pairs do not match', () => {
    const one = rounds(createRandom(1), 5, 1, 0);
    expect(verdict({ base: [], other: one, paired: true }, 0.5)).toBeUndefined();
    expect(verdict({ base: one.slice(1), other: one, paired: true }, 0.5)).toBeUndefined();
  });

  it('says no difference of one target measured twice, in each of 200 runs', () => {
    expect(countDifferent(200, 1, 5, 1, 0.01)).toBe(0);
  });

  it('says different of equal targets no more often than alpha when rounds vary by 30 %', () => {
    // 200 runs at alpha = 0.01 give 2 on average; 8 or more have a chance of 0.1 % (scipy binom.sf(7, 200, 0.01)).
    expect(countDifferent(200, 2, 5, 1, 0.3)).toBeLessThanOrEqual(7);
  });

  it('finds a factor of two in every run, and of 1.5 in most', () => {
    expect(countDifferent(40, 3, 5, 2, 0.03)).toBe(40);
    expect(countDifferent(40, 4, 5, 1.5, 0.03)).toBeGreaterThan(35);
  });

  it('does not call 3 % a difference, however sure it is', () => {
    const random = createRandom(5);
    const exact = (scale: number): Distribution[] => rounds(random, 8, scale, 0, 8_000);
    const v = verdict({ base: exact(1), other: exact(1.03), paired: true }, 0.5);
    if (v === undefined || v.outcome === 'this-run-only') throw new Error('eight rounds are enough');
    expect(v.outcome).toBe('no-difference');
    expect(v.low).toBeGreaterThan(1);
  });

  it('turns round when the sides are swapped', () => {
    const random = createRandom(6);
    const [a, b] = [rounds(random, 6, 1, 0.05), rounds(random, 6, 2, 0.05)];
    const there = verdict({ base: a, other: b, paired: true }, 0.5);
    const back = verdict({ base: b, other: a, paired: true }, 0.5);
    expect((there?.ratio ?? 0) * (back?.ratio ?? 0)).toBeCloseTo(1, 12);
  });

  it('repeats itself to the last digit', () => {
    expect(compare(createRandom(9), 5, 1.2, 0.1)).toEqual(compare(createRandom(9), 5, 1.2, 0.1));
  });

  it('gains from pairing when both sides share the weather of a round', () => {
    const random = createRandom(10);
    const shifts = Array.from({ length: 6 }, () => Math.exp(0.5 * randomNormal(random)));
    const side = (scale: number): Distribution[] => shifts.flatMap((s) => rounds(random, 1, s * scale, 0));
    const two = { base: side(1), other: side(1.5) };
    expect(verdict({ ...two, paired: true }, 0.5)?.outcome).toBe('different');
    expect(verdict({ ...two, paired: false }, 0.5)?.outcome).toBe('no-difference');
  });
});

describe('sharedRanks', () => {
  it('shares ranks where no difference was shown, also when that does not carry over', () => {
    // a is like b, b is like c, a is better than c; everything is better than d.
    const better = new Set(['ac', 'ad', 'bd', 'cd']);
    expect(sharedRanks(['a', 'b', 'c', 'd'], (x, y) => better.has(x + y))).toEqual([1, 1, 2, 4]);
  });

  it('is empty for nothing', () => {
    expect(sharedRanks([], () => true)).toEqual([]);
  });
});

describe('studentTCdf', () => {
  // scipy.stats.t.cdf, scipy 1.17.1
  it.each([
    [2.776, 4, 0.9749886108400118],
    [1, 1, 0.75],
    [0.5, 7, 0.6837964321553578],
    [-2, 10, 0.03669401738537018],
  ])('of %f with %i degrees is %f', (t, degrees, expected) => {
    expect(studentTCdf(t, degrees)).toBeCloseTo(expected, 13);
  });
});

describe('studentTQuantile', () => {
  // scipy.stats.t.ppf(0.995, degrees), scipy 1.17.1
  it.each([
    [1, 63.656741162871526],
    [2, 9.924843200918287],
    [3, 5.840909309733355],
    [4, 4.604094871349992],
    [5, 4.032142983555228],
    [10, 3.16927267261695],
    [100, 2.6258905214380173],
  ])('of 0.995 with %i degrees is %f', (degrees, expected) => {
    expect(studentTQuantile(0.995, degrees)).toBeCloseTo(expected, 9);
  });
});
