/** Whole rollouts in the function host: real functions, hooks and clients; tables in memory behind it. */
import { CodeDeploy } from '@aws-sdk/client-codedeploy';
import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { administrator, credentialsFor, functionCredentials } from '../../../src/local/credentials.ts';
import { ownDirectory } from '../../support/directory.ts';
import { eventually } from '../fixtures/processes.ts';
import { handler, type InMemoryHost, startInMemoryHost } from '../host/in-memory-host.ts';
import { ending, hookThat, inputOf, look, start, versioned } from './rollouts.ts';

const minuteMs = 400;
/** 8 s: a cold start of a hook on a busy machine is no hook that hangs. */
const hookLimitMinutes = 20;

let callsFile: string;
let lambda: InMemoryHost;
let codeDeploy: CodeDeploy;
beforeAll(async () => {
  callsFile = join(ownDirectory(), 'calls');
  lambda = await startInMemoryHost({ minuteMs, hookLimitMinutes, accountConcurrency: 32, callsFile });
  const { secret, region } = lambda.config;
  const credentials = credentialsFor(secret, administrator);
  codeDeploy = new CodeDeploy({ region, credentials, endpoint: lambda.host.lambdaUrl, maxAttempts: 1 });
  const hooks = {
    good: "await report('Succeeded')",
    bad: "await report('Failed')",
    silent: '',
    throwing: "throw new Error('no contract in this house')",
  };
  for (const [name, does] of Object.entries(hooks))
    lambda.define(name, hookThat(does), { memoryMb: 1769, timeoutMs: 10_000 });
}, 60_000);
afterAll(() => lambda.close());

/** A function with two versions and an alias to the first. */
const define = (name: string): string => {
  for (const version of ['1', '2']) lambda.define(name, versioned, { version, memoryMb: 1769 });
  lambda.aliases.set(`${name}:live`, { version: '1', weights: {} });
  return name;
};
const aliasOf = (name: string) => lambda.aliases.get(`${name}:live`);
const untouched = { version: '1', weights: {} };

