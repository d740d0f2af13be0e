import { timerPacer } from '../../../src/adapters/pacer.ts';
import { type Driven, driveClosed, type Sent } from '../../../src/app/generate/closed.ts';
import { type OpenDrive, driveOpen } from '../../../src/app/generate/open.ts';
import { type GenerateDeps, generate } from '../../../src/app/generate/generate.ts';
import { Histogram } from '../../../src/core/histogram/histogram.ts';
import { openSchedule } from '../../../src/core/load/schedule.ts';
import { summariseCell } from '../../../src/core/report/cell.ts';
import { parseLoad } from '../../../src/core/schema/load.ts';
import type { SamplePart } from '../../../src/core/schema/part.ts';
import { memoryObjectStore, unused } from '../../support/memory.ts';
import { type Behaviour, stalling, VirtualClock, virtualServer } from '../../support/virtual-clock.ts';

const measure = async (behave: Behaviour, send: (drive: OpenDrive) => Promise<Driven>) => {
  const clock = new VirtualClock();
  const { openConnection } = virtualServer(clock, behave);
  const response: number[] = [];
  const service: number[] = [];
  const onSent = ({ plannedMs, sentMs, endMs }: Sent): void => {
    response.push(endMs - plannedMs);
    service.push(endMs - sentMs);
  };
  const pacer = timerPacer(clock);
  const { kept } = await clock.run(send({ clock, openConnection, onSent, mayGoOn: () => true, pacer }));
  return { response, service, kept };
};

const openRun = (behave: Behaviour, load: { rate: number; seconds: number; connections: number }) => {
  const share = { totalRate: load.rate, durationSeconds: load.seconds, worker: 0, workers: 1 };
  const limits = { warmup: 0, timeoutMs: 1_000_000, maxConnections: load.connections };
  return measure(behave, (drive) => driveOpen(limits, openSchedule(share), 0, drive));
};

const closedRun = (behave: Behaviour, requests: number) =>
  measure(behave, (drive) =>
    driveClosed({ requests, concurrency: 1, warmup: 0, timeoutMs: 1_000_000 }, drive),
  );

const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(q * values.length) - 1]!;

const histogramOf = (valuesMs: readonly number[]): Histogram => {
  const histogram = Histogram.create();
  for (const value of valuesMs) histogram.record(value * 1000);
  return histogram;
};

// The case of wrk2's README: 2,000 requests/s for 30 s, the server stops once for 1.4 s.
// No waiting, but 60,000 requests to compute: seconds where other tests run beside it.
jest.setTimeout(30_000);

describe('a stall of 1.4 s at 2,000 requests/s', () => {
  const rate = 2;
  const stallMs = 1400;
  const connections = 10;
  const server = stalling(1, 10_000, stallMs);

  it('shows in the response times: 600 of 60,000 are slower than p99, so it is 1.4 s - 600/2,000 s and the draining', async () => {
    const { response } = await openRun(server, { rate: 2000, seconds: 30, connections });
    expect(response).toHaveLength(60_000);
    // Ten connections of 1 ms drain 10 requests a ms: the 600 before it take 60 ms, itself 1 ms.
    const expected = stallMs - 600 / rate + 600 / connections + 1;
    expect(expected).toBe(1161);
    expect(quantile(response, 0.99)).toBe(expected);
    expect(histogramOf(response).quantile(0.99) / 1000).toBeCloseTo(expected, 0);
    expect(Math.max(...response)).toBe(stallMs + 1);
    // 2,800 wait for the end of the stall. Then 10 t answers catch up with 2 (1400 + t) sends at t = 350 ms: 700 more, the
    // last of them already on time.
    expect(response.filter((ms) => ms > 1).length).toBe(3499);
  });

  it('hides from timing by the actual send: only the requests under way at its beginning saw it', async () => {
    const { service } = await openRun(server, { rate: 2000, seconds: 30, connections });
    expect(service.filter((ms) => ms > 1)).toHaveLength(connections);
    expect(quantile(service, 0.99)).toBe(1);
  });

  it('is not held against the generator, which sent each request as soon as a connection was free', async () => {
    const { kept } = await openRun(server, { rate: 2000, seconds: 30, connections });
    expect(kept).toMatchObject({ sendLagMaxMs: 0, waitedForConnection: 3499 - connections });
    expect(kept?.sentPerSecond).toBeCloseTo(2000, 6);
  });
});

