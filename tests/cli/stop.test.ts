import { systemClock } from '../../src/adapters/system.ts';
import { readLock, takeLock } from '../../src/app/lock.ts';
import { stopRun } from '../../src/cli/commands/stop.ts';
import { outcomeKey, partKey, planKey, reportKey } from '../../src/core/keys.ts';
import type { Report } from '../../src/core/schema/report.ts';
import { sampleRun } from '../core/report/sample-run.ts';
import { errorNamed } from '../support/errors.ts';
import { memoryObjectStore } from '../support/memory.ts';

const run = sampleRun({
  rounds: 2,
  requests: 60,
  seed: 1,
  characters: [{ id: 'mine', warmMs: 3, coldMs: 9 }],
});
const { runId } = run.plan;
const lock = { runId, executionName: `${runId}-again`, expiresAt: '2999-01-01T00:00:00.000Z' };

const underWay = async (rounds: number) => {
  const store = memoryObjectStore();
  await takeLock(store, lock, Date.now());
  await store.put(planKey(runId), JSON.stringify(run.plan));
  for (const part of run.parts.filter(({ round }) => round <= rounds))
    await store.put(partKey(part), JSON.stringify(part));
  const forgotten: string[] = [];
  const secrets = { deleteUnder: (path: string) => Promise.resolve(void forgotten.push(path)) };
  const stopped: string[] = [];
  const stop = (arn: string): Promise<void> => Promise.resolve(void stopped.push(arn));
  const stateMachineArn = 'arn:aws:states:eu-west-2:123456789012:stateMachine:Compare';
  const deps = {
    executions: { stop },
    stateMachineArn,
    store,
    clock: systemClock,
    architectures: [],
    secrets,
    labName: 'mine',
  };
  return { store, stopped, forgotten, deps };
};

describe('stopRun', () => {
  it('stops the execution that holds the lab, reports what was measured and frees the lab', async () => {
    const { store, stopped, forgotten, deps } = await underWay(1);
    expect(await stopRun(runId, deps)).toBe(true);
    expect(stopped).toEqual([
      `arn:aws:states:eu-west-2:123456789012:execution:Compare:${lock.executionName}`,
    ]);
    const report = JSON.parse((await store.get(reportKey(runId, 'json'))) ?? '') as Report;
    expect(report.outcome).toEqual({ ok: false, error: 'RunStopped', cause: 'stopped by the user' });
    expect(report.targets[0]?.requests.ok).toBe(60);
    expect(await store.get(outcomeKey(runId))).toContain('"failed"');
    expect(await readLock(store)).toBeUndefined();
    expect(forgotten).toEqual([`/latency-lab/mine/secrets/${runId}/`]);
  });

  it('reports nothing where nothing was measured, and frees the lab all the same', async () => {
    const { store, deps } = await underWay(0);
    expect(await stopRun(runId, deps)).toBe(false);
    expect(await store.get(reportKey(runId, 'json'))).toBeUndefined();
    expect(await readLock(store)).toBeUndefined();
  });

  it('frees the lab of an execution that is gone already, and not of one that could not be stopped', async () => {
    const failing = (name: string) => ({
      stop: () => Promise.reject(errorNamed(name)),
    });
    const gone = await underWay(1);
    expect(await stopRun(runId, { ...gone.deps, executions: failing('ExecutionDoesNotExist') })).toBe(true);
    const denied = await underWay(1);
    const refused = stopRun(runId, { ...denied.deps, executions: failing('AccessDeniedException') });
    await expect(refused).rejects.toThrow('AccessDeniedException');
    expect(await readLock(denied.store)).toEqual(lock);
  });

  it('refuses another run than the one under way and names that', async () => {
    const { deps, stopped } = await underWay(1);
    await expect(stopRun('other', deps)).rejects.toMatchObject({ field: 'RUN', exitCode: 2, allowed: runId });
    expect(stopped).toEqual([]);
  });
});
