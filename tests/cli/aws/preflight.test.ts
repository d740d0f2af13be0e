import { DescribeStacksCommand, CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { parseLoad } from '../../../src/core/schema/load.ts';
import { neededConcurrency, preflight } from '../../../src/cli/aws/preflight.ts';
import { describeStack, type DeployedStack } from '../../../src/cli/aws/stack.ts';
import { errorNamed } from '../../support/errors.ts';

const lambda = mockClient(LambdaClient);
const s3 = mockClient(S3Client);
const sfn = mockClient(SFNClient);
const ssm = mockClient(SSMClient);
const cloudFormation = mockClient(CloudFormationClient);

const target = { version: 1, id: 'node', kind: 'sync-counter', url: 'http://h/hits' };
const stack: DeployedStack = {
  name: 'latency-lab',
  status: 'CREATE_COMPLETE',
  reason: '',
  tags: {},
  outputs: { StateMachineArn: 'arn', ResultsBucketName: 'bucket' },
  parameters: { LabName: 'mine' },
};

beforeEach(() => {
  process.env['AWS_REGION'] = 'eu-west-2';
  for (const mock of [lambda, s3, sfn, ssm, cloudFormation]) mock.reset();
  lambda.on(GetAccountSettingsCommand).resolves({ AccountLimit: { UnreservedConcurrentExecutions: 1000 } });
  s3.on(ListObjectsV2Command).resolves({});
  sfn.on(DescribeStateMachineCommand).resolves({});
  ssm
    .on(GetParametersByPathCommand, { Path: '/latency-lab/mine/targets' })
    .resolves({ Parameters: [{ Name: '/latency-lab/mine/targets/node', Value: JSON.stringify(target) }] });
});

const denied = errorNamed('AccessDeniedException');
const verdicts = async (of: DeployedStack = stack): Promise<Record<string, string>> => {
  const { findings } = await preflight(of, parseLoad({ requests: 100, concurrency: 40 }));
  return Object.fromEntries(findings.map(({ what, verdict }) => [what, verdict]));
};

describe('preflight', () => {
  it('finds nothing wrong and the targets of the lab that the stack names', async () => {
    expect(Object.values(await verdicts())).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
    expect((await preflight(stack, parseLoad({}))).targets.map(({ id }) => id)).toEqual(['node']);
  });

  it('calls a missing permission bad, each by its name', async () => {
    sfn.on(DescribeStateMachineCommand).rejects(denied);
    s3.on(ListObjectsV2Command).rejects(denied);
    expect(await verdicts()).toMatchObject({
      'state machine': 'bad',
      'results bucket': 'bad',
      targets: 'ok',
    });
  });

  it('calls too little concurrency bad, and one that cannot be read unknown', async () => {
    lambda.on(GetAccountSettingsCommand).resolves({ AccountLimit: { UnreservedConcurrentExecutions: 10 } });
    expect(await verdicts()).toMatchObject({ 'Lambda concurrency': 'bad' });
    lambda.on(GetAccountSettingsCommand).rejects(denied);
    expect(await verdicts()).toMatchObject({ 'Lambda concurrency': 'unknown' });
  });

  it('calls a lab without targets bad', async () => {
    expect(await verdicts({ ...stack, parameters: { LabName: 'other' } })).toMatchObject({ targets: 'bad' });
  });

  it.each([
    ['UPDATE_ROLLBACK_COMPLETE', 'ok'],
    ['ROLLBACK_COMPLETE', 'bad'],
    ['UPDATE_IN_PROGRESS', 'bad'],
  ])('calls a stack that is %s %s', async (status, verdict) => {
    expect(await verdicts({ ...stack, status })).toMatchObject({ stack: verdict });
  });
});

describe('neededConcurrency', () => {
  it('counts workers and requests under way', () => {
    expect(neededConcurrency(parseLoad({ concurrency: 120, requests: 1000 }))).toBe(3 + 120);
    expect(neededConcurrency(parseLoad({ rate: 1000, durationSeconds: 10 }))).toBe(2 + 500);
  });
});

describe('describeStack', () => {
  it('gives outputs and parameters by name', async () => {
    cloudFormation.on(DescribeStacksCommand).resolves({
      Stacks: [
        {
          StackName: 'latency-lab',
          CreationTime: new Date(0),
          StackStatus: 'CREATE_COMPLETE',
          Outputs: [{ OutputKey: 'StateMachineArn', OutputValue: 'arn' }],
          Parameters: [{ ParameterKey: 'LabName', ParameterValue: 'mine' }],
        },
      ],
    });
    expect(await describeStack('latency-lab')).toEqual({
      ...stack,
      outputs: { StateMachineArn: 'arn' },
    });
  });

  it('refuses a stack that is not there as misuse, naming the region', async () => {
    cloudFormation.on(DescribeStacksCommand).rejects(errorNamed('ValidationError'));
    await expect(describeStack('x')).rejects.toMatchObject({
      field: '--stack',
      exitCode: 2,
      allowed: expect.stringContaining('eu-west-2'),
    });
  });

  it('lets other failures through', async () => {
    cloudFormation.on(DescribeStacksCommand).rejects(denied);
    await expect(describeStack('x')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});
