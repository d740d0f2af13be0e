/** What a stack consists of, and what it left behind. */
import {
  CloudFormationClient,
  GetTemplateCommand,
  paginateDescribeStackEvents,
  paginateListStackResources,
  paginateListStacks,
} from '@aws-sdk/client-cloudformation';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { findStack, isLab } from './stack.ts';

export interface StackResource {
  readonly type: string;
  readonly physicalId: string;
  /** Its template lets it outlive the stack. */
  readonly retained: boolean;
}

const nested = 'AWS::CloudFormation::Stack';
const bucketType = 'AWS::S3::Bucket';

/** Logical ids of what outlives the stack; undefined where the template cannot be read. */
const retainedIds = async (
  stackName: string,
  client: CloudFormationClient,
): Promise<ReadonlySet<string> | undefined> => {
  // Processed, a SAM template is JSON, whatever it was written in.
  const { TemplateBody = '' } = await client.send(
    new GetTemplateCommand({ StackName: stackName, TemplateStage: 'Processed' }),
  );
  try {
    const { Resources } = JSON.parse(TemplateBody) as {
      Resources: Readonly<Record<string, { DeletionPolicy?: string }>>;
    };
    const kept = Object.entries(Resources).filter(([, { DeletionPolicy }]) =>
      DeletionPolicy?.startsWith('Retain'),
    );
    return new Set(kept.map(([id]) => id));
  } catch {
    return undefined;
  }
};

/** Of the stack and of all nested in it. What cannot be known to go with the stack counts as retained. */
export const stackResources = async (
  stackName: string,
  client = new CloudFormationClient(),
): Promise<readonly StackResource[]> => {
  const retained = await retainedIds(stackName, client);
  const found: StackResource[] = [];
  for await (const page of paginateListStackResources({ client }, { StackName: stackName })) {
    for (const summary of page.StackResourceSummaries ?? []) {
      const {
        ResourceType: type = '',
        PhysicalResourceId: physicalId = '',
        LogicalResourceId: id = '',
      } = summary;
      if (summary.ResourceStatus === 'DELETE_COMPLETE') continue;
      found.push({ type, physicalId, retained: retained?.has(id) ?? true });
      if (type === nested && physicalId !== '') found.push(...(await stackResources(physicalId, client)));
    }
  }
  return found;
};

export const bucketsOf = (resources: readonly StackResource[], retained: boolean): readonly string[] =>
  resources
    .filter((one) => one.type === bucketType && one.retained === retained)
    .map((one) => one.physicalId);

const exists = async (bucket: string, client: S3Client): Promise<boolean> => {
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFound') return false;
    throw error;
  }
};

/** Buckets that a deleted stack, and all that were nested in it, left behind. */
const leftBehind = async (stackId: string, client: CloudFormationClient): Promise<readonly string[]> => {
  const buckets = new Set<string>();
  const inner = new Set<string>();
  for await (const page of paginateDescribeStackEvents({ client }, { StackName: stackId })) {
    for (const { ResourceType, ResourceStatus, PhysicalResourceId: id = '' } of page.StackEvents ?? []) {
      if (ResourceType === bucketType && ResourceStatus === 'DELETE_SKIPPED') buckets.add(id);
      if (ResourceType === nested && id !== '' && id !== stackId) inner.add(id);
    }
  }
  for (const id of inner) for (const bucket of await leftBehind(id, client)) buckets.add(bucket);
  return [...buckets];
};

/** Buckets of labs of this name that were taken down in the last 90 days, for as long as CloudFormation knows them. */
export const bucketsLeftBy = async (
  stackName: string,
  client = new CloudFormationClient(),
  s3 = new S3Client({ maxAttempts: 5 }),
): Promise<readonly string[]> => {
  const left: string[] = [];
  for await (const page of paginateListStacks({ client }, { StackStatusFilter: ['DELETE_COMPLETE'] })) {
    for (const { StackName, StackId = '', ParentId } of page.StackSummaries ?? []) {
      if (StackName !== stackName || ParentId !== undefined) continue;
      const stack = await findStack(StackId, client);
      if (stack === undefined || !isLab(stack)) continue;
      const named = stack.outputs['ResultsBucketName'];
      const buckets = new Set(await leftBehind(StackId, client));
      if (named !== undefined) buckets.add(named);
      for (const bucket of buckets) if (await exists(bucket, s3)) left.push(bucket);
    }
  }
  return left;
};