// The case in HdrHistogram's documentation: 10,000 calls of 1 ms, one every 10 ms, then 100 s of silence.
describe('a pause of 100 s after 100 s of calls that take 1 ms', () => {
  const server = stalling(1, 100_000, 100_000);

  it('leaves half of the planned calls at 1 ms or below', async () => {
    const { response } = await openRun(server, { rate: 100, seconds: 200, connections: 1 });
    const histogram = histogramOf(response);
    expect(histogram.count).toBe(20_000);
    expect(histogram.countAtOrBelow(1000)).toBe(10_000);
    expect(histogram.quantile(0.5)).toBe(1000);
    // Call k of the 10,000 that wait was planned 100 s - 10 k ms before the end, and k + 1 answers of 1 ms come until its own.
    expect(quantile(response, 0.75)).toBe(100_000 - 10 * 5000 + 5001);
    expect(Math.max(...response)).toBe(100_001);
  });

  it('leaves 99.99 % at 1 ms or below when the sending waits for the answer', async () => {
    const closed = await closedRun(
      (sentMs, index) => ({ endMs: sentMs + (index < 10_000 ? 1 : 100_000) }),
      10_001,
    );
    const histogram = histogramOf(closed.response);
    expect(histogram.countAtOrBelow(1000) / histogram.count).toBeCloseTo(0.9999, 5);
    expect(closed.response).toEqual(closed.service);
  });
});

describe('a server that stops for 1.4 s at 500 requests/s and has 20 connections', () => {
  it('is what the report tells of: every delayed request, and no fault of the generator', async () => {
    const clock = new VirtualClock();
    const objects = new Map<string, string>();
    const load = parseLoad({ rate: 500, durationSeconds: 10, warmup: 0, maxConnections: 20 });
    const deps: GenerateDeps = {
      ...{ clock, ...unused, store: memoryObjectStore(objects), startPacer: clock.startPacer },
      httpConnection: virtualServer(clock, stalling(1, 5_000, 1400)).openConnection,
      watchVitals: () => () => ({
        ...{ eventLoopDelayP99Ms: 0, eventLoopDelayMaxMs: 0, eventLoopBusyShare: 0.1, cpuShare: 0.1 },
      }),
    };
    const assignment = {
      ...{ runId: 'r', round: 1, cellId: 'c', segment: 0, attempt: 1, worker: 0, workers: 1, load },
      target: { version: 1, id: 'c', kind: 'sync-counter', url: 'http://127.0.0.1/' } as const,
    };
    const surroundings = { remainingMs: 900_000, coldStart: false, memoryMb: 1769, node: 'v24' };
    await clock.run(generate(deps, { assignment }, surroundings));
    const parts = [...objects.values()].map((body) => JSON.parse(body) as SamplePart);
    const { round } = summariseCell(parts, load)!;
    const self = parts.at(-1)?.self;
    expect(self).toMatchObject({ sendLagMaxMs: 0, idleLagP99Ms: 0 });
    // 700 fell due meanwhile, of which 20 were sent; the rest was sent 20 a ms, while one more fell due every 2 ms.
    expect(self?.waitedForConnection).toBeGreaterThanOrEqual(680);
    expect(round.response.warm?.maxMs).toBeCloseTo(1401, -1);
    expect(round).toMatchObject({ valid: true, remarks: [], requests: { ok: 5000, failed: 0 } });
  });
});
