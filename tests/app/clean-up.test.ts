import { memoryObjectStore } from '../support/memory.ts';
import { cleanUp } from '../../src/app/clean-up.ts';
import { lockKey, outcomeKey } from '../../src/core/keys.ts';
import type { FinishInput } from '../../src/core/schema/outcome.ts';
import type { ObjectStore } from '../../src/ports/index.ts';
import { clockAt, newYear } from './run.ts';

const lambdaCause = JSON.stringify({
  errorType: 'NoTargetError',
  errorMessage: 'no target passed',
  trace: ['x'],
});
const finishedAt = '2026-01-01T00:00:00.000Z';
const schema = 'latency-lab.outcome.v1';

const setUp = (holder?: string, change: Partial<ObjectStore> = {}) => {
  const lock = JSON.stringify({ runId: 'run-1', executionName: holder, expiresAt: finishedAt });
  const objects = new Map(holder === undefined ? [] : [[lockKey, lock]]);
  const store = { ...memoryObjectStore(objects), ...change };
  const deleted: string[] = [];
  const secrets = { deleteUnder: (path: string) => Promise.resolve(void deleted.push(path)) };
  const finish = (run: FinishInput) =>
    cleanUp({ store, clock: clockAt(newYear), secrets, labName: 'lab' }, { executionName: 'e-1', run });
  const written = (): unknown => JSON.parse(objects.get(outcomeKey('run-1')) ?? 'null');
  return { deleted, objects, finish, written };
};

describe('cleanUp', () => {
  it('writes down a success and releases the lock', async () => {
    const { objects, finish, written } = setUp('e-1');
    const outcome = { schema, runId: 'run-1', status: 'succeeded', finishedAt };
    expect(await finish({ runId: 'run-1' })).toEqual(outcome);
    expect(written()).toEqual(outcome);
    expect(objects.has(lockKey)).toBe(false);
  });

  it('writes down a crossed threshold as what the execution fails with', async () => {
    const crossed = 'a: p99 is 60 ms; allowed: 50 ms';
    const { finish, written } = setUp('e-1');
    await finish({ runId: 'run-1', report: { output: { crossed } } });
    const error = { name: 'ThresholdCrossed', message: crossed };
    expect(written()).toMatchObject({ status: 'failed', error });
  });

  it("deletes the run's secrets and no other's", async () => {
    const { deleted, finish } = setUp('e-1');
    await finish({ runId: 'run-1' });
    expect(deleted).toEqual(['/latency-lab/lab/secrets/run-1/']);
  });

  it.each<[string, FinishInput, object]>([
    [
      'a function',
      { error: { Error: 'NoTargetError', Cause: lambdaCause } },
      { name: 'NoTargetError', message: 'no target passed' },
    ],
    [
      'Step Functions',
      { error: { Error: 'States.Timeout', Cause: 'took too long' } },
      { name: 'States.Timeout', message: 'took too long' },
    ],
    ['a cause that is other JSON', { error: { Error: 'X', Cause: '[1]' } }, { name: 'X', message: '[1]' }],
    ['a cause that is null', { error: { Error: 'X', Cause: 'null' } }, { name: 'X', message: 'null' }],
    ['no cause', { error: { Error: 'X' } }, { name: 'X', message: '' }],
    ['the report', { reportError: { Error: 'X', Cause: 'y' } }, { name: 'X', message: 'y' }],
    [
      'two, the first of them',
      { error: { Error: 'A' }, reportError: { Error: 'B' } },
      { name: 'A', message: '' },
    ],
  ])('writes down the error of %s', async (_, errors, error) => {
    const { finish, written } = setUp('e-1');
    await finish({ runId: 'run-1', ...errors });
    expect(written()).toEqual({ schema, runId: 'run-1', status: 'failed', error, finishedAt });
  });

  it('only answers, and writes nothing, when the plan refused the input', async () => {
    const { objects, finish } = setUp();
    expect(await finish({ error: { Error: 'InputError', Cause: 'rounds: given 0' } })).toEqual({
      schema,
      status: 'failed',
      error: { name: 'InputError', message: 'rounds: given 0' },
      finishedAt,
    });
    expect(objects.size).toBe(0);
  });

  it('knows by the lock which run it was when the plan died', async () => {
    const { objects, finish, written } = setUp('e-1');
    await finish({ error: { Error: 'States.Timeout' } });
    expect(written()).toMatchObject({ runId: 'run-1', status: 'failed' });
    expect(objects.has(lockKey)).toBe(false);
  });

  it("leaves another execution's lock and run alone", async () => {
    const { objects, finish } = setUp('e-2');
    await finish({ error: { Error: 'RunInProgressError', Cause: 'wait' } });
    expect([...objects.keys()]).toEqual([lockKey]);
  });

  it('writes down its own outcome also when its lock has expired and gone to another', async () => {
    const { objects, finish, written } = setUp('e-2');
    await finish({ runId: 'run-1' });
    expect(written()).toMatchObject({ runId: 'run-1', status: 'succeeded' });
    expect(objects.has(lockKey)).toBe(true);
  });

  it('releases the lock even when the outcome cannot be written', async () => {
    const full = { put: () => Promise.reject(new Error('no room')) };
    const { objects, finish, deleted } = setUp('e-1', full);
    await expect(finish({ runId: 'run-1' })).rejects.toThrow('no room');
    expect(objects.has(lockKey)).toBe(false);
    expect(deleted).toHaveLength(1);
  });
});
