import {
  CodeDeployClient,
  GetDeploymentCommand,
  GetDeploymentTargetCommand,
  type LambdaTarget,
  ListDeploymentTargetsCommand,
  PutLifecycleEventHookExecutionStatusCommand,
} from '@aws-sdk/client-codedeploy';
import { InputError } from '../../core/errors.ts';
import { readAppSpec } from '../../core/rollout/app-spec.ts';
import type { AliasShift, Deployments } from '../../ports/index.ts';

/** Every call here can be repeated without harm; four retries with back-off. */
export const createCodeDeployClient = (): CodeDeployClient =>
  new CodeDeployClient({ maxAttempts: 5, retryMode: 'standard' });

type Given = Partial<Record<keyof AliasShift, string | undefined>>;

/** A function may be named by its ARN. */
const shortName = (name: string): string => /:function:([^:]+)/.exec(name)?.[1] ?? name;

const complete = ({ functionName, alias, baseVersion, newVersion }: Given): AliasShift | undefined =>
  functionName === undefined || alias === undefined || baseVersion === undefined || newVersion === undefined
    ? undefined
    : { functionName: shortName(functionName), alias, baseVersion, newVersion };

/** CodeDeploy's answer to a status that came twice, or too late. */
const overNames = ['LifecycleEventAlreadyCompletedException'];

/** A deployment for Lambda has one target. Undefined where it has none yet, or is of another kind. */
export const lambdaTargetOf = async (
  client: CodeDeployClient,
  deploymentId: string,
): Promise<LambdaTarget | undefined> => {
  const { targetIds: [targetId] = [] } = await client.send(
    new ListDeploymentTargetsCommand({ deploymentId }),
  );
  if (targetId === undefined) return undefined;
  const found = await client.send(new GetDeploymentTargetCommand({ deploymentId, targetId }));
  return found.deploymentTarget?.lambdaTarget;
};

/** The deployments of one account. A call rejects with the SDK's own error when CodeDeploy refuses it or cannot be reached. */
export const codeDeployments = (client: CodeDeployClient): Deployments => {
  const byTarget = async (deploymentId: string): Promise<AliasShift | undefined> => {
    const info = (await lambdaTargetOf(client, deploymentId))?.lambdaFunctionInfo;
    return complete({
      functionName: info?.functionName,
      alias: info?.functionAlias,
      baseVersion: info?.currentVersion,
      newVersion: info?.targetVersion,
    });
  };

  const byRevision = async (deploymentId: string): Promise<AliasShift | undefined> => {
    const { deploymentInfo } = await client.send(new GetDeploymentCommand({ deploymentId }));
    const content = deploymentInfo?.revision?.appSpecContent?.content;
    if (content === undefined) return undefined;
    const found = readAppSpec(content);
    return complete({
      functionName: found?.Name,
      alias: found?.Alias,
      baseVersion: found?.CurrentVersion,
      newVersion: found?.TargetVersion,
    });
  };

  return {
    shiftOf: async (deploymentId) => {
      const found = (await byTarget(deploymentId)) ?? (await byRevision(deploymentId));
      if (found !== undefined) return found;
      throw new InputError(
        'DeploymentId',
        deploymentId,
        'a deployment that moves the alias of a Lambda function between versions',
      );
    },
    report: async (deploymentId, lifecycleEventHookExecutionId, status) => {
      const answer = { deploymentId, lifecycleEventHookExecutionId, status };
      try {
        await client.send(new PutLifecycleEventHookExecutionStatusCommand(answer));
        return true;
      } catch (error) {
        if (error instanceof Error && overNames.includes(error.name)) return false;
        throw error;
      }
    },
  };
};
