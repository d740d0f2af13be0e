/** Starts an execution of a deployed state machine, follows it and brings its results here. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createS3Client, s3ObjectStore } from '../../adapters/aws/object-store.ts';
import { extendLock } from '../../app/lock.ts';
import type { RunRequest } from '../../core/schema/request.ts';
import { stepFunctions, type Executions } from '../aws/executions.ts';
import { outputOf } from '../aws/stack.ts';
import type { ObjectStore, VersionedStore } from '../../ports/index.ts';
import type { Context } from '../context.ts';
import { errorCode } from '../explain.ts';
import { concludeEnded, concludePartial, type Results } from './conclude.ts';
import type { ResultValues } from './request.ts';
import { withStoredSecrets } from './secrets.ts';
import { fileStore, makeMirror, type Mirror } from './files.ts';
import { follow, type FollowEnd } from './follow.ts';

export interface RunToExecute {
  readonly runId: string;
  /** The results' directory. */
  readonly out: string;
  /** The root stack's: StateMachineArn and ResultsBucketName. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly request: RunRequest;
  /** What the request refers to; kept as long as the run lasts. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly wanted: ResultValues;
  /** Resolves with a reason when what it runs on is gone. */
  readonly died?: Promise<string>;
  readonly pollMs: number;
}

const conclude = async (context: Context, results: Results, end: FollowEnd): Promise<number> => {
  if (end.kind === 'ended') return concludeEnded(context, results, end.state);
  await concludePartial(context, results, end.kind === 'died' ? end.reason : 'stopped by the user');
  context.signal.throwIfAborted();
  return 1;
};

interface Place {
  readonly bucket: VersionedStore;
  readonly copyNew: Mirror['copyNew'];
  readonly prefix: string;
}

/** The last copy of an ended run. Where the results' directory takes no more, they go to the temporary one. */
const bringHome = async (context: Context, results: Results, place: Place): Promise<Results> => {
  try {
    await place.copyNew();
    return results;
  } catch (error) {
    const code = errorCode(error);
    if (code === '') throw error;
    const out = await mkdtemp(join(tmpdir(), `${results.runId}-`));
    const files = fileStore(out, place.prefix);
    await makeMirror(place.bucket, files, place.prefix).copyNew();
    context.terminal.say(`${results.out} could not be written (${code}); everything is in ${out} instead.`);
    return { ...results, out, files };
  }
};

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
    const executionName = arn.split(':').at(-1) ?? '';
    const expiresAt = new Date(Date.now() + generatorMs).toISOString();
    await extendLock(bucket, { runId, executionName, expiresAt });
  };
  await Promise.allSettled([copy(), stop()]);
};

const execute = async (context: Context, run: RunToExecute): Promise<number> => {
  const { runId, out, outputs } = run;
  const prefix = `runs/${runId}/`;
  const files = fileStore(out, prefix);
  const bucket = s3ObjectStore(createS3Client(), outputOf(outputs, 'ResultsBucketName'));
  const { copyNew } = makeMirror(bucket, files, prefix);
  const executions = stepFunctions(outputOf(outputs, 'StateMachineArn'));
  const arn = await executions.start(runId, JSON.stringify(run.request));
  const end = await follow({
    ...{ executions, arn, runId, copyNew, pollMs: run.pollMs },
    ...{ terminal: context.terminal, signal: context.signal },
    ...(run.died === undefined ? {} : { died: run.died }),
  });
  context.terminal.clear();
  const aimed = { runId, out, files, wanted: run.wanted };
  if (end.kind === 'interrupted') await leave({ executions, arn, runId, bucket, copy: () => copyNew() });
  if (end.kind !== 'ended') return conclude(context, aimed, end);
  const results = await bringHome(context, aimed, { bucket, copyNew, prefix });
  const code = await conclude(context, results, end);
  return results === aimed ? code : 1;
};

/** @returns the exit code @throws Interrupted after Ctrl-C, when what was measured is safe */
export const executeRun = (context: Context, run: RunToExecute): Promise<number> =>
  withStoredSecrets(run.secrets, () => execute(context, run));
