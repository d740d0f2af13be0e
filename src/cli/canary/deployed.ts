/** A rollout on AWS: one that `sam deploy` or a pipeline has begun is followed to its end. */
import { codeDeployments, createCodeDeployClient } from '../../adapters/aws/code-deploy.ts';
import { createS3Client, s3ObjectStore } from '../../adapters/aws/object-store.ts';
import { InputError } from '../../core/errors.ts';
import type { AliasShift } from '../../ports/index.ts';
import { stackResources } from '../aws/resources.ts';
import { describeStack, outputOf, registeredTargets } from '../aws/stack.ts';
import type { Context } from '../context.ts';
import { codeDeploy, hasEnded } from './deployments.ts';
import { rollable, watchRollout } from './roll-out.ts';

export interface DeployedRollout {
  readonly out: string;
  readonly stack: string;
  readonly targetId: string;
  /** Undefined for the one that is under way. */
  readonly deploymentId: string | undefined;
  /** Whether the rollout is stopped and the alias goes back. */
  readonly undo: boolean;
  readonly requestsPerSecond: number;
  readonly json: boolean;
}

const groupType = 'AWS::CodeDeploy::DeploymentGroup';
const applicationType = 'AWS::CodeDeploy::Application';

/** A server's deployment shifts no alias. */
const shiftOf = async (deploymentId: string): Promise<AliasShift | undefined> => {
  try {
    return await codeDeployments(createCodeDeployClient()).shiftOf(deploymentId);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
};

/** By the last deployments of all groups of the stack: a group's own name does not tell its function, its deployments do. */
const findRunning = async (
  { stack, targetId }: DeployedRollout,
  functionName: string,
): Promise<readonly [string, AliasShift]> => {
  const resources = await stackResources(stack);
  const named = (type: string) =>
    resources.filter((one) => one.type === type).map(({ physicalId }) => physicalId);
  const deployments = codeDeploy();
  for (const application of named(applicationType))
    for (const group of named(groupType)) {
      const deploymentId = await deployments.latest(application, group);
      if (deploymentId === undefined || hasEnded(await deployments.state(deploymentId))) continue;
      const shift = await shiftOf(deploymentId);
      if (shift?.functionName === functionName) return [deploymentId, shift];
    }
  throw new InputError(
    '--target',
    targetId,
    'a target whose function is being rolled out now',
    'Deploy with GradualRollout=true and a changed function, and call this while that goes on; or name one with --deployment',
  );
};

/** @returns the exit code */
export const deployedRollout = async (context: Context, wanted: DeployedRollout): Promise<number> => {
  const stack = await describeStack(wanted.stack);
  const targets = await registeredTargets(stack.parameters['LabName'] ?? 'default');
  const registered = targets.find(({ id }) => id === wanted.targetId);
  if (registered === undefined)
    throw new InputError('--target', wanted.targetId, targets.map(({ id }) => id).join(', '));
  const { target, functionName, alias } = rollable(registered);
  const deployments = codeDeploy();
  const [deploymentId, shift] =
    wanted.deploymentId === undefined
      ? await findRunning(wanted, functionName)
      : [wanted.deploymentId, await shiftOf(wanted.deploymentId)];
  if (shift?.functionName !== functionName)
    throw new InputError(
      '--deployment',
      deploymentId,
      `a deployment of ${functionName}, the function of ${wanted.targetId}`,
    );
  return watchRollout(context, {
    ...shift,
    ...{ alias, target, injected: undefined, minuteSeconds: 60, labels: { stack: stack.name } },
    begin: async () => {
      if (wanted.undo) await deployments.undo(deploymentId);
      return deploymentId;
    },
    state: deployments.state,
    store: s3ObjectStore(createS3Client(), outputOf(stack.outputs, 'ResultsBucketName')),
    requestsPerSecond: wanted.requestsPerSecond,
    pollMs: 3_000,
    out: wanted.out,
    json: wanted.json,
  });
};
