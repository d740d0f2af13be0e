/** Rollouts behind the real emulator: its aliases and alarms, and a host that is killed in the middle. */
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { CodeDeploy } from '@aws-sdk/client-codedeploy';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { Lambda } from '@aws-sdk/client-lambda';
import { SSM } from '@aws-sdk/client-ssm';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureTools } from '../../../tools/setup/ensure.mjs';
import { probeParameter } from '../../../src/core/keys.ts';
import { accountId, region } from '../../../src/local/aws-environment.ts';
import { administrator, credentialsFor, newSecret } from '../../../src/local/credentials.ts';
import { type Emulator, startEmulator } from '../../../src/local/emulator/emulator.ts';
import { bundleHost, startHost } from '../../../src/local/host-process.ts';
import { startReaper } from '../../../src/local/reaper/reaper.ts';
import { root } from '../fixtures/bundle.ts';
import { createFunction, packageOf } from '../fixtures/functions.ts';
import { eventually, processesWith, runs } from '../fixtures/processes.ts';
import { ownDirectory } from '../../support/directory.ts';
import { ending, hookThat, look, start, versioned } from './rollouts.ts';

jest.setTimeout(60_000);

const functionName = 'counter';
const alias = { FunctionName: functionName, Name: 'live' };
const minuteMs = 500;

/** As the lab's templates declare the alarm of a rollout: a share, from so many invocations on. */
const template = JSON.stringify({
  Resources: {
    Errors: {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        ComparisonOperator: 'GreaterThanThreshold',
        Threshold: '5',
        EvaluationPeriods: 1,
        TreatMissingData: 'notBreaching',
        Metrics: [
          ...['Invocations', 'Errors'].map((MetricName, i) => ({
            Id: `m${i + 1}`,
            ReturnData: false,
            MetricStat: {
              Stat: 'Sum',
              Period: '60',
              Metric: {
                Namespace: 'AWS/Lambda',
                MetricName,
                Dimensions: [
                  { Name: 'FunctionName', Value: functionName },
                  { Name: 'Resource', Value: `${functionName}:live` },
                ],
              },
            },
          })),
          { Id: 'e1', Expression: 'IF(m1 >= 5, m2 / m1 * 100, 0)' },
        ],
      },
    },
  },
  Outputs: { Errors: { Value: { Ref: 'Errors' } } },
});

