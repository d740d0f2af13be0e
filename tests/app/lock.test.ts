import { memoryObjectStore } from '../support/memory.ts';
import { extendLock, readLock, releaseLock, takeLock } from '../../src/app/lock.ts';
import { RunInProgressError } from '../../src/core/errors.ts';
import { lockKey } from '../../src/core/keys.ts';
import { newYear } from './run.ts';

const lockOf = (name: string, expiresAt = '2026-01-02T00:00:00.000Z') => ({
  runId: `run-${name}`,
  executionName: name,
  expiresAt,
});
const day = 86_400_000;
const extended = lockOf('a', '2026-01-09T00:00:00.000Z');

/** A store in which this lock was taken at New Year. */
const holding = async (lock: ReturnType<typeof lockOf>) => {
  const store = memoryObjectStore();
  await takeLock(store, lock, newYear);
  return store;
};

describe('takeLock', () => {
  it('goes to exactly one of several that find it expired', async () => {
    const store = await holding(lockOf('old'));
    const later = newYear + 2 * day;
    const claims = ['a', 'b', 'c'].map((name) =>
      takeLock(store, lockOf(name, '2026-01-05T00:00:00.000Z'), later),
    );
    const results = await Promise.allSettled(claims);
    const lost = results.filter((result) => result.status === 'rejected');
    expect(lost).toHaveLength(2);
    for (const { reason } of lost) expect(reason).toBeInstanceOf(RunInProgressError);
  });

  it('takes it when it is released at that moment', async () => {
    const store = memoryObjectStore();
    let asked = 0;
    const racing = {
      ...store,
      putIfAbsent: (key: string, body: string) =>
        asked++ === 0 ? Promise.resolve(false) : store.putIfAbsent(key, body),
    };
    await takeLock(racing, lockOf('a'), newYear);
    expect(await readLock(store)).toEqual(lockOf('a'));
  });
});

describe('extendLock', () => {
  it('moves the end of the lock of its run', async () => {
    const store = await holding(lockOf('a'));
    await extendLock(store, extended);
    expect(await readLock(store)).toEqual(extended);
  });

  it('stops a run that has lost the lock to another', async () => {
    const store = await holding(lockOf('b'));
    await expect(extendLock(store, extended)).rejects.toThrow(RunInProgressError);
  });

  it('leaves an expired lock to the execution that took it, also when that resumed the same run', async () => {
    const store = await holding(lockOf('a'));
    const other = { ...lockOf('a', '2026-01-05T00:00:00.000Z'), executionName: 'b' };
    await takeLock(store, other, newYear + 2 * day);
    await expect(extendLock(store, extended)).rejects.toThrow(RunInProgressError);
    expect(await readLock(store)).toEqual(other);
  });

  it('extends an expired lock that nobody took', async () => {
    const store = await holding(lockOf('a', '2025-01-01T00:00:00.000Z'));
    await extendLock(store, lockOf('a'));
    expect(await readLock(store)).toEqual(lockOf('a'));
  });

  it('stops a run that loses the lock in that moment', async () => {
    const store = await holding(lockOf('a'));
    const replace = async (): Promise<boolean> => {
      await store.put(lockKey, JSON.stringify(lockOf('b')));
      return false;
    };
    await expect(extendLock({ ...store, replace }, extended)).rejects.toThrow(RunInProgressError);
  });

  it('does nothing where there is no lock', async () => {
    const store = memoryObjectStore();
    await extendLock(store, lockOf('a'));
    expect(await readLock(store)).toBeUndefined();
  });
});

describe('a write that was made and then repeated', () => {
  const repeating = (store: ReturnType<typeof memoryObjectStore>) => ({
    ...store,
    replace: async (...write: Parameters<typeof store.replace>): Promise<boolean> => {
      await store.replace(...write);
      return false;
    },
  });

  it('takes and extends the lock all the same', async () => {
    const store = await holding(lockOf('old'));
    await takeLock(repeating(store), lockOf('a', '2026-01-05T00:00:00.000Z'), newYear + 2 * day);
    await extendLock(repeating(store), extended);
    expect(await readLock(store)).toEqual(extended);
  });
});

describe('releaseLock', () => {
  it('releases the lock of its own execution alone', async () => {
    const store = await holding(lockOf('a'));
    await releaseLock(store, 'b');
    expect(await readLock(store)).toEqual(lockOf('a'));
    await releaseLock(store, 'a');
    await releaseLock(store, 'a');
    expect(await readLock(store)).toBeUndefined();
  });
});
