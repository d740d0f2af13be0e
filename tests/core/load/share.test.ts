import { ascending, extent, min, range, sum } from 'd3-array';
import fc from 'fast-check';
import { parseLoad } from '../../../src/core/schema/load.ts';
import { openSchedule, shareOf } from '../../../src/core/load/schedule.ts';

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
