/** The deployed root stack. Endpoint, region and credentials come from the environment. */
import { CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { createSsmClient, ssmTargetRegistry } from '../../adapters/aws/target-registry.ts';
import { InputError } from '../../core/errors.ts';
import { targetsPath } from '../../core/keys.ts';
import type { Target } from '../../core/schema/target.ts';

export interface DeployedStack {
  readonly name: string;
  readonly status: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
}

const read = async (client: CloudFormationClient, name: string): Promise<Stack | undefined> => {
  try {
    return (await client.send(new DescribeStacksCommand({ StackName: name }))).Stacks?.[0];
  } catch (error) {
    // CloudFormation has no name of its own for "does not exist".
    if (error instanceof Error && error.name === 'ValidationError') return undefined;
    throw error;
  }
};

/** @throws InputError when there is no such stack in this account and region */
export const describeStack = async (
  name: string,
  client = new CloudFormationClient(),
): Promise<DeployedStack> => {
  const stack = await read(client, name);
  if (stack === undefined) {
    const region = await client.config.region();
    throw new InputError(
      '--stack',
      name,
      `a stack that is deployed in ${region}`,
      'Deploy it with `sam build && sam deploy`, or check AWS_PROFILE and AWS_REGION',
    );
  }
  return {
    name,
    status: stack.StackStatus ?? 'unknown',
    outputs: Object.fromEntries((stack.Outputs ?? []).map((o) => [o.OutputKey ?? '', o.OutputValue ?? ''])),
    parameters: Object.fromEntries(
      (stack.Parameters ?? []).map((p) => [p.ParameterKey ?? '', p.ParameterValue ?? '']),
    ),
  };
};

/** The targets that the templates registered in Parameter Store. */
export const registeredTargets = (labName: string): Promise<readonly Target[]> =>
  ssmTargetRegistry(createSsmClient(), targetsPath(labName)).list();