describe('a rollout', () => {
  it('runs both hooks, shifts a canary and ends with the new version alone', async () => {
    const functionName = define('shifted');
    const hooks = { BeforeAllowTraffic: 'good', AfterAllowTraffic: 'good' };
    const id = await start(codeDeploy, { functionName, hooks });
    expect(id).toMatch(/^d-[A-Z0-9]{9}$/);
    const during = await eventually('traffic shifts', async () => {
      const seen = await look(codeDeploy, id);
      return seen.target.lambdaFunctionInfo?.targetVersionWeight === 10 && seen;
    });
    expect(during.info).toMatchObject({ status: 'InProgress', computePlatform: 'Lambda', creator: 'user' });
    expect(aliasOf(functionName)).toEqual({ version: '1', weights: { '2': 0.1 } });
    const { info, target, events } = await ending(codeDeploy, id);
    expect(info).toMatchObject({ status: 'Succeeded', deploymentId: id, deploymentGroupName: functionName });
    expect(events).toEqual({
      Start: 'Succeeded',
      BeforeAllowTraffic: 'Succeeded',
      AllowTraffic: 'Succeeded',
      AfterAllowTraffic: 'Succeeded',
      End: 'Succeeded',
    });
    const shift = target.lifecycleEvents?.find(
      ({ lifecycleEventName }) => lifecycleEventName === 'AllowTraffic',
    );
    const lastedMs = Number(shift?.endTime) - Number(shift?.startTime);
    expect(lastedMs).toBeGreaterThanOrEqual(5 * minuteMs);
    expect(target.lambdaFunctionInfo).toEqual({
      ...{ functionName, functionAlias: 'live', currentVersion: '1', targetVersion: '2' },
      targetVersionWeight: 100,
    });
    expect(aliasOf(functionName)).toEqual({ version: '2', weights: {} });
    expect((await lambda.invoke(`${functionName}:live`)).text).toBe('"2"');
  }, 30_000);

  it('all at once, without hooks, is over at once', async () => {
    const functionName = define('at-once');
    const id = await start(codeDeploy, { functionName, preference: 'AllAtOnce' });
    const { info, events } = await ending(codeDeploy, id);
    expect(info.status).toBe('Succeeded');
    expect(events).toMatchObject({ BeforeAllowTraffic: 'Skipped', AllowTraffic: 'Succeeded' });
    expect(aliasOf(functionName)).toEqual({ version: '2', weights: {} });
  });

  it.each([
    ['bad', 'it reported Failed', 'ScriptFailed'],
    ['throwing', 'no contract in this house', 'ScriptFailed'],
    ['nobody', 'there is no function nobody', 'ScriptFailed'],
    ['silent', `it has not reported within ${hookLimitMinutes} minutes`, 'ScriptTimedOut'],
  ])(
    'fails by the hook %s before any traffic, and says why',
    async (hook, why, errorCode) => {
      const functionName = define(`before-${hook}`);
      const id = await start(codeDeploy, { functionName, hooks: { BeforeAllowTraffic: hook } });
      const { info, target, events } = await ending(codeDeploy, id);
      const message = `the BeforeAllowTraffic hook ${hook}: ${why}`;
      expect(info).toMatchObject({
        status: 'Failed',
        errorInformation: { code: 'HOOK_EXECUTION_FAILURE', message },
      });
      expect(events).toMatchObject({ BeforeAllowTraffic: 'Failed', AllowTraffic: 'Skipped', End: 'Skipped' });
      expect(target.lifecycleEvents?.[1]?.diagnostics).toEqual({ errorCode, message: why, scriptName: hook });
      expect(aliasOf(functionName)).toEqual(untouched);
    },
    30_000,
  );

  it('goes back by a deployment of its own when the hook after the shift fails', async () => {
    const functionName = define('after');
    const hooks = { AfterAllowTraffic: 'bad' };
    const id = await start(codeDeploy, { functionName, preference: 'AllAtOnce', hooks });
    const { info } = await ending(codeDeploy, id);
    expect(info).toMatchObject({ status: 'Failed', rollbackInfo: { rollbackMessage: expect.any(String) } });
    expect(aliasOf(functionName)).toEqual(untouched);
    const rollback = await look(codeDeploy, info.rollbackInfo?.rollbackDeploymentId ?? '');
    expect(rollback.info).toMatchObject({
      status: 'Succeeded',
      creator: 'codeDeployRollback',
      rollbackInfo: { rollbackTriggeringDeploymentId: id },
    });
    expect(rollback.target.lambdaFunctionInfo).toMatchObject({
      targetVersion: '1',
      targetVersionWeight: 100,
    });
    expect((await codeDeploy.listDeployments({ deploymentGroupName: functionName })).deployments).toContain(
      id,
    );
  }, 30_000);

  it('is stopped on request, and rolled back where that is asked for', async () => {
    const functionName = define('stopped');
    const deploymentId = await start(codeDeploy, { functionName });
    await eventually('traffic shifts', () => aliasOf(functionName)?.weights['2'] === 0.1);
    await codeDeploy.stopDeployment({ deploymentId, autoRollbackEnabled: true });
    const { info } = await look(codeDeploy, deploymentId);
    expect(info).toMatchObject({ status: 'Stopped', errorInformation: { code: 'MANUAL_STOP' } });
    expect(aliasOf(functionName)).toEqual(untouched);
    await expect(codeDeploy.stopDeployment({ deploymentId })).rejects.toMatchObject({
      name: 'DeploymentAlreadyCompletedException',
    });
  }, 30_000);
});

