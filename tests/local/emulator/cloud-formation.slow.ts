import { CloudFormation, waitUntilStackDeleteComplete } from '@aws-sdk/client-cloudformation';
import { Lambda } from '@aws-sdk/client-lambda';
import { S3 } from '@aws-sdk/client-s3';
import { SSM } from '@aws-sdk/client-ssm';
import { keyHeader } from '../../../src/local/credentials.ts';
import { failuresOf } from '../../../src/local/deploy/deploy.ts';
import { startTestEmulator, type TestEmulator } from '../fixtures/emulator.ts';
import { packageOf } from '../fixtures/functions.ts';
import { httpApi } from '../fixtures/lab.ts';
import { eventually } from '../fixtures/processes.ts';

const Bucket = 'packages';
const transform = { Transform: 'AWS::Serverless-2016-10-31' };

/** A service with alias, unnamed log group and HTTP API of native resources, that registers itself. */
const service = (codeKey: string) => ({
  ...transform,
  Parameters: {
    Suffix: { Type: 'String' },
    Memory: { Type: 'Number' },
    Gradual: { Type: 'String', Default: 'false' },
  },
  Resources: {
    Logs: { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: 3 } },
    Function: {
      Type: 'AWS::Serverless::Function',
      Properties: {
        CodeUri: { Bucket, Key: codeKey },
        Handler: 'app.handler',
        Runtime: 'nodejs24.x',
        MemorySize: { Ref: 'Memory' },
        AutoPublishAlias: 'live',
        DeploymentPreference: { Enabled: { Ref: 'Gradual' }, Type: 'AllAtOnce' },
        LoggingConfig: { LogGroup: { Ref: 'Logs' } },
        ReservedConcurrentExecutions: 7,
        Environment: { Variables: { LOGS: { Ref: 'Logs' } } },
      },
    },
    ...httpApi('Function.Alias'),
    Registration: {
      Type: 'AWS::SSM::Parameter',
      Properties: {
        Name: '/test/target',
        Type: 'String',
        Value: { 'Fn::Sub': '${Api}.${Suffix} ${Function.Alias}' },
      },
    },
  },
  Outputs: {
    Alias: { Value: { Ref: 'Function.Alias' } },
    Url: { Value: { 'Fn::Sub': 'http://${Api}.${Suffix}/hits' } },
  },
});

const rootOf = (children: Readonly<Record<string, string>>, outputs: object) => ({
  ...transform,
  Parameters: { EnableSecond: { Type: 'String' } },
  Conditions: { UseSecond: { 'Fn::Equals': [{ Ref: 'EnableSecond' }, 'true'] } },
  Resources: Object.fromEntries(
    Object.entries(children).map(([id, Location]) => [
      id,
      {
        Type: 'AWS::Serverless::Application',
        ...(id === 'Second' ? { Condition: 'UseSecond' } : {}),
        Properties: { Location, Parameters: { Suffix: 'execute-api.localhost:1234', Memory: '640' } },
      },
    ]),
  ),
  Outputs: outputs,
});

let emulator: TestEmulator;
let cloudFormation: CloudFormation;
let s3: S3;
beforeAll(async () => {
  emulator = await startTestEmulator();
  cloudFormation = new CloudFormation(emulator.client);
  s3 = new S3({ ...emulator.client, forcePathStyle: true });
  await s3.createBucket({ Bucket });
  await upload('code.zip', packageOf('export const handler = () => 1;'));
});
afterAll(() => emulator.stop());

const upload = async (Key: string, Body: string | Buffer): Promise<string> => {
  await s3.putObject({ Bucket, Key, Body });
  return `${emulator.url}/${Bucket}/${Key}`;
};

const create = async (StackName: string, template: object) => {
  await cloudFormation.createStack({
    StackName,
    TemplateBody: JSON.stringify(template),
    Parameters: [{ ParameterKey: 'EnableSecond', ParameterValue: 'false' }],
    Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_AUTO_EXPAND'],
  });
  return eventually(`${StackName} made`, async () => {
    const { Stacks: [stack] = [] } = await cloudFormation.describeStacks({ StackName });
    return stack?.StackStatus?.endsWith('IN_PROGRESS') === false && stack;
  });
};

