import { binomialInterval } from '../fixtures/binomial.ts';

describe('binomialInterval', () => {
  it.each([
    // By hand: 0 and 2 heads of two coins have probability 0.25 each.
    [2, 0.5, 0.4, [1, 1]],
    [2, 0.5, 0.6, [0, 2]],
    // The quantiles at 2.5 and 97.5 %, by Python's math.comb.
    [100, 0.5, 0.95, [40, 60]],
  ])('of %i with %f at %f', (n, p, probability, interval) => {
    expect(binomialInterval(n, p, probability)).toEqual(interval);
  });

  it('is about 3.89 standard deviations wide to each side for 99.99 %', () => {
    const [least, most] = binomialInterval(5000, 0.1, 0.9999);
    const deviation = Math.sqrt(5000 * 0.1 * 0.9);
    for (const side of [500 - least, most - 500]) {
      expect(side / deviation).toBeGreaterThan(3.7);
      expect(side / deviation).toBeLessThan(4.1);
    }
  });
});
