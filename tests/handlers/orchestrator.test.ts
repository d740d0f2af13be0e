import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetParameterCommand, GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { handler as collect } from '../../src/handlers/collect.ts';
import { handler as cleanUp } from '../../src/handlers/clean-up.ts';
import { handler as plan } from '../../src/handlers/plan.ts';
import { handler as schedule } from '../../src/handlers/schedule.ts';
import { handler as verify } from '../../src/handlers/verify.ts';
import { fakeS3 } from '../adapters/aws/fake-s3.ts';

const functionArn = 'arn:aws:lambda:eu-west-2:123456789012:function:counter:live';
const target = { version: 1, id: 'direct', kind: 'sync-counter', functionArn };
const finish = { executionName: 'e-1', run: {} };
const tunerArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:tuner';
const environment = { LAB_NAME: 'lab', RESULTS_BUCKET: 'results', PLANE: 'local', TUNER_ARN: tunerArn };

const fakeAws = (): Map<string, string> => {
  mockClient(SSMClient)
    .on(GetParametersByPathCommand, { Path: '/latency-lab/lab/targets' })
    .resolves({ Parameters: [{ Name: '/latency-lab/lab/targets/direct', Value: JSON.stringify(target) }] })
    .on(GetParameterCommand, { Name: '/latency-lab/lab/tuner' })
    .rejects(Object.assign(new Error(), { name: 'ParameterNotFound' }))
    .on(GetParametersByPathCommand, { Path: '/latency-lab/lab/secrets/e-1' })
    .resolves({ Parameters: [] });
  let hits = 0;
  mockClient(LambdaClient)
    .on(InvokeCommand, { FunctionName: functionArn })
    .callsFake(() => {
      const payload = JSON.stringify({ statusCode: 200, body: JSON.stringify({ hits: ++hits }) });
      return { $metadata: { requestId: 'r' }, Payload: { transformToString: () => payload } };
    });
  return fakeS3(environment.RESULTS_BUCKET).objects;
};

// In this order: a handler keeps what it has wired from its first success on.
describe('the orchestrator handlers without their environment', () => {
  it.each([
    ['plan', () => plan({ request: {}, executionName: 'e-1' }), 'LAB_NAME'],
    ['verify', () => verify({ runId: 'e-1', targetId: 'direct' }), 'RESULTS_BUCKET'],
    ['schedule', () => schedule({ runId: 'e-1', executionName: 'e-1', verifications: [] }), 'RESULTS_BUCKET'],
    ['collect', () => collect({ runId: 'e-1' }), 'RESULTS_BUCKET'],
    ['clean-up', () => cleanUp(finish), 'LAB_NAME'],
  ])('%s names the variable that is missing', async (_, call, name) => {
    await expect(call()).rejects.toThrow(`environment variable ${name}: given `);
  });
});

describe('the orchestrator handlers', () => {
  beforeAll(() => Object.assign(process.env, environment));
  afterAll(() => {
    for (const name of Object.keys(environment)) Reflect.deleteProperty(process.env, name);
  });

  it('lead a run from its input to its outcome', async () => {
    const objects = fakeAws();
    const { runId, executionName, verifications } = await plan({
      request: { rounds: 1 },
      executionName: 'e-1',
    });
    expect(verifications).toEqual([{ runId: 'e-1', targetId: 'direct' }]);

    const verified = await Promise.all(verifications.map((one) => verify(one)));
    expect(verified).toMatchObject([{ targetId: 'direct', ok: true, sent: 50, acknowledged: 50 }]);

    const { rounds } = await schedule({ runId, executionName, verifications: verified });
    const steps = [{ assignmentsKey: 'runs/e-1/steps/1-direct-0.json', workers: 1 }];
    expect(rounds).toEqual([{ round: 1, steps }]);

    mockClient(CloudWatchLogsClient).rejects(new Error('no log group is to be asked'));
    expect(await collect({ runId })).toEqual({ targets: [] });
    expect(await cleanUp({ ...finish, run: { runId } })).toMatchObject({ runId, status: 'succeeded' });
    expect([...objects.keys()].sort()).toEqual(
      ['outcome.json', 'plan.json', 'steps/1-direct-0.json', 'verify.json'].map((name) => `runs/e-1/${name}`),
    );
  });
});
