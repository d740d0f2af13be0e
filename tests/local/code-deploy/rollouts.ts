/** Rollouts of tiny functions by CodeDeploy's own client, on whatever answers it. */
import { CodeDeploy, type CreateDeploymentCommandInput } from '@aws-sdk/client-codedeploy';
import { configurationName, type Preference } from '../../../src/core/rollout/preferences.ts';
import { eventually } from '../fixtures/processes.ts';

/** A hook that does something and then, as a real one, reports by the SDK. */
export const hookThat = (does: string): string => `
import { CodeDeploy } from '@aws-sdk/client-codedeploy';
const codeDeploy = new CodeDeploy({});
export const handler = async ({ DeploymentId: deploymentId, LifecycleEventHookExecutionId: lifecycleEventHookExecutionId }) => {
  const report = (status) => codeDeploy.putLifecycleEventHookExecutionStatus({ deploymentId, lifecycleEventHookExecutionId, status });
  ${does}
};`;

/** Tells which version it is; version 2 fails where it is said to. */
export const versioned = `export const handler = async ({ failing } = {}) => {
  const version = process.env.AWS_LAMBDA_FUNCTION_VERSION;
  if (failing === version) throw new Error('on purpose');
  return version;
};`;

export interface Rollout {
  readonly functionName: string;
  readonly preference?: Preference;
  readonly hooks?: { readonly BeforeAllowTraffic?: string; readonly AfterAllowTraffic?: string };
  readonly alarms?: readonly string[];
  readonly versions?: readonly [current: string, target: string];
  readonly alias?: string;
}

/** What `createDeployment` takes for it. */
export const inputOf = ({
  functionName,
  preference = 'Canary10Percent5Minutes',
  hooks = {},
  alarms = [],
  versions: [CurrentVersion, TargetVersion] = ['1', '2'],
  alias = 'live',
}: Rollout) =>
  ({
    applicationName: 'latency-lab',
    deploymentGroupName: functionName,
    deploymentConfigName: configurationName(preference),
    revision: {
      revisionType: 'AppSpecContent',
      appSpecContent: {
        content: JSON.stringify({
          version: 0.0,
          Resources: [
            {
              target: {
                Type: 'AWS::Lambda::Function',
                Properties: { Name: functionName, Alias: alias, CurrentVersion, TargetVersion },
              },
            },
          ],
          Hooks: Object.entries(hooks).map(([event, hook]) => ({ [event]: hook })),
        }),
      },
    },
    autoRollbackConfiguration: {
      enabled: true,
      events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'],
    },
    overrideAlarmConfiguration: { enabled: alarms.length > 0, alarms: alarms.map((name) => ({ name })) },
  }) satisfies CreateDeploymentCommandInput;

export const start = async (codeDeploy: CodeDeploy, rollout: Rollout): Promise<string> =>
  (await codeDeploy.createDeployment(inputOf(rollout))).deploymentId ?? '';

export const look = async (codeDeploy: CodeDeploy, deploymentId: string) => {
  const { deploymentInfo: info = {} } = await codeDeploy.getDeployment({ deploymentId });
  const { targetIds: [targetId] = [] } = await codeDeploy.listDeploymentTargets({ deploymentId });
  const { deploymentTarget } = await codeDeploy.getDeploymentTarget({ deploymentId, targetId });
  const target = deploymentTarget?.lambdaTarget ?? {};
  const events = Object.fromEntries(
    (target.lifecycleEvents ?? []).map(({ lifecycleEventName, status }) => [lifecycleEventName, status]),
  );
  return { info, target, events };
};

/** Waits until it is over. */
export const ending = (codeDeploy: CodeDeploy, deploymentId: string) =>
  eventually(`the end of ${deploymentId}`, async () => {
    const seen = await look(codeDeploy, deploymentId);
    return seen.info.completeTime !== undefined && seen;
  });
