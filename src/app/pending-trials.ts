import { trialKey, trialsPrefix } from '../core/keys.ts';
import { trial, type TrialInput } from '../core/schema/trial.ts';
import type { ObjectStore } from '../ports/index.ts';
import { inParallel, readStored } from './stored.ts';

/** Objects under way at once. */
const readsAtOnce = 8;

/** Those of `wanted` that this run has not tried yet, or without coming to an end. */
export const pendingTrials = async (
  store: ObjectStore,
  runId: string,
  wanted: readonly TrialInput[],
): Promise<readonly TrialInput[]> => {
  if (wanted.length === 0) return [];
  const there = new Set(await store.list(trialsPrefix(runId)));
  const pending = await inParallel(wanted, readsAtOnce, async (one): Promise<TrialInput[]> => {
    const key = trialKey(one);
    const found = there.has(key) ? await readStored(store, key, trial) : undefined;
    return found === undefined || found.reason !== undefined ? [one] : [];
  });
  return pending.flat();
};
