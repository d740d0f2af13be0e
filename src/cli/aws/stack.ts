/** The deployed root stack. Endpoint, region and credentials come from the environment. */
import { CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { createSsmClient, ssmTargetRegistry } from '../../adapters/aws/parameters.ts';
import { InputError } from '../../core/errors.ts';
import { targetsPath } from '../../core/keys.ts';
import type { Target } from '../../core/schema/target.ts';

export interface DeployedStack {
  readonly name: string;
  readonly status: string;
  /** What CloudFormation says to its status; often nothing. */
  readonly reason: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** By its name, or by its id where it is deleted already. @returns undefined where there is none */
export const findStack = async (
  nameOrId: string,
  client = new CloudFormationClient(),
): Promise<DeployedStack | undefined> => {
  try {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: nameOrId }));
    return stack === undefined ? undefined : deployed(stack);
  } catch (error) {
    // CloudFormation has no name of its own for "does not exist".
    if (error instanceof Error && error.name === 'ValidationError') return undefined;
    throw error;
  }
};

const deployed = (stack: Stack): DeployedStack => ({
  name: stack.StackName ?? '',
  status: stack.StackStatus ?? 'unknown',
  reason: stack.StackStatusReason ?? '',
  outputs: Object.fromEntries((stack.Outputs ?? []).map((o) => [o.OutputKey ?? '', o.OutputValue ?? ''])),
  parameters: Object.fromEntries(
    (stack.Parameters ?? []).map((p) => [p.ParameterKey ?? '', p.ParameterValue ?? '']),
  ),
  tags: Object.fromEntries((stack.Tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? ''])),
});

/** @throws InputError when there is no such stack in this account and region */
export const describeStack = async (
  name: string,
  client = new CloudFormationClient(),
): Promise<DeployedStack> => {
  const stack = await findStack(name, client);
  if (stack === undefined) {
    const region = await client.config.region();
    throw new InputError(
      '--stack',
      name,
      `a stack that is deployed in ${region}`,
      'Deploy it with `sam build && sam deploy`, or check AWS_PROFILE and AWS_REGION',
    );
  }
  return stack;
};

/** Templates and settings mark a lab twice, so that no other stack is taken for one. */
const labTag = 'latency-lab';

export const isLab = ({ outputs, tags }: DeployedStack): boolean =>
  outputs['LatencyLab'] !== undefined && tags['project'] === labTag;

/** @throws InputError for a stack that is no lab, or does not say so */
export const requireLab = (stack: DeployedStack): void => {
  if (isLab(stack)) return;
  const { StateMachineArn, ResultsBucketName } = stack.outputs;
  const likely = StateMachineArn !== undefined && ResultsBucketName !== undefined;
  throw new InputError(
    '--stack',
    stack.name,
    `a stack with the output LatencyLab and the tag project=${labTag}`,
    likely
      ? `If it is a lab of an earlier release, mark it with \`sam build && sam deploy --stack-name ${stack.name} --tags project=${labTag}\`; nothing was deleted`
      : 'This is something else; nothing was deleted',
  );
};

/** The targets that the templates registered in Parameter Store. */
export const registeredTargets = (labName: string): Promise<readonly Target[]> =>
  ssmTargetRegistry(createSsmClient(), targetsPath(labName)).list();

/** @throws Error where the stack has no such output */
export const outputOf = (outputs: Readonly<Record<string, string>>, name: string): string => {
  const value = outputs[name];
  if (value === undefined)
    throw new Error(`the deployed stack has no output ${name}; deploy templates/root.yaml again`);
  return value;
};