describe('rollouts behind the emulator', () => {
  const secret = newSecret();
  const reaper = startReaper(root);
  const credentials = credentialsFor(secret, administrator);
  let emulator: Emulator;
  let stateDir: string;
  let alarm: string;
  let lambda: Lambda;
  let ssm: SSM;

  const host = async () => {
    const { 'node-runtime': node } = await ensureTools(root, ['node-runtime']);
    const runtimes = { node: { exec: node.exec, sdkModules: node.modules }, python: { exec: 'python3' } };
    const options = {
      ...{ root, stateDir, codeDir: join(stateDir, 'code'), secret, reaper, runtimes, minuteMs },
      ...{ callsFile: undefined, logFile: join(stateDir, 'host.log') },
    };
    const server = await startHost(options, await bundleHost(options), emulator.url);
    const { lambdaUrl } = server.ready;
    emulator.forwardTo(`${lambdaUrl}/proxy`);
    const common = { region, credentials, endpoint: lambdaUrl, maxAttempts: 1 };
    return { lambda: new Lambda(common), codeDeploy: new CodeDeploy(common), server };
  };
  const kill = async (): Promise<void> => {
    const found = processesWith(join(stateDir, 'host.cjs'));
    expect(found).toHaveLength(1);
    process.kill(found[0]!, 'SIGKILL');
    await eventually('the host is gone', () => !runs(found[0]!));
  };

  beforeAll(async () => {
    stateDir = ownDirectory();
    const codeDir = join(stateDir, 'code');
    mkdirSync(codeDir);
    const { emulator: tool } = await ensureTools(root, ['emulator']);
    emulator = await startEmulator({
      ...{ root, python: tool.exec, region, accountId, codeDir, secret, reaper },
      ...{ temporaryDir: join(stateDir, 'tmp'), logFile: join(stateDir, 'emulator.log') },
    });
    await emulator.healthy();
    const common = { region, credentials, endpoint: emulator.url };
    lambda = new Lambda(common);
    ssm = new SSM(common);
    const cloudFormation = new CloudFormation(common);
    await createFunction(lambda, functionName, packageOf(versioned), { MemorySize: 1769 });
    await lambda.publishVersion({ FunctionName: functionName });
    await lambda.updateFunctionConfiguration({ FunctionName: functionName, Description: 'the next' });
    await lambda.publishVersion({ FunctionName: functionName, Description: 'the next' });
    await lambda.createAlias({ ...alias, FunctionVersion: '1' });
    for (const [name, does] of [
      ['good', "await report('Succeeded')"],
      ['silent', ''],
    ] as const)
      await createFunction(lambda, name, packageOf(hookThat(does)), { MemorySize: 1769, Timeout: 10 });
    await cloudFormation.createStack({ StackName: 'alarms', TemplateBody: template });
    alarm = await eventually('the stack', async () => {
      const { Stacks: [stack] = [] } = await cloudFormation.describeStacks({ StackName: 'alarms' });
      return stack?.StackStatus === 'CREATE_COMPLETE' && (stack.Outputs?.[0]?.OutputValue ?? '');
    });
  });
  afterAll(async () => {
    await Promise.all([emulator.stop(), reaper.close()]);
  });

  it('an alarm over several metrics is kept as it was declared', async () => {
    const cloudWatch = new CloudWatch({ region, credentials, endpoint: emulator.url });
    const { MetricAlarms: [kept] = [] } = await cloudWatch.describeAlarms({ AlarmNames: [alarm] });
    expect(kept).toMatchObject({ Threshold: 5, EvaluationPeriods: 1, TreatMissingData: 'notBreaching' });
    expect(kept).not.toHaveProperty('MetricName');
    expect(kept?.Metrics).toMatchObject([
      {
        Id: 'm1',
        ReturnData: false,
        MetricStat: { Stat: 'Sum', Period: 60, Metric: { MetricName: 'Invocations' } },
      },
      { Id: 'm2', ReturnData: false },
      { Id: 'e1', Expression: 'IF(m1 >= 5, m2 / m1 * 100, 0)', ReturnData: true },
    ]);
  });

  it('go through, are stopped by an alarm, and are undone when the host is killed', async () => {
    const first = await host();
    const preference = 'Linear10PercentEvery10Minutes';
    const invoke = (Payload: string) =>
      first.lambda.invoke({ FunctionName: functionName, Qualifier: 'live', Payload });

    // Nobody has asked for the probe yet, and the lab gets one afterwards.
    await createFunction(
      lambda,
      'probe',
      packageOf('export const handler = async (e) => console.log("asked", e)'),
    );
    await ssm.putParameter({ Name: probeParameter('lab'), Value: 'probe', Type: 'String' });
    const stopped = await start(first.codeDeploy, { functionName, preference, alarms: [alarm] });
    const sending = { over: false };
    const load = (async () => {
      while (!sending.over) await invoke('{"failing":"2"}');
    })();
    const { info } = await ending(first.codeDeploy, stopped);
    sending.over = true;
    await load;
    expect(info).toMatchObject({ status: 'Stopped', errorInformation: { code: 'ALARM_ACTIVE' } });
    const after = await lambda.getAlias(alias);
    expect([after.FunctionVersion, after.RoutingConfig]).toEqual(['1', undefined]);
    for (let i = 0; i < 20; i++) expect((await invoke('{}')).ExecutedVersion).toBe('1');

    const hooks = { BeforeAllowTraffic: 'good' };
    const killed = await start(first.codeDeploy, { functionName, preference, hooks });
    await eventually('traffic shifts', async () => {
      const { RoutingConfig } = await lambda.getAlias(alias);
      return RoutingConfig?.AdditionalVersionWeights?.['2'] === 0.1;
    });
    await kill();
    const second = await host();
    const undone = await look(second.codeDeploy, killed);
    expect(undone.info).toMatchObject({
      status: 'Stopped',
      errorInformation: { message: expect.stringContaining('ended in the middle') },
      rollbackInfo: { rollbackDeploymentId: expect.any(String) },
    });
    const back = await lambda.getAlias(alias);
    expect([back.FunctionVersion, back.RoutingConfig]).toEqual(['1', undefined]);

    const waiting = await start(second.codeDeploy, {
      functionName,
      hooks: { BeforeAllowTraffic: 'silent' },
    });
    await expect(start(second.codeDeploy, { functionName })).rejects.toMatchObject({
      name: 'DeploymentLimitExceededException',
    });
    await second.codeDeploy.stopDeployment({ deploymentId: waiting });
    const done = await start(second.codeDeploy, { functionName, preference: 'AllAtOnce', hooks });
    expect((await ending(second.codeDeploy, done)).info.status).toBe('Succeeded');
    const live = await lambda.getAlias(alias);
    expect([live.FunctionVersion, live.RoutingConfig]).toEqual(['2', undefined]);
    expect((await second.codeDeploy.getDeployment({ deploymentId: stopped })).deploymentInfo?.status).toBe(
      'Stopped',
    );
    await second.server.stop();
  });
});
