import { memoryObjectStore } from '../../support/memory.ts';
import { readLock, takeLock } from '../../../src/app/lock.ts';
import { leave } from '../../../src/cli/run/execute.ts';

const lock = { runId: 'mine', executionName: 'mine', expiresAt: '2999-01-01T00:00:00.000Z' };
const failing = (): Promise<never> => Promise.reject(new Error('gone'));

describe('leave', () => {
  it('leaves the lock only as long as a generator may still be sending, so that the run can be resumed', async () => {
    const bucket = memoryObjectStore();
    await takeLock(bucket, lock, Date.now());
    const stopped: string[] = [];
    const stop = (arn: string): Promise<void> => Promise.resolve(void stopped.push(arn));
    const before = Date.now();
    await leave({ executions: { stop }, arn: 'arn:execution:mine', runId: 'mine', bucket, copy: failing });
    expect(stopped).toEqual(['arn:execution:mine']);
    const expiresAt = Date.parse((await readLock(bucket))?.expiresAt ?? '');
    expect(expiresAt).toBeGreaterThanOrEqual(before + 905_000);
    expect(expiresAt).toBeLessThanOrEqual(Date.now() + 905_000);
  });

  it('keeps the lock of a run that could not be stopped', async () => {
    const bucket = memoryObjectStore();
    await takeLock(bucket, lock, Date.now());
    const copy = (): Promise<void> => Promise.resolve();
    await leave({ executions: { stop: failing }, arn: 'arn:execution:mine', runId: 'mine', bucket, copy });
    expect(await readLock(bucket)).toEqual(lock);
  });

  it('leaves the lock of another run alone', async () => {
    const bucket = memoryObjectStore();
    await takeLock(bucket, { ...lock, executionName: 'other' }, Date.now());
    const done = (): Promise<void> => Promise.resolve();
    await leave({ executions: { stop: done }, arn: 'arn:execution:mine', runId: 'mine', bucket, copy: done });
    expect((await readLock(bucket))?.expiresAt).toBe(lock.expiresAt);
  });
});
