import { memoryObjectStore } from '../support/memory.ts';
import { schedule } from '../../src/app/schedule.ts';
import { InputError, NoTargetError, RunInProgressError } from '../../src/core/errors.ts';
import { lockKey, partKey, planKey, trialKey, verifyKey } from '../../src/core/keys.ts';
import type { Plan, Verification } from '../../src/core/schema/plan.ts';
import type { TrialInput } from '../../src/core/schema/trial.ts';
import type { Schedule, WorkerAssignment } from '../../src/core/schema/work.ts';
import { partOf } from '../core/report/sample-run.ts';
import { clockAt, newYear, planOf, targetOf } from './run.ts';

const fit = (targetId: string, meanMs = 20): Verification => ({
  targetId,
  ok: true,
  sent: 50,
  acknowledged: 50,
  meanMs,
});
const unfit = (targetId: string): Verification => ({
  targetId,
  ok: false,
  sent: 3,
  acknowledged: 0,
  reason: 'it is down',
});
const allFit = [fit('a'), fit('b'), fit('null')];

const setUp = (change: Partial<Plan> = {}) => {
  const objects = new Map([[planKey('run-1'), JSON.stringify(planOf(change))]]);
  const run = (verifications: readonly Verification[] = allFit): Promise<Schedule> =>
    schedule(
      { store: memoryObjectStore(objects), clock: clockAt(newYear) },
      { runId: 'run-1', executionName: 'e', verifications },
    );
  const assignments = (key: string) => JSON.parse(objects.get(key) ?? 'null') as WorkerAssignment[];
  return { objects, run, assignments };
};
const keysOf = ({ rounds }: Schedule) =>
  rounds.flatMap(({ steps }) => steps.map((step) => step.assignmentsKey));

/** What a generator leaves behind: one part that is not final, then one that is, or dies before it. */
const generate = (objects: Map<string, string>, assignment: WorkerAssignment, dies = false): void => {
  const { runId, round, cellId, worker, workers, attempt, segment } = assignment;
  for (const part of dies ? [0] : [0, 1]) {
    const place = { runId, round, cellId, worker, attempt, segment, part };
    objects.set(partKey(place), JSON.stringify(partOf({ ...place, workers, final: part === 1 }, [])));
  }
};

describe('schedule', () => {
  it('visits every fit target once per round, each with its assignments in the bucket', async () => {
    const { run, assignments } = setUp();
    const made = await run();
    expect(made.runId).toBe('run-1');
    expect(made.rounds.map(({ round }) => round)).toEqual([1, 2]);
    expect([...keysOf(made)].sort()).toEqual(
      [1, 2].flatMap((round) => ['a', 'b', 'null'].map((id) => `runs/run-1/steps/${round}-${id}-0.json`)),
    );
    expect(assignments('runs/run-1/steps/2-b-0.json')).toMatchObject([
      {
        round: 2,
        cellId: 'b',
        attempt: 1,
        worker: 0,
        workers: 1,
        load: { requests: 150 },
        target: { id: 'b' },
      },
    ]);
  });

  it('writes the verdicts down and leaves out who failed', async () => {
    const { objects, run } = setUp();
    const verdicts = [fit('a'), unfit('b'), fit('null')];
    expect(keysOf(await run(verdicts)).filter((key) => key.includes('-b-'))).toEqual([]);
    expect(JSON.parse(objects.get(verifyKey('run-1')) ?? '')).toEqual(verdicts);
  });

  it('fails when the null target alone is fit, its reasons named and kept', async () => {
    const { objects, run } = setUp();
    const made = run([unfit('a'), unfit('b'), fit('null')]);
    await expect(made).rejects.toThrow(NoTargetError);
    await expect(made).rejects.toThrow('no target passed its verification. a: it is down; b: it is down');
    expect(objects.has(verifyKey('run-1'))).toBe(true);
  });

  it('measures the null target alone where that is all there is', async () => {
    const { run } = setUp({ targets: planOf().targets.filter(({ kind }) => kind === 'null') });
    expect(keysOf(await run([fit('null')]))).toHaveLength(2);
  });

  it('cuts the cells of a slow target and of nobody else', async () => {
    const { run, assignments } = setUp({ rounds: 1 });
    const keys = keysOf(await run([fit('a', 6000), fit('b'), fit('null')]));
    expect(keys.filter((key) => key.includes('-a-'))).toEqual(
      [0, 1, 2].map((n) => `runs/run-1/steps/1-a-${n}.json`),
    );
    expect(keys).toHaveLength(5);
    expect(assignments('runs/run-1/steps/1-a-2.json')).toMatchObject([
      { segment: 2, load: { requests: 50 } },
    ]);
  });

  it('cuts the cells of a target whose burst was slow, or whose store takes only so much', async () => {
    const load = { ...planOf().load, requests: 100_000, concurrency: 100 } as Plan['load'];
    const targets = [targetOf('a', { maxRate: 100 }), targetOf('b'), targetOf('c')];
    const keys = keysOf(
      await setUp({ load, rounds: 1, targets }).run([
        fit('a', 10),
        { ...fit('b', 10), burst: { connections: 10, meanMs: 100 } },
        { ...fit('c', 10), burst: { connections: 10, meanMs: 10 } },
      ]),
    );
    const countOf = (id: string) => keys.filter((key) => key.includes(`-${id}-`)).length;
    expect(['a', 'b', 'c'].map(countOf)).toEqual([3, 3, 1]);
  });

  it('says so when the pace makes more steps than a run can have', async () => {
    const load = { ...planOf().load, requests: 1e6 } as Plan['load'];
    await expect(setUp({ load }).run([fit('a', 1000)])).rejects.toThrow(InputError);
  });

  it('asks for the lock as long as the steps may take', async () => {
    const { objects, run } = setUp();
    const lock = { runId: 'run-1', executionName: 'e', expiresAt: '2026-01-01T00:00:01.000Z' };
    objects.set(lockKey, JSON.stringify(lock));
    await run();
    // 6 steps of 905 s and half an hour.
    expect(JSON.parse(objects.get(lockKey) ?? '')).toEqual({
      ...lock,
      expiresAt: '2026-01-01T02:00:30.000Z',
    });
  });

  it('stops when another run holds the lock', async () => {
    const { objects, run } = setUp();
    objects.set(
      lockKey,
      JSON.stringify({ runId: 'other', executionName: 'other', expiresAt: '2026-01-01T00:00:01.000Z' }),
    );
    await expect(run()).rejects.toThrow(RunInProgressError);
  });
});