describe('alarms while traffic shifts', () => {
  const alarm = (AlarmName: string, more: Partial<MetricAlarm>): string => {
    const plain = { AlarmName, EvaluationPeriods: 1, ComparisonOperator: 'GreaterThanThreshold' } as const;
    lambda.alarms.set(AlarmName, { ...plain, Threshold: 0, Period: 60, ...more });
    return AlarmName;
  };
  const ofFunction = (name: string) => [{ Name: 'FunctionName', Value: name }];

  it('stop it and roll it back: here by errors of the new version', async () => {
    const functionName = define('erring');
    const name = alarm('errors of erring', {
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Statistic: 'Sum',
      Dimensions: [...ofFunction(functionName), { Name: 'Resource', Value: `${functionName}:live` }],
      TreatMissingData: 'notBreaching',
    });
    const id = await start(codeDeploy, {
      functionName,
      preference: 'Linear10PercentEvery10Minutes',
      alarms: [name],
    });
    const sending = { over: false };
    const load = (async () => {
      while (!sending.over) await lambda.invoke(`${functionName}:live`, '{"failing":"2"}');
    })();
    const { info, events } = await ending(codeDeploy, id);
    sending.over = true;
    await load;
    expect(info).toMatchObject({
      status: 'Stopped',
      errorInformation: {
        code: 'ALARM_ACTIVE',
        message: expect.stringMatching(
          /errors of erring \(1 of the last 1 data points \[\d+\] is greater than the threshold 0\)/,
        ),
      },
    });
    expect(events).toMatchObject({ AllowTraffic: 'Failed', AfterAllowTraffic: 'Skipped' });
    expect(aliasOf(functionName)).toEqual(untouched);
  }, 30_000);

  it('are fed by the probe, which is run every minute and told how much to send', async () => {
    const functionName = define('probed');
    lambda.define(
      'probe',
      handler(`process.stdout.write(JSON.stringify({
        _aws: { Timestamp: Date.now(), CloudWatchMetrics: [{ Namespace: 'LatencyLab', Dimensions: [['service', 'FunctionName']], Metrics: [{ Name: 'P99RatioAtLeast' }] }] },
        service: 'rollout', FunctionName: 'probed', P99RatioAtLeast: 1.7, event,
      }) + '\\n')`),
      { memoryMb: 1769 },
    );
    lambda.probes.push('probe');
    const name = alarm('p99 of probed', {
      Namespace: 'LatencyLab',
      MetricName: 'P99RatioAtLeast',
      Statistic: 'Maximum',
      Dimensions: [{ Name: 'service', Value: 'rollout' }, ...ofFunction(functionName)],
      Threshold: 1,
      TreatMissingData: 'notBreaching',
    });
    const id = await start(codeDeploy, {
      functionName,
      preference: 'Linear10PercentEvery10Minutes',
      alarms: [name],
    });
    const { info } = await ending(codeDeploy, id);
    expect(info.errorInformation).toMatchObject({
      code: 'ALARM_ACTIVE',
      message: expect.stringContaining('1 of the last 1 data points [1.7] is greater than the threshold 1'),
    });
    expect(aliasOf(functionName)).toEqual(untouched);
    const line = await lambda.logged('/aws/lambda/probe', /_aws/);
    expect(JSON.parse(line)).toMatchObject({ event: { seconds: 0.3, requestsPerSecond: 500 } });
  }, 30_000);
});

