/** Starts an execution of a deployed state machine, follows it and brings its results here. */
import { createS3Client, s3ObjectStore } from '../../adapters/aws/object-store.ts';
import type { RunRequest } from '../../core/payloads.ts';
import { stepFunctions, type Executions } from '../aws/executions.ts';
import type { Context } from '../context.ts';
import { concludeEnded, concludePartial, type Results } from './conclude.ts';
import { fileStore } from './file-store.ts';
import { follow, type FollowEnd } from './follow.ts';
import { makeMirror } from './mirror.ts';

export interface RunToExecute {
  readonly runId: string;
  /** The results' directory. */
  readonly out: string;
  /** The root stack's: StateMachineArn and ResultsBucketName. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly request: RunRequest;
  /** Resolves with a reason when what it runs on is gone. */
  readonly died?: Promise<string>;
  readonly pollMs: number;
}

const outputOf = (outputs: Readonly<Record<string, string>>, name: string): string => {
  const value = outputs[name];
  if (value === undefined)
    throw new Error(`the deployed stack has no output ${name}; deploy templates/root.yaml again`);
  return value;
};

const conclude = async (context: Context, results: Results, end: FollowEnd): Promise<number> => {
  if (end.kind === 'ended') return concludeEnded(context, results, end.state);
  await concludePartial(context, results, end.kind === 'died' ? end.reason : 'stopped by the user');
  context.signal.throwIfAborted();
  return 1;
};

/** After Ctrl-C both may fail; what was copied before stays. */
const leave = async (executions: Executions, arn: string, copy: () => Promise<unknown>): Promise<void> => {
  await Promise.allSettled([copy(), executions.stop(arn, 'stopped by the user')]);
};

/** @returns the exit code @throws Interrupted after Ctrl-C, when what was measured is safe */
export const executeRun = async (context: Context, run: RunToExecute): Promise<number> => {
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
  if (end.kind === 'ended') await copyNew({ refresh: true });
  if (end.kind === 'interrupted') await leave(executions, arn, copyNew);
  return conclude(context, { runId, out, files }, end);
};
