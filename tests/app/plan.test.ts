import { memoryObjectStore, memoryTargetRegistry } from '../support/memory.ts';
import { plan, type PlanDeps } from '../../src/app/plan.ts';
import { pricesOf } from '../../src/core/cost/prices.ts';
import { InputError, NoTargetError, RunInProgressError } from '../../src/core/errors.ts';
import { lockKey, planKey, targetsPath } from '../../src/core/keys.ts';
import { read } from '../../src/core/schema/fields.ts';
import { tuningRequest } from '../../src/core/schema/tuning.ts';
import type { Plan } from '../../src/core/schema/plan.ts';
import { clockAt, newYear, planOf, targetOf } from './run.ts';

const tunerArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:tuner';

const setUp = (ids: readonly string[] = ['a', 'b']) => {
  const objects = new Map<string, string>();
  const path = targetsPath('lab');
  const parameters = new Map(ids.map((id) => [`${path}${id}`, JSON.stringify(targetOf(id))]));
  const deps: PlanDeps = {
    store: memoryObjectStore(objects),
    registry: memoryTargetRegistry(parameters, path),
    clock: clockAt(newYear),
    labName: 'lab',
    plane: 'local',
    limits: { invokableArns: [] },
    freeConcurrency: () => Promise.resolve(64),
    tunerArn: () => Promise.resolve(tunerArn),
  };
  return { objects, deps, lock: (): unknown => JSON.parse(objects.get(lockKey) ?? 'null') };
};
const input = (request: unknown, executionName = 'run-1') => ({ request, executionName });

