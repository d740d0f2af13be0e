import { describeLoad } from '../../../src/core/report/format.ts';
import { parseLoad } from '../../../src/core/schema/load.ts';

const even = (rate: number) => ({ rate, seconds: 10 });

describe('describeLoad', () => {
  it.each([
    [{ requests: 1 }, '1 request one after another (closed model)'],
    [{ requests: 9, concurrency: 3 }, '9 requests over 3 connections (closed model)'],
    [{ rate: 50, durationSeconds: 200 }, '50 requests/s at planned times for 3 min 20 s (open model)'],
    [
      { rate: 50, durationSeconds: 20, poissonSeed: 1 },
      '50 requests/s at random times (Poisson) for 20 s (open model)',
    ],
    [
      { profile: [{ rate: 10, toRate: 200, seconds: 60 }, even(200)] },
      '10 to 200 requests/s within 60 s, then 200 requests/s for 10 s, at planned times (open model)',
    ],
    [
      { profile: [1, 2, 3, 4, 5, 6, 7, 8].map(even), poissonSeed: 1 },
      expect.stringMatching(
        /^1 requests\/s for 10 s, .*then 6 requests\/s for 10 s, then 2 phases more, at random times/,
      ),
    ],
  ])('of %j', (load, words) => {
    expect(describeLoad(parseLoad(load))).toEqual(words);
  });
});
