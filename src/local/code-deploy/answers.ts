/** Deployments as CodeDeploy's clients see them. Pure. */
import { configurationName } from '../../core/rollout/preferences.ts';
import {
  currentEvent,
  type Deployment,
  type HookEvent,
  hookEvents,
  isOver,
  type LifecycleEvent,
} from './deployment.ts';

/** JSON protocols of AWS write times as seconds since 1970. */
const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1000);

/** A Lambda deployment has this one target. */
export const targetIdOf = ({ functionName, alias }: Deployment): string => `${functionName}:${alias}`;

/** What a hook is told to report with: which event of which deployment it is. */
export const executionIdOf = ({ id }: Deployment, event: HookEvent): string =>
  Buffer.from(JSON.stringify([id, event])).toString('base64url');

/** The inverse; undefined for anything else. */
export const eventOfExecution = (d: Deployment, executionId: string): HookEvent | undefined =>
  hookEvents.find((event) => d.hooks[event] !== undefined && executionIdOf(d, event) === executionId);

const overviewOf = (d: Deployment): Record<string, number> => {
  const none = { Pending: 0, InProgress: 0, Succeeded: 0, Failed: 0, Skipped: 0, Ready: 0 };
  return { ...none, [targetStatusOf(d)]: 1 };
};

const targetStatusOf = ({ status }: Deployment): string =>
  ({ Created: 'Pending', Stopped: 'Failed' })[status as string] ?? status;

export const deploymentInfo = (d: Deployment): object => ({
  applicationName: d.applicationName,
  deploymentGroupName: d.groupName,
  deploymentConfigName: configurationName(d.preference),
  deploymentId: d.id,
  description: d.description,
  computePlatform: 'Lambda',
  creator: d.creator,
  revision: { revisionType: 'AppSpecContent', appSpecContent: { content: d.appSpec } },
  status: d.status,
  errorInformation: d.error,
  createTime: seconds(d.createdAt),
  startTime: seconds(d.events.find(({ name }) => name === 'Start')?.startedAt),
  completeTime: seconds(d.endedAt),
  deploymentOverview: overviewOf(d),
  deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
  autoRollbackConfiguration: { enabled: d.rollbackOn.length > 0, events: d.rollbackOn },
  overrideAlarmConfiguration: { enabled: d.alarms.length > 0, alarms: d.alarms.map((name) => ({ name })) },
  rollbackInfo: {
    rollbackDeploymentId: d.rollback.deploymentId,
    rollbackTriggeringDeploymentId: d.rollback.triggeringDeploymentId,
    rollbackMessage: d.rollback.message,
  },
});

const lifecycleEvent = (
  d: Deployment,
  { name, status, startedAt, endedAt, fault }: LifecycleEvent,
): object => ({
  lifecycleEventName: name,
  status,
  startTime: seconds(startedAt),
  endTime: seconds(endedAt),
  diagnostics: fault && {
    errorCode: fault.code,
    scriptName: d.hooks[name as HookEvent],
    message: fault.message,
  },
});

export const deploymentTarget = (d: Deployment, functionArn: string): object => ({
  deploymentTargetType: 'LambdaTarget',
  lambdaTarget: {
    deploymentId: d.id,
    targetId: targetIdOf(d),
    targetArn: `${functionArn}:${d.alias}`,
    status: targetStatusOf(d),
    lastUpdatedAt: seconds(
      d.endedAt ?? (isOver(d) ? undefined : (currentEvent(d)?.startedAt ?? d.createdAt)),
    ),
    lifecycleEvents: d.events.map((event) => lifecycleEvent(d, event)),
    lambdaFunctionInfo: {
      functionName: d.functionName,
      functionAlias: d.alias,
      currentVersion: d.currentVersion,
      targetVersion: d.targetVersion,
      // A percentage, by the API's documentation.
      targetVersionWeight: d.weight * 100,
    },
  },
});