describe('the emulated CloudFormation', () => {
  it('deploys nested serverless applications, without those whose condition is false', async () => {
    const child = await upload('service.json', JSON.stringify(service('code.zip')));
    const outputs = {
      Alias: { Value: { 'Fn::GetAtt': ['First', 'Outputs.Alias'] } },
      Url: { Value: { 'Fn::GetAtt': ['First', 'Outputs.Url'] } },
    };
    const root = rootOf({ First: child, Second: `${emulator.url}/${Bucket}/there-is-none.json` }, outputs);
    const stack = await create('lab', root);
    expect(stack.StackStatus).toBe('CREATE_COMPLETE');
    const found: Record<string, string | undefined> = Object.fromEntries(
      (stack.Outputs ?? []).map(({ OutputKey = '', OutputValue }) => [OutputKey, OutputValue]),
    );
    const alias = found['Alias'] ?? '';
    expect(alias).toMatch(/^arn:aws:lambda:us-east-1:000000000000:function:[^:]+:live$/);
    expect(found['Url']).toMatch(/^http:\/\/[a-z0-9]+\.execute-api\.localhost:1234\/hits$/);

    const ssm = new SSM(emulator.client);
    const { Parameter } = await ssm.getParameter({ Name: '/test/target' });
    expect(`http://${Parameter?.Value}`).toBe(`${found['Url']?.replace('/hits', '')} ${alias}`);

    const lambda = new Lambda(emulator.client);
    const configuration = await lambda.getFunctionConfiguration({ FunctionName: alias });
    expect(configuration).toMatchObject({ MemorySize: 640, Version: '1' });
    const group = configuration.Environment?.Variables?.['LOGS'];
    expect(group).toMatch(/Logs/);
    expect(configuration.LoggingConfig?.LogGroup).toBe(group);
    const reserved = await lambda.getFunctionConcurrency({ FunctionName: configuration.FunctionName });
    expect(reserved.ReservedConcurrentExecutions).toBe(7);

    const api = `${emulator.url}/v2/apis/${/\/\/(\w+)/.exec(found['Url'] ?? '')?.[1]}`;
    const headers = { [keyHeader]: emulator.client.credentials.accessKeyId };
    const listed = async (what: string) =>
      ((await (await fetch(`${api}/${what}`, { headers })).json()) as { items: Record<string, string>[] })
        .items;
    const routes = await listed('routes');
    expect(routes).toMatchObject([{ routeKey: '$default' }]);
    const integrations = await listed('integrations');
    const expected = { integrationType: 'AWS_PROXY', integrationUri: alias, payloadFormatVersion: '2.0' };
    expect(integrations).toMatchObject([expected]);
    expect(routes[0]?.['target']).toBe(`integrations/${integrations[0]?.['integrationId']}`);

    await lambda.invoke({ FunctionName: alias, Payload: Buffer.from('{}') });
    expect(emulator.invocations).toHaveLength(1);
    expect(emulator.invocations[0]?.version).toBe('1');
  });

  it('keeps what a nested stack retains when the root is deleted, and tells so', async () => {
    const bucket = (BucketName: string) => ({ Type: 'AWS::S3::Bucket', Properties: { BucketName } });
    const Resources = {
      Kept: { ...bucket('kept'), DeletionPolicy: 'RetainExceptOnCreate' },
      Gone: bucket('gone'),
    };
    const child = await upload('buckets.json', JSON.stringify({ ...transform, Resources }));
    const stack = await create('going', rootOf({ First: child }, {}));
    await s3.putObject({ Bucket: 'kept', Key: 'k', Body: 'b' });
    const nested = (await cloudFormation.listStackResources({ StackName: 'going' }))
      .StackResourceSummaries?.[0]?.PhysicalResourceId;
    await cloudFormation.deleteStack({ StackName: 'going' });
    await waitUntilStackDeleteComplete(
      { client: cloudFormation, maxWaitTime: 20, minDelay: 1 },
      { StackName: stack.StackId },
    );
    expect((await s3.listObjectsV2({ Bucket: 'kept' })).Contents).toHaveLength(1);
    await expect(s3.listObjectsV2({ Bucket: 'gone' })).rejects.toThrow();
    const { StackEvents = [] } = await cloudFormation.describeStackEvents({ StackName: nested });
    expect(StackEvents).toContainEqual(
      expect.objectContaining({ PhysicalResourceId: 'kept', ResourceStatus: 'DELETE_SKIPPED' }),
    );
  });

  it.each([
    [
      'ProvisionedConcurrency',
      'ProvisionedConcurrencyConfig',
      { ProvisionedConcurrentExecutions: { Ref: 'Memory' } },
    ],
    ['SnapStart', 'SnapStart', { ApplyOn: 'PublishedVersions' }],
  ])('refuses a template that asks for %s, and takes one that only could', async (name, field, value) => {
    const { Parameters, Resources } = service('code.zip');
    const { Logs, Function } = Resources;
    const deployedAs = async (stackName: string, isAsked: string) => {
      const asked = { 'Fn::If': ['IsAsked', value, { Ref: 'AWS::NoValue' }] };
      const template = {
        ...{ ...transform, Parameters, Conditions: { IsAsked: { 'Fn::Equals': [isAsked, 'true'] } } },
        Resources: {
          Logs,
          Function: { ...Function, Properties: { ...Function.Properties, [field]: asked } },
        },
      };
      return create(stackName, rootOf({ First: await upload(stackName, JSON.stringify(template)) }, {}));
    };
    expect((await deployedAs(`${name}-off`, 'false')).StackStatus).toBe('CREATE_COMPLETE');
    await deployedAs(`${name}-on`, 'true');
    const access = { emulatorUrl: emulator.url, credentials: emulator.client.credentials };
    expect(await failuresOf(access, `${name}-on`)).toEqual([
      expect.stringContaining(`the local plane has no ${name}: deploy without it here`),
    ]);
  });

  it('tells which resource of which nested stack failed, and why', async () => {
    const broken = { ...transform, Resources: { Odd: { Type: 'AWS::No::Such' } } };
    const child = await upload('broken.json', JSON.stringify(broken));
    const stack = await create('bad', rootOf({ First: child }, {}));
    expect(stack.StackStatus).toMatch(/^(ROLLBACK_COMPLETE|CREATE_FAILED)$/);
    const failures = await failuresOf(
      { emulatorUrl: emulator.url, credentials: emulator.client.credentials },
      'bad',
    );
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatch(/^bad-First-\S+ \/ Odd \(AWS::No::Such\): .*AWS::No::Such/);
  });
});
