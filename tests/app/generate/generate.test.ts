import { memoryObjectStore, unused } from '../../support/memory.ts';
import { type GenerateDeps, type Surroundings, generate } from '../../../src/app/generate/generate.ts';
import { Histogram } from '../../../src/core/histogram/histogram.ts';
import { parseLoad } from '../../../src/core/schema/load.ts';
import type { WorkerAssignment } from '../../../src/core/schema/work.ts';
import { type SamplePart, samplesOf } from '../../../src/core/schema/part.ts';
import type { ObjectStore } from '../../../src/ports/index.ts';
import { type Behaviour, answer, takes, VirtualClock, virtualServer } from '../../support/virtual-clock.ts';

const surroundings: Surroundings = { remainingMs: 900_000, coldStart: true, memoryMb: 1024, node: 'v24.0.0' };
const vitals = { eventLoopDelayP99Ms: 1, eventLoopDelayMaxMs: 2, eventLoopBusyShare: 0.2, cpuShare: 0.3 };

const assignmentFor = (load: object, given: Partial<WorkerAssignment> = {}): WorkerAssignment => ({
  runId: 'r1',
  round: 2,
  cellId: 'one',
  segment: 0,
  attempt: 1,
  worker: 0,
  workers: 1,
  target: { version: 1, id: 'one', kind: 'sync-counter', url: 'http://127.0.0.1/hits' },
  load: parseLoad(load),
  ...given,
});

const down = (): Promise<never> => Promise.reject(new Error('down'));

/** @param change how the store differs from one that works */
const setUp = (
  behave: Behaviour,
  change: (clock: VirtualClock, inner: ObjectStore) => Partial<ObjectStore> = () => ({}),
) => {
  const clock = new VirtualClock();
  const objects = new Map<string, string>();
  const server = virtualServer(clock, behave);
  const inner = memoryObjectStore(objects);
  const deps: GenerateDeps = {
    clock,
    store: { ...inner, ...change(clock, inner) },
    ...unused,
    httpConnection: server.openConnection,
    watchVitals: () => () => vitals,
    startPacer: clock.startPacer,
  };
  const run = (assignment: WorkerAssignment, enteredAt?: string, around: Partial<Surroundings> = {}) =>
    clock.run(
      generate(
        deps,
        { assignment, ...(enteredAt === undefined ? {} : { enteredAt }) },
        { ...surroundings, ...around },
      ),
    );
  const parts = () => [...objects.values()].map((body) => JSON.parse(body) as SamplePart);
  return { clock, objects, run, parts };
};

const merged = (parts: readonly SamplePart[]): Histogram => {
  const whole = Histogram.create();
  for (const part of parts) whole.merge(Histogram.decode(part.histograms.service.warm));
  return whole;
};

