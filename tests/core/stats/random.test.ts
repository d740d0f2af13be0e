import { createRandom, randomBelow, randomNormal } from '../../../src/core/stats/random.ts';

const draw = (n: number, next: () => number): number[] => Array.from({ length: n }, next);
const meanOf = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length;
const varianceOf = (x: readonly number[]): number => {
  const m = meanOf(x);
  return meanOf(x.map((v) => (v - m) ** 2));
};

describe('createRandom', () => {
  it('repeats itself for one seed and differs between neighbouring seeds', () => {
    expect(draw(50, createRandom(5))).toEqual(draw(50, createRandom(5)));
    expect(draw(3, createRandom(5))).not.toEqual(draw(3, createRandom(6)));
  });

  it('is uniform: chi-square of 100 cells below its 0.1 % point', () => {
    // scipy.stats.chi2.ppf(0.999, 99) = 148.23
    const random = createRandom(1);
    const cells = Array<number>(100).fill(0);
    for (let i = 0; i < 100_000; i++) cells[randomBelow(random, 100)]! += 1;
    expect(cells.reduce((sum, c) => sum + (c - 1000) ** 2 / 1000, 0)).toBeLessThan(148.23);
  });

  it('gives first numbers that are uniform over seeds as well', () => {
    const firsts = Array.from({ length: 5000 }, (_, seed) => createRandom(seed)());
    expect(meanOf(firsts)).toBeCloseTo(0.5, 1);
    expect(varianceOf(firsts)).toBeCloseTo(1 / 12, 2);
  });
});

describe('randomNormal', () => {
  it('has mean 0 and variance 1, within four standard errors of 50,000 draws', () => {
    const random = createRandom(3);
    const x = draw(50_000, () => randomNormal(random));
    expect(Math.abs(meanOf(x))).toBeLessThan(4 / Math.sqrt(50_000));
    expect(Math.abs(varianceOf(x) - 1)).toBeLessThan(4 * Math.sqrt(2 / 50_000));
  });
});
