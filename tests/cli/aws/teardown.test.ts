import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
} from '@aws-sdk/client-cloudformation';
import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { ListExecutionsCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { bucketsLeftBy, bucketsOf, stackResources } from '../../../src/cli/aws/resources.ts';
import { type DeployedStack, requireLab } from '../../../src/cli/aws/stack.ts';
import { deleteBucket, deleteStack, emptyBucket, stopExecutions } from '../../../src/cli/aws/teardown.ts';
import { errorNamed, inputErrorOf } from '../../support/errors.ts';

const cloudFormation = mockClient(CloudFormationClient);
const s3 = mockClient(S3Client);
const sfn = mockClient(SFNClient);
const live = new AbortController().signal;

beforeEach(() => {
  process.env['AWS_REGION'] = 'eu-west-2';
  for (const mock of [cloudFormation, s3, sfn]) mock.reset();
});

const summary = (
  ResourceType: string,
  PhysicalResourceId: string,
  LogicalResourceId = 'x',
  ResourceStatus = 'CREATE_COMPLETE',
) =>
  ({
    LogicalResourceId,
    LastUpdatedTimestamp: new Date(0),
    ResourceType,
    PhysicalResourceId,
    ResourceStatus,
  }) as never;

const templateOf = (resources: Record<string, object>) => ({
  TemplateBody: JSON.stringify({ Resources: resources }),
});

describe('requireLab', () => {
  const lab: DeployedStack = {
    ...{ name: 'mine', status: 'CREATE_COMPLETE', reason: '', parameters: {} },
    outputs: { LatencyLab: '0.1.0', StateMachineArn: 'arn', ResultsBucketName: 'b' },
    tags: { project: 'latency-lab' },
  };
  const fault = (stack: DeployedStack) =>
    inputErrorOf(() => {
      requireLab(stack);
    });

  it('accepts a stack with the output and the tag', () => {
    expect(() => {
      requireLab(lab);
    }).not.toThrow();
  });

  it('refuses any other stack, and says of one that may be a lab how to mark it', () => {
    const other = { ...lab, outputs: { Url: 'https://example.com' }, tags: {} };
    expect(fault(other).message).toContain('This is something else; nothing was deleted');
    const { LatencyLab: _, ...older } = lab.outputs;
    for (const unmarked of [
      { ...lab, tags: {} },
      { ...lab, outputs: older },
    ])
      expect(fault(unmarked).message).toContain('sam deploy --stack-name mine --tags project=latency-lab');
    // A tag alone can be any stack of the same project.
    expect(fault({ ...other, tags: lab.tags }).field).toBe('--stack');
  });
});

describe('stackResources', () => {
  const child = 'arn:child';
  beforeEach(() => {
    cloudFormation
      .on(ListStackResourcesCommand, { StackName: 'root' })
      .resolves({
        StackResourceSummaries: [
          summary('AWS::CloudFormation::Stack', child),
          summary('AWS::SNS::Topic', 't', 'x', 'DELETE_COMPLETE'),
        ],
      })
      .on(ListStackResourcesCommand, { StackName: child })
      .resolves({
        StackResourceSummaries: [
          summary('AWS::S3::Bucket', 'results', 'Results'),
          summary('AWS::S3::Bucket', 'hits', 'Hits'),
        ],
      });
    cloudFormation.on(GetTemplateCommand, { StackName: 'root' }).resolves(templateOf({ x: {} }));
  });

  it('goes down into nested stacks, leaves out what is gone and knows what outlives the stack', async () => {
    const kept = { DeletionPolicy: 'RetainExceptOnCreate' };
    cloudFormation
      .on(GetTemplateCommand, { StackName: child })
      .resolves(templateOf({ Results: kept, Hits: { DeletionPolicy: 'Delete' } }));
    const found = await stackResources('root');
    expect(found).toEqual([
      { type: 'AWS::CloudFormation::Stack', physicalId: child, retained: false },
      { type: 'AWS::S3::Bucket', physicalId: 'results', retained: true },
      { type: 'AWS::S3::Bucket', physicalId: 'hits', retained: false },
    ]);
    expect([bucketsOf(found, true), bucketsOf(found, false)]).toEqual([['results'], ['hits']]);
  });

  it('takes everything for retained where the template tells nothing', async () => {
    cloudFormation.on(GetTemplateCommand, { StackName: child }).resolves({ TemplateBody: 'Resources: {}' });
    expect(bucketsOf(await stackResources('root'), false)).toEqual([]);
  });
});

describe('bucketsLeftBy', () => {
  const event = (ResourceType: string, PhysicalResourceId: string, ResourceStatus: string) => ({
    ...{ StackId: 's', StackName: 's', EventId: 'e', Timestamp: new Date(0) },
    ...{ ResourceType, PhysicalResourceId, ResourceStatus: ResourceStatus as never },
  });
  const gone = (StackId: string, StackName = 'lab') => ({
    ...{ StackId, StackName, CreationTime: new Date(0), StackStatus: 'DELETE_COMPLETE' as const },
  });
  const marked = (StackId: string) => ({
    ...gone(StackId),
    Outputs: [{ OutputKey: 'LatencyLab', OutputValue: '0.1.0' }],
    Tags: [{ Key: 'project', Value: 'latency-lab' }],
  });

  it('finds what deleted labs of that name left and nobody deleted since', async () => {
    cloudFormation.on(ListStacksCommand).resolves({
      StackSummaries: [gone('1'), gone('2'), gone('3', 'other'), { ...gone('4'), ParentId: '1' }],
    });
    // 2 had the name and was no lab.
    cloudFormation.on(DescribeStacksCommand, { StackName: '1' }).resolves({ Stacks: [marked('1')] });
    cloudFormation.on(DescribeStacksCommand, { StackName: '2' }).resolves({ Stacks: [gone('2')] });
    cloudFormation
      .on(DescribeStackEventsCommand, { StackName: '1' })
      .resolves({ StackEvents: [event('AWS::CloudFormation::Stack', '4', 'DELETE_COMPLETE')] })
      .on(DescribeStackEventsCommand, { StackName: '4' })
      .resolves({
        StackEvents: [
          event('AWS::S3::Bucket', 'results', 'DELETE_SKIPPED'),
          event('AWS::S3::Bucket', 'purged', 'DELETE_SKIPPED'),
          event('AWS::S3::Bucket', 'hits', 'DELETE_COMPLETE'),
        ],
      });
    s3.on(HeadBucketCommand, { Bucket: 'results' }).resolves({});
    s3.on(HeadBucketCommand, { Bucket: 'purged' }).rejects(errorNamed('NotFound'));
    expect(await bucketsLeftBy('lab')).toEqual(['results']);
  });

  it('also finds the bucket of the output, where the events tell of none', async () => {
    cloudFormation.on(ListStacksCommand).resolves({ StackSummaries: [gone('1')] });
    const output = { OutputKey: 'ResultsBucketName', OutputValue: 'results' };
    const { Outputs, ...stack } = marked('1');
    cloudFormation
      .on(DescribeStacksCommand)
      .resolves({ Stacks: [{ ...stack, Outputs: [...Outputs, output] }] });
    cloudFormation.on(DescribeStackEventsCommand).resolves({ StackEvents: [] });
    s3.on(HeadBucketCommand, { Bucket: 'results' }).resolves({});
    expect(await bucketsLeftBy('lab')).toEqual(['results']);
  });
});

describe('stopExecutions', () => {
  it('stops what runs, over all pages', async () => {
    const execution = { stateMachineArn: 'm', name: 'n', status: 'RUNNING' as const, startDate: new Date(0) };
    const running = (executionArn: string) => ({ ...execution, executionArn });
    sfn
      .on(ListExecutionsCommand, { statusFilter: 'RUNNING' })
      .resolvesOnce({ executions: [running('a')], nextToken: 'more' })
      .resolves({ executions: [running('b')] });
    sfn.on(StopExecutionCommand).resolves({});
    expect(await stopExecutions('m')).toBe(2);
    const stopped = sfn.commandCalls(StopExecutionCommand).map(({ args: [{ input }] }) => input.executionArn);
    expect(stopped).toEqual(['a', 'b']);
  });
});

describe('emptyBucket', () => {
  it('deletes page by page and counts', async () => {
    s3.on(ListObjectsV2Command)
      .resolvesOnce({ Contents: [{ Key: 'a' }, { Key: 'b' }], IsTruncated: true, NextContinuationToken: 'n' })
      .resolves({ Contents: [{ Key: 'c' }] });
    s3.on(DeleteObjectsCommand).resolves({});
    expect(await emptyBucket('bucket')).toBe(3);
    expect(s3.commandCalls(DeleteObjectsCommand)).toHaveLength(2);
  });

  it.each([
    ['finds nothing in a bucket that is gone, so that a second try can go on', emptyBucket],
    ['takes a bucket that is gone already for deleted', deleteBucket],
  ])('%s', async (_, remove) => {
    s3.on(ListObjectsV2Command).rejects(errorNamed('NoSuchBucket'));
    expect(await remove('bucket')).toBe(0);
  });

  it('does not pass over an object that could not be deleted', async () => {
    s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key: 'a' }] });
    s3.on(DeleteObjectsCommand).resolves({ Errors: [{ Key: 'a', Message: 'locked' }] });
    await expect(deleteBucket('bucket')).rejects.toThrow('a could not be deleted: locked');
    expect(s3.commandCalls(DeleteBucketCommand)).toHaveLength(0);
  });
});

