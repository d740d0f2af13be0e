import {
  CodeDeployClient,
  GetDeploymentCommand,
  GetDeploymentTargetCommand,
  ListDeploymentTargetsCommand,
  PutLifecycleEventHookExecutionStatusCommand,
} from '@aws-sdk/client-codedeploy';
import { mockClient } from 'aws-sdk-client-mock';
import { codeDeployments, createCodeDeployClient } from '../../../src/adapters/aws/code-deploy.ts';

const deploymentId = 'd-ABCDEFGHI';
const shift = { functionName: 'counter', alias: 'live', baseVersion: '3', newVersion: '4' };

/** As CloudFormation writes it. */
const content = JSON.stringify({
  version: 0.0,
  Resources: [
    {
      counter: {
        Type: 'AWS::Lambda::Function',
        Properties: { Name: 'counter', Alias: 'live', CurrentVersion: '3', TargetVersion: '4' },
      },
    },
  ],
});

const aws = () => {
  const client = new CodeDeployClient({ region: 'eu-west-2' });
  return { mock: mockClient(client), deployments: codeDeployments(client) };
};

describe('codeDeployments', () => {
  it('tells what a deployment shifts by its target', async () => {
    const { mock, deployments } = aws();
    mock
      .on(ListDeploymentTargetsCommand, { deploymentId })
      .resolves({ targetIds: ['counter:live'] })
      .on(GetDeploymentTargetCommand, { deploymentId, targetId: 'counter:live' })
      .resolves({
        deploymentTarget: {
          deploymentTargetType: 'LambdaTarget',
          lambdaTarget: {
            lambdaFunctionInfo: {
              functionName: 'arn:aws:lambda:eu-west-2:123456789012:function:counter',
              functionAlias: 'live',
              currentVersion: '3',
              targetVersion: '4',
            },
          },
        },
      });
    expect(await deployments.shiftOf(deploymentId)).toEqual(shift);
  });

  it.each([
    ['no targets', {}],
    ['a target of another type', { targetIds: ['x'] }],
  ])('reads the AppSpec where there are %s', async (_, targets) => {
    const { mock, deployments } = aws();
    mock
      .on(ListDeploymentTargetsCommand)
      .resolves(targets)
      .on(GetDeploymentTargetCommand)
      .resolves({
        deploymentTarget: { deploymentTargetType: 'CloudFormationTarget', cloudFormationTarget: {} },
      })
      .on(GetDeploymentCommand, { deploymentId })
      .resolves({
        deploymentInfo: { revision: { revisionType: 'AppSpecContent', appSpecContent: { content } } },
      });
    expect(await deployments.shiftOf(deploymentId)).toEqual(shift);
  });

  it.each([
    ['no revision', {}, 'DeploymentId: given "d-ABCDEFGHI"; allowed: a deployment that moves the alias'],
    [
      'another AppSpec',
      { revision: { appSpecContent: { content: 'version: 0.0' } } },
      'AppSpec: given "version: 0.0"',
    ],
    [
      'no function',
      {
        revision: {
          appSpecContent: { content: '{"Resources":[{"x":{"Properties":{"TaskDefinition":"t"}}}]}' },
        },
      },
      'AppSpec.Resources[0].x.Properties.Name: given nothing',
    ],
  ])('refuses a deployment with %s', async (_, deploymentInfo, message) => {
    const { mock, deployments } = aws();
    mock.on(ListDeploymentTargetsCommand).resolves({}).on(GetDeploymentCommand).resolves({ deploymentInfo });
    await expect(deployments.shiftOf(deploymentId)).rejects.toThrow(message);
  });

  it('answers a hook, and tells where that was answered already', async () => {
    const { mock, deployments } = aws();
    mock
      .on(PutLifecycleEventHookExecutionStatusCommand, {
        deploymentId,
        lifecycleEventHookExecutionId: 'e',
        status: 'Failed',
      })
      .resolvesOnce({})
      .rejectsOnce(Object.assign(new Error(), { name: 'LifecycleEventAlreadyCompletedException' }))
      .rejects(new Error('unreachable'));
    expect(await deployments.report(deploymentId, 'e', 'Failed')).toBe(true);
    expect(await deployments.report(deploymentId, 'e', 'Failed')).toBe(false);
    await expect(deployments.report(deploymentId, 'e', 'Failed')).rejects.toThrow('unreachable');
  });
});

describe('createCodeDeployClient', () => {
  it('tries again what may be repeated', async () => {
    expect(await createCodeDeployClient().config.maxAttempts()).toBe(5);
  });
});
