import {
  digamma,
  logGamma,
  studentTCdf,
  studentTUpper,
  trigamma,
  trigammaInverse,
  twoSidedP,
} from '../../../src/core/stats/student-t.ts';

const relative = (given: number, expected: number): number => Math.abs(given / expected - 1);

describe('twoSidedP and studentTCdf', () => {
  // 2 * scipy.stats.t.sf(abs(t), df), scipy.stats.t.cdf(t, df); SciPy 1.17.1
  it.each([
    [2.776, 4, 0.05002277831997642, 0.9749886108400118],
    [1, 1, 0.5, 0.75],
    [0.5, 7.3, 0.6317935268044417, 0.6841032365977792],
    [-2, 10, 0.07338803477074037, 0.03669401738537018],
    [3.3, 12.7, 0.0059129227557434385, 0.9970435386221282],
    [40, 9, 1.8982998449339822e-11, 0.9999999999905085],
    [1.96, 1e9, 0.049995790573729625, 0.9750021047131352],
    [0.001, 3, 0.9992648949694609, 0.5003675525152695],
    [12, 200.5, 2.3472754697949208e-25, 1],
  ])('of t = %f with %f degrees are those of SciPy', (t, degrees, p, cdf) => {
    expect(relative(twoSidedP(t, degrees), p)).toBeLessThan(1e-8);
    expect(studentTCdf(t, degrees)).toBeCloseTo(cdf, 9);
  });

  it('are 1 at 0 and 0 at infinity', () => {
    expect([twoSidedP(0, 5), twoSidedP(Infinity, 5)]).toEqual([1, 0]);
  });
});

describe('studentTUpper', () => {
  // scipy.stats.t.isf(tail, df); the normal distribution's for infinity
  it.each([
    [0.005, 1, 63.65674116287158],
    [0.005, 2, 9.924843200918293],
    [0.005, 9, 3.2498355415921263],
    [0.025, 4.5, 2.658912347204404],
    [0.025, 9, 2.2621571627982053],
    [0.025, 100, 1.983971518523552],
    [0.005, Infinity, 2.575829303548901],
    [1e-6, 6.2, 16.934566195145976],
  ])('of %f with %f degrees is %f', (tail, degrees, expected) => {
    expect(relative(studentTUpper(tail, degrees), expected)).toBeLessThan(1e-8);
  });
});

describe('the gamma functions', () => {
  // scipy.special.gammaln, digamma, polygamma(1, x)
  it.each([
    [0.1, 2.252712651734206, -10.423754940411076, 101.43329915079275],
    [0.5, 0.5723649429247, -1.9635100260214235, 4.93480220054468],
    [2.5, 0.2846828704729192, 0.7031566406452432, 0.4903577561002349],
    [6, 4.787491742782046, 1.7061176684318005, 0.18132295573711532],
    [40.3, 107.73579477973487, 3.683893213434927, 0.025124306621081675],
  ])('of %f are those of SciPy', (x, gamma, first, second) => {
    expect(relative(logGamma(x), gamma)).toBeLessThan(1e-12);
    expect(relative(digamma(x), first)).toBeLessThan(1e-10);
    expect(relative(trigamma(x), second)).toBeLessThan(1e-10);
    expect(relative(trigammaInverse(second), x)).toBeLessThan(1e-9);
  });
});
