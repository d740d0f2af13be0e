import fc from 'fast-check';
import { memoryObjectStore, unused } from '../../support/memory.ts';
import { generate, type GenerateDeps } from '../../../src/app/generate/generate.ts';
import { assignmentsOf, stepsOf } from '../../../src/core/schedule/steps.ts';
import { paceOf } from '../../../src/core/schedule/pace.ts';
import { functionTimeoutMs } from '../../../src/core/schedule/time-budget.ts';
import type { LoadProfile } from '../../../src/core/schema/load.ts';
import type { Target } from '../../../src/core/schema/target.ts';
import type { WorkerAssignment } from '../../../src/core/schema/work.ts';
import { closedLoad, openLoad } from '../../support/loads.ts';
import { type Behaviour, takes, VirtualClock, virtualServer } from '../../support/virtual-clock.ts';

const target: Target = { version: 1, id: 'one', kind: 'url', url: 'http://127.0.0.1/' };

const assigned = (load: LoadProfile, meanMs = 0): readonly WorkerAssignment[] =>
  stepsOf({ runId: 'r1', load }, [{ round: 1, target }], () => paceOf(load, target, { meanMs })).flatMap(
    (step) => assignmentsOf('r1', step, 1),
  );

/** In an invocation of its own that began with the Map: it waits as long as it may for the others. */
const unsentOf = async (assignment: WorkerAssignment, behave: Behaviour): Promise<number> => {
  const clock = new VirtualClock();
  const deps: GenerateDeps = {
    clock,
    store: memoryObjectStore(),
    ...unused,
    httpConnection: virtualServer(clock, behave).openConnection,
    startPacer: clock.startPacer,
    watchVitals: () => () => ({
      eventLoopDelayP99Ms: 0,
      eventLoopDelayMaxMs: 0,
      eventLoopBusyShare: 0,
      cpuShare: 0,
    }),
  };
  const input = { assignment, enteredAt: new Date(clock.wallTime()).toISOString() };
  const surroundings = { remainingMs: functionTimeoutMs, coldStart: true, memoryMb: 1769, node: 'v24.0.0' };
  const { output } = await clock.run(generate(deps, input, surroundings));
  expect(clock.now()).toBeLessThan(functionTimeoutMs);
  return output.unsent;
};

const unsentOfAll = async (load: LoadProfile, behave: Behaviour, meanMs = 0): Promise<number> => {
  let unsent = 0;
  for (const assignment of assigned(load, meanMs)) unsent += await unsentOf(assignment, behave);
  return unsent;
};

const never: Behaviour = () => ({ endMs: Infinity });

describe('what is planned', () => {
  it('is sent, 5 requests/s for 840 s with a timeout of 60 s as well', async () => {
    const load = { ...openLoad, rate: 5, durationSeconds: 840, timeoutMs: 60_000 };
    expect(assigned(load)).toHaveLength(2);
    expect(await unsentOfAll(load, takes(1))).toBe(0);
  });

  it('is sent by every worker, however slow the rate, long the load, patient the timeout and random the times', async () => {
    // A few hundred requests in all: the rules do not depend on how many there are.
    const loads = fc
      .record({
        rate: fc.double({ min: 0.01, max: 0.3, noNaN: true }),
        durationSeconds: fc.double({ min: 200, max: 1_700, noNaN: true }),
        timeoutMs: fc.integer({ min: 1, max: 60_000 }),
        maxConnections: fc.constantFrom(1, 2_000),
        times: fc.constantFrom({}, { poissonSeed: 7 }),
      })
      .map(({ times, ...change }): LoadProfile => ({ ...openLoad, warmup: 0, ...change, ...times }));
    await fc.assert(
      fc.asyncProperty(loads, async (load) => {
        expect(await unsentOfAll(load, takes(0))).toBe(0);
      }),
      { numRuns: 20 },
    );
  });

  it('is sent or dropped, never left over, when nothing is ever answered', async () => {
    const load = { ...openLoad, rate: 0.2, durationSeconds: 1_480, timeoutMs: 60_000, maxConnections: 1 };
    expect(assigned(load)).toHaveLength(2);
    expect(await unsentOfAll(load, never)).toBe(0);
  });

  it('is sent in the closed model too by a target that answers half as fast as when it was verified', async () => {
    const load = { ...closedLoad, requests: 900, timeoutMs: 60_000, concurrency: 2 };
    expect(assigned(load, 2_000)).toHaveLength(3);
    expect(await unsentOfAll(load, takes(4_000), 2_000)).toBe(0);
  });
});
