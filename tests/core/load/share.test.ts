import { ascending, bin, deviation, extent, mean, min, pairs, range, sum, variance } from 'd3-array';
import fc from 'fast-check';
import { parseLoad, type Phase, sendsIn } from '../../../src/core/schema/load.ts';
import { openSchedule, type OpenShare, shareOf } from '../../../src/core/load/schedule.ts';

describe('shareOf', () => {
  it('deals out requests, warm-up and connections so that the shares add up to the cell', () => {
    const cell = fc.record({
      concurrency: fc.integer({ min: 1, max: 1000 }),
      extra: fc.nat(5000),
      warmup: fc.nat(500),
    });
    fc.assert(
      fc.property(cell, fc.integer({ min: 1, max: 200 }), ({ concurrency, extra, warmup }, wanted) => {
        const workers = Math.min(wanted, concurrency);
        const load = parseLoad({ requests: concurrency + extra, concurrency, warmup });
        const shares = range(workers).map((w) => shareOf(load, w, workers));
        const closed = shares.map((share) => (share.model === 'closed' ? share : undefined)!);
        expect(sum(closed, (s) => s.requests)).toBe(concurrency + extra);
        expect(sum(closed, (s) => s.concurrency)).toBe(concurrency);
        expect(sum(closed, (s) => s.warmup)).toBe(warmup);
        const [least = NaN, most = NaN] = extent(closed, (s) => s.requests);
        expect(most - least).toBeLessThanOrEqual(1);
        expect(min(closed, (s) => s.concurrency)).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  it('gives each worker of an open cell its part of the rate and at least one connection', () => {
    const load = parseLoad({ rate: 1000, durationSeconds: 10, maxConnections: 3 });
    const share = { rate: 250, durationSeconds: 10, maxConnections: 1, warmup: 2 };
    expect(shareOf(load, 3, 4)).toMatchObject(share);
  });
});

describe('openSchedule', () => {
  it('plans send i of the cell at i / rate, each by exactly one worker', () => {
    const share = fc.record({
      totalRate: fc.integer({ min: 1, max: 5000 }),
      durationSeconds: fc.double({ min: 1, max: 3, noNaN: true }),
      workers: fc.integer({ min: 1, max: 10 }),
    });
    fc.assert(
      fc.property(share, (cell) => {
        const planned = range(cell.workers).flatMap((worker) => {
          const schedule = openSchedule({ ...cell, worker });
          return range(schedule.count).map((i) => schedule.plannedMs(i));
        });
        const whole = range(Math.round(cell.totalRate * cell.durationSeconds));
        expect(planned.sort(ascending)).toEqual(whole.map((i) => (i * 1000) / cell.totalRate));
      }),
    );
  });

  it('does not drift: the millionth send at 3/s is planned at a million thirds of a second', () => {
    const schedule = openSchedule({ totalRate: 3, durationSeconds: 400_000, worker: 0, workers: 1 });
    expect(schedule.plannedMs(999_999)).toBe(333_333_000);
  });
});

const rate = fc.oneof(fc.constant(0), fc.double({ min: 0.5, max: 300, noNaN: true }));
const phase = fc.record({ rate, toRate: rate, seconds: fc.double({ min: 0.1, max: 5, noNaN: true }) });
const profiles = fc
  .array(phase, { minLength: 1, maxLength: 6 })
  .filter((phases) => sum(phases, sendsIn) >= 1);

/** The integral of the rate up to a time, by the trapezoidal rule, which is exact for a rate that changes evenly. */
const sendsUntil = (phases: readonly Phase[], ms: number): number => {
  let before = 0;
  return sum(phases, ({ rate: from, toRate = from, seconds }) => {
    const spent = Math.min(Math.max(ms / 1000 - before, 0), seconds);
    before += seconds;
    return ((from + from + ((toRate - from) * spent) / seconds) / 2) * spent;
  });
};

const whole = (cell: Pick<OpenShare, 'profile' | 'poissonSeed'>, workers = 1): number[] =>
  range(workers)
    .flatMap((worker) => {
      const schedule = openSchedule({ totalRate: 1, durationSeconds: 1, worker, workers, ...cell });
      return range(schedule.count).map((i) => schedule.plannedMs(i));
    })
    .sort(ascending);

describe('openSchedule of a profile', () => {
  it('plans send i where the integral of the rate is i, as many as it comes to, rounded', () => {
    fc.assert(
      fc.property(profiles, (profile) => {
        const planned = whole({ profile });
        expect(planned).toHaveLength(Math.round(sum(profile, sendsIn)));
        planned.forEach((ms, i) => {
          expect(sendsUntil(profile, ms)).toBeCloseTo(i, 6);
        });
      }),
    );
  });

  it('rises evenly: of a ramp from 0 to 200/s in 10 s, send i is planned at the root of i / 10 s', () => {
    const planned = whole({ profile: [{ rate: 0, toRate: 200, seconds: 10 }] });
    expect(planned).toHaveLength(1000);
    planned.forEach((ms, i) => {
      expect(ms).toBeCloseTo(Math.sqrt(i / 10) * 1000, 6);
    });
  });

  it('sends nothing in a phase without a rate', () => {
    const even = { rate: 10, seconds: 1 };
    const planned = whole({ profile: [even, { rate: 0, seconds: 5 }, even] });
    expect(planned).toEqual([...range(0, 1000, 100), ...range(6000, 7000, 100)]);
  });

  it('is the same in all, however many workers share it, and in order for each of them', () => {
    const cell = fc.oneof(
      fc.record({ profile: profiles }),
      fc.record({ profile: profiles, poissonSeed: fc.nat() }),
    );
    fc.assert(
      fc.property(cell, fc.integer({ min: 2, max: 9 }), (share, workers) => {
        expect(whole(share, workers)).toEqual(whole(share));
        const one = openSchedule({ totalRate: 1, durationSeconds: 1, worker: 1, workers, ...share });
        const own = range(one.count).map((i) => one.plannedMs(i));
        expect(own).toEqual([...own].sort(ascending));
      }),
    );
  });
});

describe('openSchedule at random times', () => {
  const [rateOf, seconds] = [500, 100];
  const profile = [{ rate: rateOf, seconds }];
  const planned = whole({ profile, poissonSeed: 7 });
  const gaps = pairs(planned, (a, b) => b - a);

  it('plans as many sends as evenly spaced ones would be, between beginning and end', () => {
    expect(planned).toHaveLength(rateOf * seconds);
    expect(planned[0]).toBeGreaterThanOrEqual(0);
    expect(planned.at(-1)).toBeLessThanOrEqual(seconds * 1000);
  });

  it('has exponential gaps: their deviation is their mean, and each share of them as long as it ought to be', () => {
    // Five standard errors of a share of 50,000 are 0.011; of the ratio of deviation and mean, 1/sqrt(n) each, 0.022.
    expect(mean(gaps)).toBeCloseTo(1000 / rateOf, 2);
    expect(Math.abs(deviation(gaps)! / mean(gaps)! - 1)).toBeLessThan(0.022);
    for (const share of [0.1, 0.5, 0.9, 0.99]) {
      const longest = (-Math.log(1 - share) * 1000) / rateOf;
      expect(Math.abs(gaps.filter((gap) => gap <= longest).length / gaps.length - share)).toBeLessThan(0.011);
    }
  });

  it('scatters as a Poisson process: counts in slices vary as much as they are on average', () => {
    const slices = bin<number, number>()
      .domain([0, seconds * 1000])
      .thresholds(range(100, seconds * 1000, 100))(planned)
      .map(({ length }) => length);
    expect(slices).toHaveLength(1000);
    // The index of dispersion of 1,000 slices has a standard error of sqrt(2 / 1000) = 0.045.
    expect(Math.abs(variance(slices)! / mean(slices)! - 1)).toBeLessThan(0.2);
  });

  it('is the same for the same seed only', () => {
    expect(whole({ profile, poissonSeed: 7 })).toEqual(planned);
    expect(whole({ profile, poissonSeed: 8 })).not.toEqual(planned);
  });

  it('follows the profile: three quarters of the sends of a ramp from 0 fall into its second half', () => {
    const ramp = whole({ profile: [{ rate: 0, toRate: 1000, seconds: 20 }], poissonSeed: 1 });
    expect(ramp).toHaveLength(10_000);
    // Five standard errors are 0.022.
    expect(Math.abs(ramp.filter((ms) => ms >= 10_000).length / 10_000 - 0.75)).toBeLessThan(0.022);
  });
});
