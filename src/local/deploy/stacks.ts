import {
  CloudFormationClient,
  paginateDescribeStackEvents,
  paginateDescribeStacks,
  type Stack,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import { region } from '../aws-environment.ts';

const clientOf = (endpoint: string): CloudFormationClient =>
  new CloudFormationClient({
    endpoint,
    region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });

const stacksOf = async (client: CloudFormationClient, name?: string): Promise<Stack[]> => {
  const stacks: Stack[] = [];
  const input = name === undefined ? {} : { StackName: name };
  for await (const page of paginateDescribeStacks({ client }, input)) stacks.push(...(page.Stacks ?? []));
  return stacks;
};

const eventsOf = async (client: CloudFormationClient, stack: Stack): Promise<StackEvent[]> => {
  const events: StackEvent[] = [];
  const pages = paginateDescribeStackEvents({ client }, { StackName: stack.StackId });
  for await (const page of pages) events.push(...(page.StackEvents ?? []));
  return events;
};

/** A stack's outputs by name; empty where the stack has none. */
export const outputsOf = async (
  endpoint: string,
  stackName: string,
): Promise<Readonly<Record<string, string>>> => {
  const [stack] = await stacksOf(clientOf(endpoint), stackName);
  return Object.fromEntries(
    (stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
};

const sentenceOf = (event: StackEvent): string =>
  `${event.StackName ?? '?'} / ${event.LogicalResourceId ?? '?'} (${event.ResourceType ?? '?'}): ${event.ResourceStatusReason ?? 'no reason given'}`;

/**
 * What could not be created, one sentence each: resources of the stack and of those nested in it, at any depth.
 * That a stack failed because of a resource in it is told only where no resource is to blame.
 */
export const failuresOf = async (endpoint: string, stackName: string): Promise<readonly string[]> => {
  const client = clientOf(endpoint);
  const stacks = (await stacksOf(client)).filter(
    ({ StackName = '' }) => StackName === stackName || StackName.startsWith(`${stackName}-`),
  );
  const events = (await Promise.all(stacks.map((stack) => eventsOf(client, stack)))).flat();
  const failed = events.filter(({ ResourceStatus = '' }) => /^(CREATE|UPDATE)_FAILED$/.test(ResourceStatus));
  const resources = failed.filter(({ ResourceType }) => ResourceType !== 'AWS::CloudFormation::Stack');
  return [...new Set((resources.length > 0 ? resources : failed).map(sentenceOf))];
};