describe('plan', () => {
  it('writes the whole plan, takes the lock and answers with one verification per target', async () => {
    const { objects, deps, lock } = setUp();
    const request = { labels: { host: 'laptop' }, leftOut: [{ id: 'c', reason: 'no cargo' }], rounds: 2 };
    expect(await plan(deps, input(request))).toEqual({
      runId: 'run-1',
      executionName: 'run-1',
      verifications: [
        { runId: 'run-1', targetId: 'a' },
        { runId: 'run-1', targetId: 'b' },
      ],
    });
    const { labels, leftOut } = request;
    const coldStarts = { perTarget: 10, bursts: 1, burstSize: 4 };
    expect(JSON.parse(objects.get(planKey('run-1')) ?? '')).toEqual({
      ...planOf({ labels, leftOut, coldStarts, targets: [targetOf('a'), targetOf('b')] }),
      tuning: read(tuningRequest, {}, 'tuning'),
      tunerArn,
      cost: { freeTier: false, region: 'us-east-1' },
      estimatedDollars: expect.any(Number) as number,
    });
    expect(lock()).toEqual({ runId: 'run-1', executionName: 'run-1', expiresAt: '2026-01-01T00:20:10.000Z' });
  });

  it.each([
    ['a misspelt field', { round: 1 }, InputError],
    ['an unknown target', { targets: ['c'] }, InputError],
    [
      'more steps than a run can have',
      { rounds: 50, load: { rate: 1, durationSeconds: 43_200 } },
      InputError,
    ],
  ])('leaves nothing behind for %s', async (_, request, error) => {
    const { objects, deps } = setUp();
    await expect(plan(deps, input(request))).rejects.toThrow(error);
    expect(objects.size).toBe(0);
  });

  it('refuses a run that may cost more than its budget, and writes nothing', async () => {
    const { objects, deps } = setUp(['a']);
    const request = { load: { requests: 900_000 }, rounds: 1 };
    await expect(plan(deps, input(request))).rejects.toThrow(
      /budgetDollars: given 1; allowed: at least \$\d/,
    );
    expect(objects.size).toBe(0);
    await plan(deps, input({ ...request, budgetDollars: 'not billed' }));
    const { estimatedDollars } = JSON.parse(objects.get(planKey('run-1')) ?? '') as Plan;
    expect(estimatedDollars).toBeGreaterThan(1);
  });

  it("takes the prices of the lab's region, of the one that is asked for, or those that are given", async () => {
    const planned = async (cost: object): Promise<Plan> => {
      const { objects, deps } = setUp(['a']);
      await plan({ ...deps, region: 'eu-west-2' }, input({ cost }));
      return JSON.parse(objects.get(planKey('run-1')) ?? '') as Plan;
    };
    expect((await planned({})).cost?.region).toBe('eu-west-2');
    expect((await planned({ region: 'us-east-1' })).cost?.region).toBe('us-east-1');
    const prices = { ...pricesOf('eu-west-2'), region: 'eu-north-1' };
    expect((await planned({ prices })).cost).toEqual({ freeTier: false, region: 'eu-north-1', prices });
    await expect(planned({ region: 'eu-north-1' })).rejects.toThrow(
      'cost.region: given "eu-north-1"; allowed: a region with prices: eu-west-2, us-east-1',
    );
  });

  it('leaves nothing behind for a load that the account cannot carry, and names the quota', async () => {
    const { objects, deps } = setUp(['a']);
    const arn = 'arn:aws:lambda:eu-west-2:123456789012:function:f:live';
    const registry = { list: () => Promise.resolve([targetOf('a', { functionArn: arn })]) };
    const asked = input({ load: { requests: 1_000, concurrency: 63 } });
    await expect(plan({ ...deps, registry }, asked)).rejects.toThrow(
      'load.concurrency: given 63; allowed: what the quota "Concurrent executions" of AWS Lambda allows: 64 are free, ' +
        'and this takes at least 65 (2 for generators, 63 for the functions that they call)',
    );
    expect(objects.size).toBe(0);
    // Of targets that are no functions, it takes the generators alone; and what cannot be read forbids nothing.
    await plan(deps, asked);
    const unread = {
      ...setUp(['a']).deps,
      registry,
      freeConcurrency: () => Promise.reject(new Error('denied')),
    };
    await plan(unread, asked);
  });

  it('has each target loaded from where it says, and the others by the functions of the lab', async () => {
    const { objects, deps } = setUp(['a']);
    const arn = (name: string) => `arn:aws:lambda:eu-west-2:123456789012:function:${name}`;
    const own = { verifyFunctionArn: arn('Verify'), generateFunctionArn: arn('Generate') };
    const there = { verifyFunctionArn: arn('VpcVerify'), generateFunctionArn: arn('VpcGenerate') };
    const request = { extraTargets: [targetOf('b', { vantage: 'vpc', loadFrom: there })] };
    expect((await plan(deps, { ...input(request), loadFrom: own })).verifications).toEqual([
      { runId: 'run-1', targetId: 'a', verifyFunctionArn: own.verifyFunctionArn },
      { runId: 'run-1', targetId: 'b', verifyFunctionArn: there.verifyFunctionArn },
    ]);
    const { targets } = JSON.parse(objects.get(planKey('run-1')) ?? '') as Plan;
    expect(targets.map(({ loadFrom }) => loadFrom)).toEqual([own, there]);
  });

  it('leaves nothing behind where no target is registered', async () => {
    const { objects, deps } = setUp([]);
    await expect(plan(deps, input({}))).rejects.toThrow(NoTargetError);
    expect(objects.size).toBe(0);
  });

  it('refuses a second execution while the first one runs, and says what to do', async () => {
    const { objects, deps } = setUp();
    await plan(deps, input({}));
    const second = plan(deps, input({}, 'run-2'));
    await expect(second).rejects.toThrow(RunInProgressError);
    await expect(second).rejects.toThrow(
      'run "run-1" (execution run-1) holds the lab until 2026-01-01T00:20:10.000Z. Wait for its end; ' +
        'if that execution was stopped, delete runs/lock.json from the results bucket',
    );
    expect([...objects.keys()]).toEqual([lockKey, planKey('run-1')]);
  });

  it('refuses a second execution of the same run while the first one runs', async () => {
    const { deps } = setUp();
    await plan(deps, input({ runId: 'mine' }));
    await expect(plan(deps, input({ runId: 'mine' }, 'run-2'))).rejects.toThrow(RunInProgressError);
  });

  it('does the same again when the state machine tries it a second time', async () => {
    const { deps } = setUp();
    expect(await plan(deps, input({}))).toEqual(await plan(deps, input({})));
  });

  it('takes over a lock that has expired', async () => {
    const { deps, lock } = setUp();
    await plan(deps, input({}));
    await plan({ ...deps, clock: clockAt(newYear + 3_600_000) }, input({}, 'run-2'));
    expect(lock()).toMatchObject({ runId: 'run-2' });
  });

  it('takes up an earlier run that means the same and keeps its plan', async () => {
    const { objects, deps } = setUp();
    await plan(deps, input({ runId: 'mine', labels: { host: 'one' } }));
    const earlier = JSON.parse(objects.get(planKey('mine'))!) as object;
    objects.delete(lockKey);
    const request = { runId: 'mine', labels: { host: 'two' }, rounds: 10 };
    await plan({ ...deps, clock: clockAt(newYear + 1000) }, input(request, 'run-2'));
    expect(JSON.parse(objects.get(planKey('mine'))!)).toEqual(earlier);
  });

  it('judges a run that is taken up again by what is given now', async () => {
    const { objects, deps } = setUp();
    await plan(deps, input({ runId: 'mine', limits: { p50Ms: 5 }, goal: { coldShare: 0.1 } }));
    objects.delete(lockKey);
    await plan(deps, input({ runId: 'mine', limits: { p99Ms: 9 }, maxFailed: 0.2 }, 'run-2'));
    const kept = JSON.parse(objects.get(planKey('mine'))!) as object;
    expect(kept).toMatchObject({ limits: { p99Ms: 9 }, maxFailed: 0.2 });
    expect(kept).not.toHaveProperty('goal');
    expect(kept).not.toHaveProperty('limits.p50Ms');
  });

  it.each([
    ['load', { load: { requests: 301 } }],
    ['rounds', { rounds: 4 }],
    ['seed', { seed: 2 }],
    ['targets', { targets: ['a'] }],
  ])('refuses to take up an earlier run whose %s differs, and frees the lock', async (field, change) => {
    const { objects, deps } = setUp();
    await plan(deps, input({ runId: 'mine' }));
    objects.delete(lockKey);
    const again = plan(deps, input({ runId: 'mine', ...change }, 'run-2'));
    await expect(again).rejects.toThrow(InputError);
    await expect(again).rejects.toThrow(`That run exists and its ${field} differs`);
    expect(objects.has(lockKey)).toBe(false);
  });
});