describe('what cannot be rolled out', () => {
  beforeAll(() => {
    define('fine');
    lambda.define('bare', versioned, { version: '1' });
    lambda.define('bare', versioned, { version: '2' });
    define('split');
    lambda.aliases.set('split:live', { version: '1', weights: { '2': 0.5 } });
  });
  const fine = { functionName: 'fine' };
  it.each([
    [{ functionName: 'nobody' }, 'InvalidRevisionException', 'there is no version 1 of a function nobody'],
    [{ functionName: 'bare' }, 'InvalidRevisionException', 'function bare has no alias live'],
    [{ functionName: 'split' }, 'InvalidRevisionException', 'split:live points at two versions already'],
    [{ ...fine, versions: ['2', '1'] as const }, 'InvalidRevisionException', 'points at version 1, not at 2'],
    [{ ...fine, versions: ['1', '3'] as const }, 'InvalidRevisionException', 'there is no version 3'],
    [{ ...fine, alarms: ['silence'] }, 'InvalidAlarmConfigException', 'there is no alarm silence'],
  ])('%j', async (rollout, name, message) => {
    await expect(start(codeDeploy, rollout)).rejects.toMatchObject({
      name,
      message: expect.stringContaining(message),
    });
    expect(aliasOf('fine')).toEqual(untouched);
  });

  it.each([
    [
      { deploymentConfigName: 'Canary50Percent' },
      'DeploymentConfigDoesNotExistException',
      'CodeDeployDefault.LambdaAllAtOnce',
    ],
    [{ applicationName: 'another' }, 'ApplicationDoesNotExistException', 'latency-lab'],
    [{ deploymentGroupName: 'another' }, 'DeploymentGroupDoesNotExistException', 'fine'],
    [{ revision: undefined }, 'RevisionRequiredException', 'revision'],
    [
      { revision: { revisionType: 'AppSpecContent' as const, appSpecContent: { content: 'version: 0.0' } } },
      'InvalidRevisionException',
      'JSON',
    ],
  ])('with %j', async (more, name, message) => {
    await expect(codeDeploy.createDeployment({ ...inputOf(fine), ...more })).rejects.toMatchObject({
      name,
      message: expect.stringContaining(message),
    });
  });

  it('a function that is being rolled out', async () => {
    const functionName = define('busy');
    const deploymentId = await start(codeDeploy, {
      functionName,
      preference: 'Linear10PercentEvery10Minutes',
    });
    await expect(start(codeDeploy, { functionName })).rejects.toMatchObject({
      name: 'DeploymentLimitExceededException',
      message: expect.stringContaining(deploymentId),
    });
    await codeDeploy.stopDeployment({ deploymentId, autoRollbackEnabled: true });
    const both = await Promise.allSettled([1, 2].map(() => start(codeDeploy, { functionName })));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('by an operation that is not here', async () => {
    await expect(codeDeploy.createApplication({ applicationName: 'a' })).rejects.toMatchObject({
      name: 'OperationNotSupportedException',
      message: expect.stringContaining('no CreateApplication'),
    });
  });
});

describe('a list of deployments', () => {
  it.each([
    [{ applicationName: 'another' }, 'ApplicationDoesNotExistException'],
    [{ externalId: 'a' }, 'InvalidInputException'],
    [{ includeOnlyStatuses: ['Perhaps' as 'Failed'] }, 'InvalidInputException'],
  ])('is refused for %j', async (input, name) => {
    await expect(codeDeploy.listDeployments(input)).rejects.toMatchObject({ name });
  });
});

describe('callers', () => {
  it('of another plane are refused', async () => {
    const credentials = credentialsFor('another secret', administrator);
    const { region } = lambda.config;
    const stranger = new CodeDeploy({ region, credentials, endpoint: lambda.host.lambdaUrl, maxAttempts: 1 });
    await expect(stranger.listDeployments({})).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    });
  });

  it('are written down, a hook under its own key, with the deployment group that they need rights for', async () => {
    const functionName = define('recorded');
    await ending(
      codeDeploy,
      await start(codeDeploy, { functionName, hooks: { BeforeAllowTraffic: 'good' } }),
    );
    const calls = readFileSync(callsFile, 'utf8').trim().split('\n');
    const { accessKeyId } = functionCredentials(lambda.config.secret, lambda.versions.get('good:$LATEST')!);
    expect(calls.map((line) => JSON.parse(line) as unknown)).toContainEqual({
      ...{ kind: 'request', accessKeyId, service: 'codedeploy', method: 'POST', path: '/', query: '' },
      target: 'CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus',
      names: { applicationName: 'latency-lab', deploymentGroupName: functionName },
    });
  }, 20_000);
});

describe('what a hook reports', () => {
  it('is taken once, for a hook that there is, as Succeeded or Failed', async () => {
    const functionName = define('reporting');
    const deploymentId = await start(codeDeploy, { functionName, hooks: { BeforeAllowTraffic: 'silent' } });
    const report = (more: { lifecycleEventHookExecutionId?: string; status?: string }) =>
      codeDeploy.putLifecycleEventHookExecutionStatus({ deploymentId, ...(more as { status: 'Succeeded' }) });
    const id = Buffer.from(JSON.stringify([deploymentId, 'BeforeAllowTraffic'])).toString('base64url');
    await eventually('the hook is run', async () => {
      const { target } = await look(codeDeploy, deploymentId);
      return target.lifecycleEvents?.[1]?.status === 'InProgress';
    });
    await expect(report({ lifecycleEventHookExecutionId: 'x', status: 'Succeeded' })).rejects.toMatchObject({
      name: 'InvalidLifecycleEventHookExecutionIdException',
    });
    await expect(report({ lifecycleEventHookExecutionId: id, status: 'Perhaps' })).rejects.toMatchObject({
      name: 'InvalidLifecycleEventHookExecutionStatusException',
    });
    await report({ lifecycleEventHookExecutionId: id, status: 'Succeeded' });
    await expect(report({ lifecycleEventHookExecutionId: id, status: 'Failed' })).rejects.toMatchObject({
      name: 'LifecycleEventAlreadyCompletedException',
    });
    await codeDeploy.stopDeployment({ deploymentId, autoRollbackEnabled: true });
  }, 20_000);

  it.each([
    ['d-000000000', 'DeploymentDoesNotExistException'],
    ['never', 'InvalidDeploymentIdException'],
  ])('about %s is refused', async (deploymentId, name) => {
    await expect(codeDeploy.getDeployment({ deploymentId })).rejects.toMatchObject({ name });
  });
});
