import { ascending, range, sum } from 'd3-array';
import fc from 'fast-check';
import { type LoadProfile, parseLoad } from '../../../src/core/schema/load.ts';
import { openSchedule, shareOf } from '../../../src/core/load/schedule.ts';
import { requireFiles, segmentCountOf, segmentsOf, workersOf } from '../../../src/core/schedule/segments.ts';
import { closedLoad as closed, openLoad as open } from '../../support/loads.ts';

const closedLoads = fc
  .record({ requests: fc.integer({ min: 1, max: 100_000 }), concurrency: fc.integer({ min: 1, max: 1000 }) })
  .map((change): LoadProfile => ({ ...closed, ...change }));
const openLoads = fc
  .record({
    rate: fc.double({ min: 0.01, max: 5000, noNaN: true }),
    durationSeconds: fc.double({ min: 100, max: 43_200, noNaN: true }),
  })
  .map((change): LoadProfile => ({ ...open, ...change }));
const paces = fc.double({ min: 1, max: 100_000, noNaN: true });

const sendsOf = (load: LoadProfile): number =>
  load.model === 'open' ? Math.round(load.rate * load.durationSeconds) : load.requests;

describe('workersOf', () => {
  it.each<[number, LoadProfile]>([
    [1, closed],
    [1, { ...closed, concurrency: 50 }],
    [2, { ...closed, concurrency: 51 }],
    [20, { ...closed, requests: 1e6, concurrency: 1000 }],
    [3, { ...closed, requests: 3, concurrency: 1000 }],
    [1, { ...open, rate: 0.5 }],
    [1, { ...open, rate: 500 }],
    [2, { ...open, rate: 500.1 }],
    [10, { ...open, rate: 5000 }],
    // A worker has 1,024 files at most.
    [1, { ...open, rate: 1, maxConnections: 900 }],
    [2, { ...open, rate: 1, maxConnections: 901 }],
    [12, { ...open, rate: 500, maxConnections: 10_000 }],
    [1, { ...open, rate: 0.1, durationSeconds: 10, maxConnections: 10_000 }],
  ])('is %i for %j', (workers, load) => {
    expect(workersOf(load)).toBe(workers);
  });

  it('leaves each worker some requests, and their shares add up to the whole', () => {
    fc.assert(
      fc.property(closedLoads, (load) => {
        const workers = workersOf(load);
        const shares = range(workers).map((worker) => sendsOf(shareOf(load, worker, workers)));
        expect(Math.min(...shares)).toBeGreaterThan(0);
        expect(sum(shares)).toBe(sendsOf(load));
      }),
    );
  });

  it('gives no worker more connections than it can have files', () => {
    const loads = fc.record({
      rate: fc.double({ min: 0.01, max: 5000, noNaN: true }),
      durationSeconds: fc.double({ min: 100, max: 840, noNaN: true }),
      maxConnections: fc.integer({ min: 1, max: 10_000 }),
    });
    fc.assert(
      fc.property(fc.oneof(closedLoads, loads), (change) => {
        const load = 'model' in change ? change : { ...open, ...change };
        const workers = workersOf(load);
        const share = shareOf(load, 0, workers);
        if (share.model === 'closed') {
          const opened = Math.min(share.concurrency, share.requests + share.warmup);
          const check = expect(() => {
            requireFiles(load);
          });
          (opened > 900 ? check : check.not).toThrow(/^load\.concurrency: .* at most 900/);
          return;
        }
        // One that sends fewer requests than it may have connections opens no more than it sends.
        const opened = Math.min(share.maxConnections, Math.ceil(sendsOf(load) / workers));
        expect(opened).toBeLessThanOrEqual(900);
      }),
      { examples: [[{ ...closed, requests: 1, warmup: 100_000, concurrency: 1_000 }]] },
    );
  });

  it('lets the planned sends of all workers interleave to the whole schedule', () => {
    const rates = fc.record({
      rate: fc.double({ min: 400, max: 5000, noNaN: true }),
      durationSeconds: fc.constant(1),
    });
    fc.assert(
      fc.property(rates, ({ rate, durationSeconds }) => {
        const workers = workersOf({ ...open, rate, durationSeconds });
        const planned = range(workers).flatMap((worker) => {
          const share = openSchedule({ totalRate: rate, durationSeconds, worker, workers });
          return range(share.count).map((i) => share.plannedMs(i));
        });
        const whole = range(Math.round(rate)).map((i) => (i * 1000) / rate);
        expect(planned.sort(ascending)).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });
});

describe('segmentsOf', () => {
  it('leaves a load alone that fits into one worker call', () => {
    expect(segmentsOf(closed, 20)).toEqual([closed]);
    expect(segmentsOf(open, 50)).toEqual([open]);
    expect(segmentsOf({ ...open, durationSeconds: 840 }, Infinity)).toHaveLength(1);
  });

  it('cuts an open load by its duration', () => {
    const segments = segmentsOf({ ...open, durationSeconds: 3600 }, 50);
    expect(segments).toHaveLength(5);
    expect(segments[0]).toEqual({ ...open, durationSeconds: 720 });
  });

  it('gives each segment of a random load a seed of its own, and leaves a profile whole', () => {
    const random = { ...open, rate: 1, durationSeconds: 2_000, poissonSeed: 2 ** 32 - 1 };
    const seeds = segmentsOf(random, Infinity).map((load) => load.model === 'open' && load.poissonSeed);
    expect(seeds).toEqual([2 ** 32 - 1, 0, 1]);
    const longest = parseLoad({ profile: [{ rate: 5, toRate: 200, seconds: 840 }] });
    expect(segmentsOf(longest, Infinity)).toEqual([longest]);
  });

  it('keeps a slow rate within a segment where its last interval reaches beyond it', () => {
    const slow = { ...open, rate: 0.01, durationSeconds: 845 };
    expect(segmentsOf(slow, 50)).toMatchObject([{ rate: 0.01, durationSeconds: 800 }]);
  });

  it('cuts a closed load by twice the pace that was seen', () => {
    // 8,400 s at 1 request/s and factor 2 are 16,800 s: 840 s hold 420 requests, of which 10 are the warm-up.
    const load = { ...closed, requests: 8_400 };
    const segments = segmentsOf(load, 1);
    expect(segments).toHaveLength(Math.ceil(8_400 / 410));
    expect(segments[0]).toEqual({ ...load, requests: 400 });
  });

  it('cuts a closed load of many connections by the rate that its target lets through', () => {
    // 840 s hold 42,000 of 100/s and factor 2.
    const load = { ...closed, requests: 100_000, concurrency: 100 };
    expect(segmentsOf(load, 100)).toHaveLength(3);
  });

  it('does not cut a closed load whose pace is not known', () => {
    expect(segmentsOf({ ...closed, requests: 1e6 }, Infinity)).toHaveLength(1);
  });

  it('adds up to the whole exactly and stays within 14 minutes', () => {
    fc.assert(
      fc.property(fc.oneof(closedLoads, openLoads), paces, (load, pace) => {
        fc.pre(segmentCountOf(load, pace) <= 1000);
        const segments = segmentsOf(load, pace);
        expect(segments).toHaveLength(segmentCountOf(load, pace));
        expect(sum(segments.map(sendsOf))).toBe(sendsOf(load));
        for (const segment of segments) {
          expect(sendsOf(segment)).toBeGreaterThan(0);
          if (segment.model === 'open') expect(segment.durationSeconds).toBeLessThanOrEqual(840 + 1e-6);
          else if (segment.requests > 1)
            expect(((segment.requests + segment.warmup) / pace) * 2).toBeLessThanOrEqual(840 + 1e-6);
        }
      }),
    );
  });
});
