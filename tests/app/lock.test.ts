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

describe('takeLock', () => {
  it('goes to exactly one of several that find it expired', async () => {
    const store = memoryObjectStore();
    await takeLock(store, lockOf('old'), newYear);
    const later = newYear + 2 * day;
    const claims = ['a', 'b', 'c'].map((name) =>
      takeLock(store, lockOf(name, '2026-01-05T00:00:00.000Z'), later),
    );
    const results = await Promise.allSettled(claims);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const lost = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    );
    for (const reason of lost) expect(reason).toBeInstanceOf(RunInProgressError);
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
    const store = memoryObjectStore();
    await takeLock(store, lockOf('a'), newYear);
    await extendLock(store, lockOf('a', '2026-01-09T00:00:00.000Z'));
    expect(await readLock(store)).toEqual(lockOf('a', '2026-01-09T00:00:00.000Z'));
  });

  it('stops a run that has lost the lock to another', async () => {
    const store = memoryObjectStore();
    await takeLock(store, lockOf('b'), newYear);
    await expect(extendLock(store, lockOf('a', '2026-01-09T00:00:00.000Z'))).rejects.toThrow(
      RunInProgressError,
    );
  });

  it('leaves an expired lock to the execution that took it, also when that resumed the same run', async () => {
    const store = memoryObjectStore();
    await takeLock(store, lockOf('a'), newYear);
    const other = { ...lockOf('a', '2026-01-05T00:00:00.000Z'), executionName: 'b' };
    await takeLock(store, other, newYear + 2 * day);
    await expect(extendLock(store, lockOf('a', '2026-01-09T00:00:00.000Z'))).rejects.toThrow(
      RunInProgressError,
    );
    expect(await readLock(store)).toEqual(other);
  });

  it('extends an expired lock that nobody took', async () => {
    const store = memoryObjectStore();
    await takeLock(store, lockOf('a', '2025-01-01T00:00:00.000Z'), newYear);
    await extendLock(store, lockOf('a'));
    expect(await readLock(store)).toEqual(lockOf('a'));
  });

  it('stops a run that loses the lock in that moment', async () => {
    const store = memoryObjectStore();
    await takeLock(store, lockOf('a'), newYear);
    const replace = async (): Promise<boolean> => {
      await store.put(lockKey, JSON.stringify(lockOf('b')));
      return false;
    };
    await expect(extendLock({ ...store, replace }, lockOf('a', '2026-01-09T00:00:00.000Z'))).rejects.toThrow(
      RunInProgressError,
    );
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
    const store = memoryObjectStore();
    await takeLock(store, lockOf('old'), newYear);
    await takeLock(repeating(store), lockOf('a', '2026-01-05T00:00:00.000Z'), newYear + 2 * day);
    await extendLock(repeating(store), lockOf('a', '2026-01-09T00:00:00.000Z'));
    expect(await readLock(store)).toEqual(lockOf('a', '2026-01-09T00:00:00.000Z'));
  });
});

describe('releaseLock', () => {
  it('releases the lock of its own execution alone', async () => {
    const store = memoryObjectStore();
    await takeLock(store, lockOf('a'), newYear);
    await releaseLock(store, 'b');
    expect(await readLock(store)).toEqual(lockOf('a'));
    await releaseLock(store, 'a');
    await releaseLock(store, 'a');
    expect(await readLock(store)).toBeUndefined();
  });
});
