import { studentTCdf, studentTQuantile } from '../../../src/core/stats/student-t.ts';

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
