/** CleanUp: writes down how the run ended and releases the lab's lock. Every path of the state machine ends here. */
import { messageOf } from '../core/errors.ts';
import { outcomeKey, secretsPath } from '../core/keys.ts';
import { thresholdCrossed } from '../core/report/thresholds.ts';
import type { CleanUpInput, FinishInput, Outcome } from '../core/schema/outcome.ts';
import type { Clock, ObjectStore, SecretStore } from '../ports/index.ts';
import { readLock, releaseLock } from './lock.ts';

export interface CleanUpDeps {
  readonly store: ObjectStore;
  readonly clock: Pick<Clock, 'wallTime'>;
  readonly secrets: Pick<SecretStore, 'deleteUnder'>;
  readonly labName: string;
}

const errorOf = ({ error, reportError, report }: FinishInput): Outcome['error'] => {
  const first = error ?? reportError;
  const crossed = report?.output.crossed;
  if (first === undefined && crossed !== undefined) return { name: thresholdCrossed, message: crossed };
  return first === undefined ? undefined : { name: first.Error, message: messageOf(first.Cause ?? '') };
};

/**
 * A run that Plan refused left nothing behind and gets no outcome object: its error is the execution's own. One whose
 * Plan died after it took the lock is known by the lock.
 */
export const cleanUp = async (
  { store, clock, secrets, labName }: CleanUpDeps,
  { executionName, run }: CleanUpInput,
): Promise<Outcome> => {
  const lock = await readLock(store);
  const runId = run.runId ?? (lock?.executionName === executionName ? lock.runId : undefined);
  const error = errorOf(run);
  const outcome: Outcome = {
    schema: 'latency-lab.outcome.v1',
    ...(runId === undefined ? {} : { runId }),
    status: error === undefined ? 'succeeded' : 'failed',
    ...(error === undefined ? {} : { error }),
    finishedAt: new Date(clock.wallTime()).toISOString(),
  };
  try {
    if (runId !== undefined) await store.put(outcomeKey(runId), JSON.stringify(outcome));
  } finally {
    await releaseLock(store, executionName);
    if (runId !== undefined) await secrets.deleteUnder(secretsPath(labName, runId));
  }
  return outcome;
};
