/** Deployments of CodeDeploy, or of what stands for it on the local plane. Endpoint, region and credentials come from the environment. */
import {
  CreateDeploymentCommand,
  GetDeploymentCommand,
  ListDeploymentsCommand,
  StopDeploymentCommand,
  type LifecycleEvent,
} from '@aws-sdk/client-codedeploy';
import { createCodeDeployClient, lambdaTargetOf } from '../../adapters/aws/code-deploy.ts';
import { InputError } from '../../core/errors.ts';
import { known } from '../../core/known.ts';
import { type SpecifiedShift, writeAppSpec } from '../../core/rollout/app-spec.ts';
import { configurationName, type Preference } from '../../core/rollout/preferences.ts';
import type { RolloutRecord } from '../../core/schema/rollout-record.ts';

export interface NewDeployment extends SpecifiedShift {
  readonly preference: Preference;
  readonly alarms: readonly string[];
}

export interface DeploymentState {
  readonly status: string;
  readonly preference: string;
  readonly events: RolloutRecord['events'];
  /** Why it failed. */
  readonly reason?: string;
}

/** Until one of them, a deployment goes on. */
const ends = ['Succeeded', 'Failed', 'Stopped'];

export const hasEnded = ({ status }: DeploymentState): boolean => ends.includes(status);

const iso = (time: Date | undefined): string | undefined => time?.toISOString();

const eventOf = (event: LifecycleEvent): RolloutRecord['events'][number] =>
  known({
    name: event.lifecycleEventName ?? 'unknown',
    status: event.status ?? 'unknown',
    startedAt: iso(event.startTime),
    endedAt: iso(event.endTime),
    message: event.diagnostics?.message === '' ? undefined : event.diagnostics?.message?.slice(0, 4_000),
  });

export const codeDeploy = (client = createCodeDeployClient()) => {
  const state = async (deploymentId: string): Promise<DeploymentState> => {
    const { deploymentInfo: info } = await client.send(new GetDeploymentCommand({ deploymentId }));
    const target = await lambdaTargetOf(client, deploymentId);
    return known({
      status: info?.status ?? 'unknown',
      preference: info?.deploymentConfigName ?? 'unknown',
      events: (target?.lifecycleEvents ?? []).map(eventOf),
      reason: info?.errorInformation?.message?.slice(0, 4_000),
    });
  };
  return {
    /** @returns its id */
    create: async (wanted: NewDeployment): Promise<string> => {
      const { deploymentId } = await client.send(
        new CreateDeploymentCommand({
          applicationName: 'latency-lab',
          deploymentGroupName: wanted.functionName,
          deploymentConfigName: configurationName(wanted.preference),
          revision: { revisionType: 'AppSpecContent', appSpecContent: { content: writeAppSpec(wanted) } },
          autoRollbackConfiguration: {
            enabled: true,
            events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'],
          },
          overrideAlarmConfiguration: {
            enabled: wanted.alarms.length > 0,
            alarms: wanted.alarms.map((name) => ({ name })),
          },
        }),
      );
      if (deploymentId === undefined) throw new Error('CodeDeploy made no deployment');
      return deploymentId;
    },
    /** @throws InputError for one that there is not */
    state: async (deploymentId: string): Promise<DeploymentState> => {
      try {
        return await state(deploymentId);
      } catch (error) {
        if (
          error instanceof Error &&
          /^(DeploymentDoesNotExist|InvalidDeploymentId)Exception$/.test(error.name)
        )
          throw new InputError(
            '--deployment',
            deploymentId,
            'the id of a deployment of this account and region',
          );
        throw error;
      }
    },
    /** The alias goes back to the version before. */
    undo: async (deploymentId: string): Promise<void> => {
      await client.send(new StopDeploymentCommand({ deploymentId, autoRollbackEnabled: true }));
    },
    /** Of a deployment group, the last that was made; undefined where there was none, or the group is another application's. */
    latest: async (applicationName: string, deploymentGroupName: string): Promise<string | undefined> => {
      try {
        const { deployments = [] } = await client.send(
          new ListDeploymentsCommand({ applicationName, deploymentGroupName }),
        );
        return deployments[0];
      } catch (error) {
        if (error instanceof Error && error.name === 'DeploymentGroupDoesNotExistException') return undefined;
        throw error;
      }
    },
  };
};
