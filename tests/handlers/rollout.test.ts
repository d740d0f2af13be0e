import {
  CodeDeployClient,
  GetDeploymentTargetCommand,
  ListDeploymentTargetsCommand,
  PutLifecycleEventHookExecutionStatusCommand,
} from '@aws-sdk/client-codedeploy';
import { GetAliasCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { handler as postTraffic } from '../../src/handlers/post-traffic.ts';
import { handler as preTraffic } from '../../src/handlers/pre-traffic.ts';
import { handler as probe } from '../../src/handlers/probe.ts';
import { fakeS3 } from '../adapters/aws/fake-s3.ts';

const functionArn = 'arn:aws:lambda:eu-west-2:123456789012:function:counter';
const target = { version: 1, id: 'counter', kind: 'null', functionArn: `${functionArn}:live` };
const context = { getRemainingTimeInMillis: () => 900_000 } as Context;
const event = {
  ...{ DeploymentId: 'd-ABCDEFGHI', LifecycleEventHookExecutionId: 'e' },
  // Small, since it takes as long as it says.
  ...{ requestsPerSecond: 200, roundSeconds: 0.1, rounds: 5 },
};
const headers = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  'x-architecture': 'null',
  'x-cold': '0',
  'x-instance': '0123456789abcdef',
  'x-request-id': '0123456789abcdef',
  'x-version': '4',
};

const fakeAws = () => {
  const payload = JSON.stringify({ statusCode: 200, headers, body: '{"hits":0}' });
  mockClient(SSMClient)
    .on(GetParametersByPathCommand, { Path: '/latency-lab/lab/targets' })
    .resolves({ Parameters: [{ Name: 'counter', Value: JSON.stringify(target) }] });
  const lambda = mockClient(LambdaClient);
  lambda
    .on(InvokeCommand)
    .callsFake(() => ({ $metadata: { requestId: 'r' }, Payload: { transformToString: () => payload } }))
    .on(GetAliasCommand, { FunctionName: functionArn, Name: 'live' })
    .resolves({ FunctionVersion: '3', RoutingConfig: { AdditionalVersionWeights: { '4': 0.1 } } });
  const codeDeploy = mockClient(CodeDeployClient);
  codeDeploy
    .on(ListDeploymentTargetsCommand)
    .resolves({ targetIds: ['t'] })
    .on(GetDeploymentTargetCommand)
    .resolves({
      deploymentTarget: {
        lambdaTarget: {
          lambdaFunctionInfo: {
            ...{ functionName: 'counter', functionAlias: 'live', currentVersion: '3', targetVersion: '4' },
          },
        },
      },
    })
    .on(PutLifecycleEventHookExecutionStatusCommand)
    .resolves({});
  const reported = () =>
    codeDeploy.commandCalls(PutLifecycleEventHookExecutionStatusCommand).map(({ args }) => args[0].input);
  const invoked = () => lambda.commandCalls(InvokeCommand).map(({ args }) => args[0].input.FunctionName);
  return { objects: fakeS3('results').objects, reported, invoked };
};

describe('the handlers of a rollout', () => {
  beforeAll(() => Object.assign(process.env, { LAB_NAME: 'lab', RESULTS_BUCKET: 'results' }));

  it('measure, write what they saw, and answer CodeDeploy; the probe publishes for exactly its dimensions', async () => {
    const { objects, reported, invoked } = fakeAws();
    const before = await preTraffic(event, context);
    expect(before.key).toBe('rollouts/d-ABCDEFGHI/pre-traffic.json');
    // Whether instant answers were equally fast is not what this is about.
    const status = before.outcome === 'go-on' ? 'Succeeded' : 'Failed';
    const answer = { deploymentId: 'd-ABCDEFGHI', lifecycleEventHookExecutionId: 'e', status };
    expect(reported()).toEqual([answer]);
    expect(new Set(invoked())).toEqual(new Set([`${functionArn}:3`, `${functionArn}:4`]));
    const active = { deploymentId: 'd-ABCDEFGHI', targetId: 'counter', functionArn, alias: 'live' };
    const noted = JSON.stringify({ ...active, baseVersion: '3', newVersion: '4' });
    if (status === 'Succeeded') expect(objects.get('rollouts/active/counter.json')).toBe(noted);
    objects.set('rollouts/active/counter.json', noted);

    const printed: string[] = [];
    const write = jest
      .spyOn(process.stdout, 'write')
      .mockImplementation((text) => printed.push(String(text)) > 0);
    const looked = await probe({ seconds: 0.5, requestsPerSecond: 100 });
    write.mockRestore();
    expect(looked).toEqual([{ functionName: 'counter', look: 1 }]);
    const line = JSON.parse(printed.join('')) as Record<string, unknown>;
    expect(line).toMatchObject({ service: 'rollout', FunctionName: 'counter', ErrorShareRiseAtLeast: 0 });
    expect(line['_aws']).toMatchObject({
      CloudWatchMetrics: [{ Namespace: 'LatencyLab', Dimensions: [['service', 'FunctionName']] }],
    });

    await postTraffic({ ...event, LifecycleEventHookExecutionId: 'f' }, context);
    expect(reported()[1]).toMatchObject({ lifecycleEventHookExecutionId: 'f' });
    expect([...objects.keys()].sort()).toEqual(
      ['post-traffic', 'pre-traffic', 'shift'].map((stage) => `rollouts/d-ABCDEFGHI/${stage}.json`),
    );
  });
});
