import { createRandom } from '../../../src/core/stats/random.ts';
import { type RoundCount, shareDifference, wilson } from '../../../src/core/stats/shares.ts';

/** Ten rounds with `count` spread over them as evenly as whole numbers allow. */
const even = (count: number, of: number): RoundCount[] =>
  Array.from({ length: 10 }, (_, i) => ({
    count: Math.floor(count / 10) + (i < count % 10 ? 1 : 0),
    of: of / 10,
  }));

describe('wilson', () => {
  // statsmodels.stats.proportion.proportion_confint(count, nobs, alpha, 'wilson')
  it.each([
    [5, 1500, 0.95, 0.0014246155236142524, 0.007779452325099361],
    [0, 150, 0.99, 0, 0.042358993717227365],
    [30, 30, 0.95, 0.8864866068260311, 1],
  ])('of %i in %i at %f', (count, of, confidence, low, high) => {
    const [from, to] = wilson({ count, of }, confidence);
    expect(from).toBeCloseTo(low, 8);
    expect(to).toBeCloseTo(high, 8);
  });
});

describe('shareDifference', () => {
  // statsmodels.stats.proportion.confint_proportions_2indep(..., method='newcomb', compare='diff')
  it.each([
    [15, 1500, 45, 1500, 0.99, 0.006886294029657035, 0.034397474076943144],
    [0, 150, 3, 150, 0.95, -0.00823296444766489, 0.05714668327038609],
    [56, 70, 48, 80, 0.95, -0.33387265403690614, -0.05243147240236498],
  ])('of %i in %i and %i in %i at %f is Newcombe’s', (a, ofA, b, ofB, confidence, low, high) => {
    const found = shareDifference(even(a, ofA), even(b, ofB), confidence);
    expect(found?.low).toBeCloseTo(low, 8);
    expect(found?.high).toBeCloseTo(high, 8);
  });

  it('does not take a burst of failures in one round for thirty events', () => {
    const burst = [{ count: 30, of: 150 }, ...Array.from({ length: 9 }, () => ({ count: 0, of: 150 }))];
    expect(shareDifference(even(0, 1500), even(30, 1500), 0.99)?.low).toBeGreaterThan(0);
    expect(shareDifference(even(0, 1500), burst, 0.99)?.low).toBeLessThan(0);
  });

  it('says nothing without requests', () => {
    expect(shareDifference([], even(1, 100), 0.99)).toBeUndefined();
  });

  it('leaves equal shares of 1 % alike, but for one in a hundred', () => {
    const random = createRandom(6);
    const side = () =>
      Array.from({ length: 10 }, () => ({
        count: Array.from({ length: 150 }, () => random() < 0.01).filter(Boolean).length,
        of: 150,
      }));
    const shown = Array.from({ length: 400 }, () => shareDifference(side(), side(), 0.99)!).filter(
      ({ low, high }) => low > 0 || high < 0,
    );
    // 400 at 1 % give 4 on average; 12 or more have a chance of 0.1 % (scipy binom.sf(11, 400, 0.01)).
    expect(shown.length).toBeLessThan(12);
  });
});
