/** Ends a run that the user does not want any more, so that it can be taken up again. */
import { extendLock } from '../../app/lock.ts';
import type { ObjectStore } from '../../ports/index.ts';
import type { Executions } from '../aws/executions.ts';

export interface LeftRun {
  readonly executions: Pick<Executions, 'stop'>;
  readonly arn: string;
  readonly runId: string;
  readonly bucket: ObjectStore;
  readonly copy: () => Promise<unknown>;
}

/** A stopped execution leaves its generators running, until their function's timeout at the latest. */
const generatorMs = 905_000;

/**
 * A stopped execution cleans nothing up: its lock is left for as long as a generator may still be sending.
 * Never rejects: after Ctrl-C all of it may fail, and what was copied before stays.
 */
export const leave = async ({ executions, arn, runId, bucket, copy }: LeftRun): Promise<void> => {
  const stop = async (): Promise<void> => {
    await executions.stop(arn, 'stopped by the user');
    await extendLock(bucket, runId, new Date(Date.now() + generatorMs).toISOString());
  };
  await Promise.allSettled([copy(), stop()]);
};
