/** Takes a deployed lab away. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudFormationClient, DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { paginateListExecutions, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { findStack } from './stack.ts';

/** Deleted by hand, or by an earlier try that failed later on. */
const noneWhereGone = (error: unknown): number => {
  if (error instanceof Error && error.name === 'NoSuchBucket') return 0;
  throw error;
};

/** CloudFormation deletes no bucket that holds something. @returns how many objects there were; 0 in one that is gone */
export const emptyBucket = (bucket: string, client = new S3Client({ maxAttempts: 5 })): Promise<number> =>
  deleteObjects(bucket, client).catch(noneWhereGone);

const deleteObjects = async (bucket: string, client: S3Client): Promise<number> => {
  let count = 0;
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket })) {
    if (Contents.length === 0) continue;
    const { Errors = [] } = await client.send(
      new DeleteObjectsCommand({
        Bucket: bucket,
        Delete: { Objects: Contents.map(({ Key }) => ({ Key })), Quiet: true },
      }),
    );
    const [first] = Errors;
    if (first !== undefined)
      throw new Error(`${bucket}: ${first.Key ?? ''} could not be deleted: ${first.Message ?? ''}`);
    count += Contents.length;
  }
  return count;
};

/** @returns how many objects went with it; 0 where the bucket is gone already, as it is when no policy retained it */
export const deleteBucket = async (bucket: string): Promise<number> => {
  const client = new S3Client({ maxAttempts: 5 });
  const count = await emptyBucket(bucket, client);
  try {
    await client.send(new DeleteBucketCommand({ Bucket: bucket }));
    return count;
  } catch (error) {
    return noneWhereGone(error);
  }
};

/** Runs that go on would write into what is being deleted. @returns how many were stopped */
export const stopExecutions = async (
  stateMachineArn: string,
  client = new SFNClient({ maxAttempts: 5 }),
): Promise<number> => {
  const arns: string[] = [];
  for await (const { executions = [] } of paginateListExecutions(
    { client },
    { stateMachineArn, statusFilter: 'RUNNING' },
  ))
    arns.push(...executions.flatMap(({ executionArn }) => executionArn ?? []));
  for (const executionArn of arns)
    await client.send(new StopExecutionCommand({ executionArn, cause: 'its lab is taken down' }));
  return arns.length;
};

const pollMs = 2_000;

/** @returns what it ended as */
const deleteOnce = async (
  stackName: string,
  signal: AbortSignal,
  client: CloudFormationClient,
): Promise<{ readonly status: string; readonly reason: string }> => {
  await client.send(new DeleteStackCommand({ StackName: stackName }));
  for (;;) {
    signal.throwIfAborted();
    const gone = { status: 'DELETE_COMPLETE', reason: '' };
    const found = (await findStack(stackName, client)) ?? gone;
    if (found.status !== 'DELETE_IN_PROGRESS') return found;
    await sleep(pollMs);
  }
};

/**
 * Empties the buckets that go with the stack and deletes it; once more where something was written meanwhile.
 * @throws Error with CloudFormation's reason when it could not be deleted
 */
export const deleteStack = async (
  stackName: string,
  buckets: readonly string[],
  signal: AbortSignal,
): Promise<void> => {
  const client = new CloudFormationClient({ maxAttempts: 5 });
  const tryOnce = async () => {
    for (const bucket of buckets) await emptyBucket(bucket);
    return deleteOnce(stackName, signal, client);
  };
  let ended = await tryOnce();
  if (ended.status === 'DELETE_FAILED') ended = await tryOnce();
  if (ended.status !== 'DELETE_COMPLETE') throw new Error(`${stackName} is ${ended.status}: ${ended.reason}`);
};
