import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { deleteBucket, deleteStack, emptyBucket, stackResources } from '../../../src/cli/aws/teardown.ts';
import { idleCosts } from '../../../src/core/plan/idle-cost.ts';

const cloudFormation = mockClient(CloudFormationClient);
const s3 = mockClient(S3Client);
const live = new AbortController().signal;

beforeEach(() => {
  process.env['AWS_REGION'] = 'eu-west-2';
  cloudFormation.reset();
  s3.reset();
});

const summary = (ResourceType: string, PhysicalResourceId: string, ResourceStatus = 'CREATE_COMPLETE') =>
  ({
    LogicalResourceId: 'x',
    LastUpdatedTimestamp: new Date(0),
    ResourceType,
    PhysicalResourceId,
    ResourceStatus,
  }) as never;

describe('stackResources', () => {
  it('goes down into nested stacks and leaves out what is gone', async () => {
    cloudFormation
      .on(ListStackResourcesCommand, { StackName: 'root' })
      .resolves({
        StackResourceSummaries: [
          summary('AWS::CloudFormation::Stack', 'child'),
          summary('AWS::SNS::Topic', 't', 'DELETE_COMPLETE'),
        ],
      })
      .on(ListStackResourcesCommand, { StackName: 'child' })
      .resolves({ StackResourceSummaries: [summary('AWS::S3::Bucket', 'b')] });
    expect(await stackResources('root')).toEqual([
      { type: 'AWS::CloudFormation::Stack', physicalId: 'child' },
      { type: 'AWS::S3::Bucket', physicalId: 'b' },
    ]);
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

  it('finds nothing in a bucket that is gone, so that a second try can go on', async () => {
    s3.on(ListObjectsV2Command).rejects(Object.assign(new Error('gone'), { name: 'NoSuchBucket' }));
    expect(await emptyBucket('bucket')).toBe(0);
  });

  it('takes a bucket that is gone already for deleted', async () => {
    s3.on(ListObjectsV2Command).rejects(Object.assign(new Error('gone'), { name: 'NoSuchBucket' }));
    expect(await deleteBucket('bucket')).toBe(0);
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

  it('ends when the stack is not known any more', async () => {
    cloudFormation
      .on(DescribeStacksCommand)
      .rejects(Object.assign(new Error('does not exist'), { name: 'ValidationError' }));
    await deleteStack('s', live);
    expect(cloudFormation.commandCalls(DeleteStackCommand)).toHaveLength(1);
  });

  it("fails with CloudFormation's reason", async () => {
    cloudFormation.on(DescribeStacksCommand).resolves(status('DELETE_FAILED', 'bucket b is not empty'));
    await expect(deleteStack('s', live)).rejects.toThrow('DELETE_FAILED: bucket b is not empty');
  });
});

describe('idleCosts', () => {
  it('prices what is paid by the hour, dearest first, and nothing else', () => {
    const types = [
      'AWS::Lambda::Function',
      'AWS::CloudWatch::Alarm',
      'AWS::EKS::Cluster',
      'AWS::CloudWatch::Alarm',
    ];
    expect(idleCosts(types)).toEqual([
      { type: 'AWS::EKS::Cluster', count: 1, dollarsPerMonth: 73 },
      { type: 'AWS::CloudWatch::Alarm', count: 2, dollarsPerMonth: 0.2 },
    ]);
  });

  it('takes an instance for a t2.micro with its disk and its public address', () => {
    const [server] = idleCosts(['AWS::AutoScaling::AutoScalingGroup']);
    expect(server?.dollarsPerMonth).toBeCloseTo(730 * (0.0132 + 0.005) + 8 * 0.0928, 2);
  });
});
