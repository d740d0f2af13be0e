import {
  CodeDeployClient,
  CreateDeploymentCommand,
  DeploymentDoesNotExistException,
  GetDeploymentCommand,
  GetDeploymentTargetCommand,
  ListDeploymentTargetsCommand,
  StopDeploymentCommand,
} from '@aws-sdk/client-codedeploy';
import { mockClient } from 'aws-sdk-client-mock';
import { codeDeploy, hasEnded, type NewDeployment } from '../../../src/cli/canary/deployments.ts';

const mock = mockClient(CodeDeployClient);
beforeEach(() => mock.reset());
const deployments = codeDeploy(new CodeDeployClient({ region: 'us-east-1' }));

const wanted: NewDeployment = {
  ...{ functionName: 'node', alias: 'live', baseVersion: '1', newVersion: '2' },
  ...{ preference: 'Canary10Percent5Minutes', preTraffic: 'pre', postTraffic: 'post', alarms: ['a', 'b'] },
};

describe('codeDeploy', () => {
  it('asks for a shift of the alias between its hooks, watched by the alarms', async () => {
    mock.on(CreateDeploymentCommand).resolves({ deploymentId: 'd-1' });
    expect(await deployments.create(wanted)).toBe('d-1');
    const { revision, ...input } = mock.commandCalls(CreateDeploymentCommand)[0]!.args[0].input;
    expect(input).toMatchObject({
      deploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
      overrideAlarmConfiguration: { enabled: true, alarms: [{ name: 'a' }, { name: 'b' }] },
    });
    const spec = JSON.parse(revision?.appSpecContent?.content ?? '') as Record<string, unknown>;
    expect(spec['Hooks']).toEqual([{ BeforeAllowTraffic: 'pre' }, { AfterAllowTraffic: 'post' }]);
    expect(JSON.stringify(spec['Resources'])).toContain('"CurrentVersion":"1","TargetVersion":"2"');
  });

  it('tells how far a deployment has come', async () => {
    mock.on(GetDeploymentCommand).resolves({
      deploymentInfo: {
        ...{ status: 'Failed', deploymentConfigName: 'CodeDeployDefault.LambdaAllAtOnce' },
        errorInformation: { code: 'HEALTH_CONSTRAINTS', message: 'a hook failed' },
      },
    });
    mock.on(ListDeploymentTargetsCommand).resolves({ targetIds: ['node:live'] });
    mock.on(GetDeploymentTargetCommand).resolves({
      deploymentTarget: {
        deploymentTargetType: 'LambdaTarget',
        lambdaTarget: {
          lifecycleEvents: [
            {
              ...{ lifecycleEventName: 'BeforeAllowTraffic', status: 'Failed' },
              startTime: new Date('2026-11-22T02:00:00Z'),
              endTime: new Date('2026-11-22T02:00:30Z'),
              diagnostics: { message: 'the hook said so' },
            },
            { lifecycleEventName: 'AllowTraffic', status: 'Skipped' },
          ],
          lambdaFunctionInfo: {
            ...{ functionName: 'node', functionAlias: 'live', currentVersion: '1', targetVersion: '2' },
          },
        },
      },
    });
    const state = await deployments.state('d-1');
    expect(state).toEqual({
      status: 'Failed',
      preference: 'CodeDeployDefault.LambdaAllAtOnce',
      reason: 'a hook failed',
      events: [
        {
          ...{ name: 'BeforeAllowTraffic', status: 'Failed', message: 'the hook said so' },
          startedAt: '2026-11-22T02:00:00.000Z',
          endedAt: '2026-11-22T02:00:30.000Z',
        },
        { name: 'AllowTraffic', status: 'Skipped' },
      ],
    });
    expect(hasEnded(state)).toBe(true);
  });

  it('knows a deployment that has not begun', async () => {
    mock.on(GetDeploymentCommand).resolves({ deploymentInfo: { status: 'Created' } });
    mock.on(ListDeploymentTargetsCommand).resolves({ targetIds: [] });
    const state = await deployments.state('d-1');
    expect(state).toEqual({ status: 'Created', preference: 'unknown', events: [] });
    expect(hasEnded(state)).toBe(false);
  });

  it('stops one so that the alias goes back', async () => {
    mock.on(StopDeploymentCommand).resolves({ status: 'Pending' });
    await deployments.undo('d-1');
    const { input } = mock.commandCalls(StopDeploymentCommand)[0]!.args[0];
    expect(input).toEqual({ deploymentId: 'd-1', autoRollbackEnabled: true });
  });

  it('refuses an id that there is not', async () => {
    const error = new DeploymentDoesNotExistException({ message: 'none', $metadata: {} });
    mock.on(GetDeploymentCommand).rejects(error);
    await expect(deployments.state('d-9')).rejects.toThrow(/--deployment.*d-9/s);
  });
});