describe('deleteStack', () => {
  const status = (StackStatus: string, StackStatusReason = '') => ({
    Stacks: [{ StackName: 's', CreationTime: new Date(0), StackStatus, StackStatusReason } as never],
  });

  beforeEach(() => {
    s3.on(ListObjectsV2Command).resolves({});
  });

  it('ends when the stack is not known any more', async () => {
    cloudFormation.on(DescribeStacksCommand).rejects(errorNamed('ValidationError'));
    await deleteStack('s', [], live);
    expect(cloudFormation.commandCalls(DeleteStackCommand)).toHaveLength(1);
  });

  it('empties the buckets and tries once more where the first try failed', async () => {
    s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key: 'late' }] });
    s3.on(DeleteObjectsCommand).resolves({});
    cloudFormation
      .on(DescribeStacksCommand)
      .resolvesOnce(status('DELETE_FAILED', 'bucket b is not empty'))
      .rejects(errorNamed('ValidationError'));
    await deleteStack('s', ['b'], live);
    expect(cloudFormation.commandCalls(DeleteStackCommand)).toHaveLength(2);
    expect(s3.commandCalls(DeleteObjectsCommand)).toHaveLength(2);
  });

  it("fails with CloudFormation's reason when the second try fails too", async () => {
    cloudFormation.on(DescribeStacksCommand).resolves(status('DELETE_FAILED', 'bucket b is not empty'));
    await expect(deleteStack('s', [], live)).rejects.toThrow('DELETE_FAILED: bucket b is not empty');
    expect(cloudFormation.commandCalls(DeleteStackCommand)).toHaveLength(2);
  });
});