describe('generate', () => {
  it('measures the assignment and stores one final part with its self-report', async () => {
    const { run, parts, objects } = setUp((sentMs, index) => ({
      endMs: sentMs + 2,
      result: answer({ 'x-cold': index === 0 ? '1' : '0' }),
    }));
    const { output, self } = await run(assignmentFor({ requests: 20, warmup: 3 }));
    expect(output).toEqual({ worker: 0, parts: 1, sent: 20, ok: 20, failed: 0, unsent: 0 });
    expect([...objects.keys()]).toEqual(['runs/r1/cells/2/one/0/1-0-0.json']);
    const [part] = parts();
    expect(part).toMatchObject({
      final: true,
      epoch: '2026-01-01T00:00:00.000Z',
      counts: { sent: 20, ok: 20, warmup: 3 },
      self,
    });
    expect(self).toMatchObject({
      ...vitals,
      requests: 23,
      sendLagMaxMs: 0,
      coldStart: true,
      startedLateMs: 0,
      memoryMb: 1024,
    });
    expect([...samplesOf(part!)].map(({ cold, warmup }) => [cold, warmup]).slice(0, 4)).toEqual([
      [true, true],
      [false, true],
      [false, true],
      [false, false],
    ]);
  });

  it('stores a part every 5 s, and the parts add up', async () => {
    const { run, parts } = setUp(takes(100));
    const { output } = await run(assignmentFor({ rate: 50, durationSeconds: 16, warmup: 0 }));
    expect(output).toMatchObject({ parts: 4, sent: 800, ok: 800 });
    expect(parts().map(({ part, final }) => [part, final])).toEqual([
      [0, false],
      [1, false],
      [2, false],
      [3, true],
    ]);
    expect(parts().reduce((sum, { counts }) => sum + counts.ok, 0)).toBe(800);
    expect(merged(parts()).count).toBe(800);
    const planned = parts().flatMap((part) => [...samplesOf(part)].map(({ plannedUs }) => plannedUs));
    expect(planned).toEqual(Array.from({ length: 800 }, (_, i) => i * 20_000));
  });

  it('keeps no more raw samples than its share of the cell, and counts on', async () => {
    const { run, parts } = setUp(takes(100));
    await run(assignmentFor({ rate: 50, durationSeconds: 16, warmup: 0 }, { maxRows: 300 }));
    expect(parts().flatMap((part) => [...samplesOf(part)])).toHaveLength(300);
    expect(merged(parts()).count).toBe(800);
  });

  it('pauses a closed load while a part is stored, at most a second', async () => {
    const { run, clock } = setUp(takes(1000), (clock) => ({
      put: () => clock.sleepUntil(clock.now() + 3000),
    }));
    await run(assignmentFor({ requests: 6, warmup: 0 }));
    expect(clock.now()).toBe(5000 + 1000 + 1000 + 3000 + 1000);
  });

  it('starts at the common time when there are several workers, and says how late it came', async () => {
    const given = { workers: 2, worker: 1, totalRate: 10 };
    const load = { rate: 5, durationSeconds: 1, warmup: 0 };
    const early = setUp(takes(1));
    await early.run(assignmentFor(load, given), '2025-12-31T23:59:58.000Z');
    expect(early.parts()[0]).toMatchObject({ epoch: '2026-01-01T00:00:03.000Z', self: { startedLateMs: 0 } });
    expect(early.parts()[0]?.samples.sentUs).toEqual([100_000, 300_000, 500_000, 700_000, 900_000]);
    const late = setUp(takes(1));
    await late.run(assignmentFor(load, given), '2025-12-31T23:59:50.000Z');
    expect(late.parts()[0]).toMatchObject({
      epoch: '2026-01-01T00:00:00.240Z',
      self: { startedLateMs: 5240 },
    });
  });

  it('stops 20 s before its own timeout and counts what it never sent', async () => {
    const { run, clock } = setUp(takes(100));
    const { output } = await run(assignmentFor({ requests: 1000, warmup: 0 }), undefined, {
      remainingMs: 50_000,
    });
    expect(output).toMatchObject({ ok: 300, unsent: 700 });
    expect(clock.now()).toBe(30_000);
  });

  it('stops earlier where a request may take longer, so that its samples can still be stored', async () => {
    const { run, clock } = setUp(() => ({ endMs: Infinity }));
    const load = { rate: 1, durationSeconds: 100, warmup: 0, timeoutMs: 30_000 };
    const { output } = await run(assignmentFor(load), undefined, { remainingMs: 50_000 });
    expect(output).toMatchObject({ sent: 10, failed: 10, unsent: 90 });
    // The host was probed for 220 ms, and the pacer told its times 20 ms before the first.
    expect(clock.now()).toBe(39_240);
  });

  it('loses nothing when the store is down for a while', async () => {
    let puts = 0;
    const { run, parts } = setUp(takes(100), (_, inner) => ({
      put: (key, body) => (++puts <= 2 ? down() : inner.put(key, body)),
    }));
    await run(assignmentFor({ rate: 10, durationSeconds: 11, warmup: 0 }));
    expect(merged(parts()).count).toBe(110);
  });

  it('fails when the samples cannot be stored at all', async () => {
    const { run } = setUp(takes(1), () => ({ put: down }));
    await expect(run(assignmentFor({ requests: 3 }))).rejects.toMatchObject({ name: 'SamplesLostError' });
  });

  it('stores what was measured when sending breaks, without a final part', async () => {
    const { run, parts } = setUp((sentMs, index) => {
      if (index === 5) throw new Error('broken connection');
      return { endMs: sentMs + 1 };
    });
    await expect(run(assignmentFor({ requests: 10, warmup: 0 }))).rejects.toThrow('broken connection');
    expect(parts().map(({ final, counts }) => [final, counts.ok])).toEqual([[false, 5]]);
  });

  it('refuses a target that has neither a URL nor a function', async () => {
    const { run } = setUp(takes(1));
    const target = { version: 1, id: 'one', kind: 'null' } as const;
    await expect(run(assignmentFor({}, { target }))).rejects.toMatchObject({ name: 'InputError' });
  });
});