describe('schedule of a run that is taken up again', () => {
  const load: Plan['load'] = { model: 'closed', requests: 300, concurrency: 100, warmup: 0, timeoutMs: 1000 };

  it('leaves out the complete cells and counts the attempts of the others on', async () => {
    const { objects, run, assignments } = setUp({ load, rounds: 1 });
    const stepKey = (id: string) => `runs/run-1/steps/1-${id}-0.json`;
    await run();
    // a: both workers done; b: the second one died midway; null: the second one wrote nothing.
    for (const worker of assignments(stepKey('a'))) generate(objects, worker);
    for (const worker of assignments(stepKey('b'))) generate(objects, worker, worker.worker === 1);
    for (const worker of assignments(stepKey('null')).slice(0, 1)) generate(objects, worker);

    expect([...keysOf(await run())].sort()).toEqual([stepKey('b'), stepKey('null')]);
    expect(assignments(stepKey('b')).map(({ attempt }) => attempt)).toEqual([2, 2]);
    expect(assignments(stepKey('a')).map(({ attempt }) => attempt)).toEqual([1, 1]);

    for (const worker of assignments(stepKey('b'))) generate(objects, worker);
    expect(keysOf(await run())).toEqual([stepKey('null')]);
    expect(assignments(stepKey('null')).map(({ attempt }) => attempt)).toEqual([3, 3]);
  });

  it('has nothing left to do when all is complete', async () => {
    const { objects, run, assignments } = setUp();
    for (const key of keysOf(await run())) for (const worker of assignments(key)) generate(objects, worker);
    expect(await run()).toEqual({ runId: 'run-1', rounds: [], coldStarts: [], tunings: [] });
  });

  it('does not miss the segments that a faster second attempt no longer has', async () => {
    const { objects, run, assignments } = setUp({ rounds: 1, targets: planOf().targets.slice(0, 1) });
    expect(keysOf(await run([fit('a', 6000)]))).toHaveLength(3);
    const [key = ''] = keysOf(await run([fit('a', 20)]));
    for (const worker of assignments(key)) generate(objects, worker);
    expect((await run([fit('a', 20)])).rounds).toEqual([]);
  });
});

describe('the trials of a run', () => {
  const copy = {
    functionArn: 'arn:aws:lambda:eu-west-2:123456789012:function:x',
    url: 'http://127.0.0.1/',
    logGroup: 'x',
  };
  const targets = ['a', 'b'].map((id) => targetOf(id, { memoryMb: 512, copy }));
  const coldStarts = { perTarget: 2, bursts: 0, burstSize: 4, idleMinutes: 5 };
  const place = {
    runId: 'run-1',
    purpose: 'cold-starts',
    targetId: 'a',
    memoryMb: 512,
    round: 1,
    simultaneous: 1,
  };
  const listIn = (objects: Map<string, string>, key: string) =>
    JSON.parse(objects.get(key) ?? '[]') as TrialInput[];
  const forcedKey = 'runs/run-1/trials/cold-starts.json';

  it('are listed in the bucket, the idle ones behind their wait, and the lock lasts for them', async () => {
    const { objects, run } = setUp({ targets, coldStarts });
    objects.set(
      lockKey,
      JSON.stringify({ runId: 'run-1', executionName: 'e', expiresAt: '2026-01-01T01:00:00.000Z' }),
    );
    expect((await run()).coldStarts).toEqual([
      { trialsKey: forcedKey, waitSeconds: 0 },
      { trialsKey: 'runs/run-1/trials/idle.json', waitSeconds: 300 },
    ]);
    expect(listIn(objects, forcedKey)).toHaveLength(4);
    expect(listIn(objects, 'runs/run-1/trials/idle.json')).toHaveLength(2);
    const { expiresAt } = JSON.parse(objects.get(lockKey)!) as { expiresAt: string };
    expect(Date.parse(expiresAt) - newYear).toBe((4 * 905 + 6 * 305 + 300 + 1_800) * 1000);
  });

  it('leave out whom Verify refused, what was tried already, and nothing that failed', async () => {
    const { objects, run } = setUp({ targets, coldStarts });
    const tried = {
      schema: 'latency-lab.trial.v1',
      ...place,
      warm: 0,
      force: true,
      startedAt: '2026-01-01T00:00:00.000Z',
      changeMs: 1,
      requests: [],
    };
    objects.set(trialKey(place), JSON.stringify(tried));
    objects.set(trialKey({ ...place, round: 2 }), JSON.stringify({ ...tried, round: 2, reason: 'no' }));
    await run([fit('a'), unfit('b')]);
    expect(listIn(objects, forcedKey).map(({ targetId, round }) => `${targetId}${round}`)).toEqual(['a2']);
  });

  it('are none where they are off', async () => {
    const { run } = setUp({ targets, coldStarts: false });
    expect((await run()).coldStarts).toEqual([]);
  });
});
