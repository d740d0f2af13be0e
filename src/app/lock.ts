/** The lab's lock: two runs at once would disturb each other's measurement. */
import { RunInProgressError } from '../core/errors.ts';
import { lockKey } from '../core/keys.ts';
import { readJson } from '../core/schema/fields.ts';
import { type RunLock, runLock } from '../core/schema/plan.ts';
import type { ObjectStore } from '../ports/index.ts';
import { readStored } from './stored.ts';

const refuseHeld = ({ runId, executionName, expiresAt }: RunLock): never => {
  throw new RunInProgressError(
    `run "${runId}" (execution ${executionName}) holds the lab until ${expiresAt}. Wait for its end; if that execution was stopped, delete ${lockKey} from the results bucket`,
  );
};

export const readLock = (store: ObjectStore): Promise<RunLock | undefined> =>
  readStored(store, lockKey, runLock);

/** A conditional write that S3 made and the SDK repeated loses to itself: then the lock is the execution's own all the same. */
const refuseOther = async (store: ObjectStore, before: RunLock, executionName: string): Promise<void> => {
  const now = (await readLock(store)) ?? before;
  if (now.executionName !== executionName) refuseHeld(now);
};

/**
 * Takes the lock where it is free, expired or this execution's own already (its Plan was retried).
 * @throws RunInProgressError when another execution holds it
 */
export const takeLock = async (store: ObjectStore, lock: RunLock, wallTimeMs: number): Promise<void> => {
  const body = JSON.stringify(lock);
  if (await store.putIfAbsent(lockKey, body)) return;
  const text = await store.get(lockKey);
  // Released in between: whoever is first takes it.
  const held = text === undefined ? lock : readJson(runLock, text, lockKey);
  const free = held.executionName === lock.executionName || Date.parse(held.expiresAt) <= wallTimeMs;
  if (!free) refuseHeld(held);
  const taken =
    text === undefined ? await store.putIfAbsent(lockKey, body) : await store.replace(lockKey, text, body);
  if (!taken) await refuseOther(store, held, lock.executionName);
};

/**
 * Moves the end of an execution's lock, once it is known how long its run may take; does nothing where there is none.
 * An expired lock may have been taken by another execution, of the same run too.
 * @throws RunInProgressError when another execution holds it
 */
export const extendLock = async (store: ObjectStore, lock: RunLock): Promise<void> => {
  const text = await store.get(lockKey);
  if (text === undefined) return;
  const held = readJson(runLock, text, lockKey);
  if (held.executionName !== lock.executionName) refuseHeld(held);
  if (!(await store.replace(lockKey, text, JSON.stringify(lock))))
    await refuseOther(store, held, lock.executionName);
};

/** Releases the lock where this execution holds it; otherwise does nothing. */
export const releaseLock = async (store: ObjectStore, executionName: string): Promise<void> => {
  const held = await readLock(store);
  if (held?.executionName === executionName) await store.delete(lockKey);
};
