import { memoryObjectStore } from '../../support/memory.ts';
import { readLock, takeLock } from '../../../src/app/lock.ts';
import { leave } from '../../../src/cli/run/execute.ts';

const lock = { runId: 'mine', executionName: 'mine', expiresAt: '2999-01-01T00:00:00.000Z' };
const failing = (): Promise<never> => Promise.reject(new Error('gone'));

/** Leaves the run `mine` while the lab is locked like this. @returns the lock afterwards */
const leaving = async (
  held: typeof lock,
  stop: (arn: string) => Promise<void>,
  copy: () => Promise<void>,
): Promise<typeof lock | undefined> => {
  const bucket = memoryObjectStore();
  await takeLock(bucket, held, Date.now());
  await leave({ executions: { stop }, arn: 'arn:execution:mine', runId: 'mine', bucket, copy });
  return readLock(bucket);
};
const done = (): Promise<void> => Promise.resolve();

describe('leave', () => {
  it('leaves the lock only as long as a generator may still be sending, so that the run can be resumed', async () => {
    const stopped: string[] = [];
    const stop = (arn: string): Promise<void> => Promise.resolve(void stopped.push(arn));
    const before = Date.now();
    const left = await leaving(lock, stop, failing);
    expect(stopped).toEqual(['arn:execution:mine']);
    const expiresAt = Date.parse(left?.expiresAt ?? '');
    expect(expiresAt).toBeGreaterThanOrEqual(before + 905_000);
    expect(expiresAt).toBeLessThanOrEqual(Date.now() + 905_000);
  });

  it('keeps the lock of a run that could not be stopped', async () => {
    expect(await leaving(lock, failing, done)).toEqual(lock);
  });

  it('leaves the lock of another run alone', async () => {
    const left = await leaving({ ...lock, executionName: 'other' }, done, done);
    expect(left?.expiresAt).toBe(lock.expiresAt);
  });
});
