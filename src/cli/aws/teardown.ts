/** Takes a deployed lab away. */
import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStacksCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';

export interface StackResource {
  readonly type: string;
  readonly physicalId: string;
}

const nested = 'AWS::CloudFormation::Stack';

/** Of the stack and of all nested in it. */
export const stackResources = async (
  stackName: string,
  client = new CloudFormationClient(),
): Promise<readonly StackResource[]> => {
  const found: StackResource[] = [];
  for await (const page of paginateListStackResources({ client }, { StackName: stackName })) {
    for (const {
      ResourceType: type = '',
      PhysicalResourceId: physicalId = '',
      ResourceStatus,
    } of page.StackResourceSummaries ?? []) {
      if (ResourceStatus === 'DELETE_COMPLETE') continue;
      found.push({ type, physicalId });
      if (type === nested && physicalId !== '') found.push(...(await stackResources(physicalId, client)));
    }
  }
  return found;
};

const isGone = (error: unknown): boolean => error instanceof Error && error.name === 'NoSuchBucket';

/** CloudFormation deletes no bucket that holds something. @returns how many objects there were; 0 in one that is gone */
export const emptyBucket = async (
  bucket: string,
  client = new S3Client({ maxAttempts: 5 }),
): Promise<number> => {
  try {
    return await deleteObjects(bucket, client);
  } catch (error) {
    // Deleted by hand, or by an earlier try that failed later on.
    if (isGone(error)) return 0;
    throw error;
  }
};

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
  try {
    const count = await emptyBucket(bucket, client);
    await client.send(new DeleteBucketCommand({ Bucket: bucket }));
    return count;
  } catch (error) {
    if (isGone(error)) return 0;
    throw error;
  }
};

const pollMs = 2_000;

const statusOf = async (
  client: CloudFormationClient,
  stack: string,
): Promise<{ status: string; reason: string }> => {
  try {
    const [found] = (await client.send(new DescribeStacksCommand({ StackName: stack }))).Stacks ?? [];
    return { status: found?.StackStatus ?? 'DELETE_COMPLETE', reason: found?.StackStatusReason ?? '' };
  } catch (error) {
    // Gone, and asked for by its name.
    if (error instanceof Error && error.name === 'ValidationError')
      return { status: 'DELETE_COMPLETE', reason: '' };
    throw error;
  }
};

/** Resolves when the stack is gone. @throws Error with CloudFormation's reason when it could not be deleted */
export const deleteStack = async (stackName: string, signal: AbortSignal): Promise<void> => {
  const client = new CloudFormationClient({ maxAttempts: 5 });
  await client.send(new DeleteStackCommand({ StackName: stackName }));
  for (;;) {
    signal.throwIfAborted();
    const { status, reason } = await statusOf(client, stackName);
    if (status === 'DELETE_COMPLETE') return;
    if (status !== 'DELETE_IN_PROGRESS') throw new Error(`${stackName} is ${status}: ${reason}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
};
