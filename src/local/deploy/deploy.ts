import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CloudFormationClient,
  paginateDescribeStackEvents,
  paginateDescribeStacks,
  type Stack,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import {
  CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { cpuArchitecture, region } from '../aws-environment.ts';
import { keyHeader } from '../credentials.ts';
import type { LocalPlane } from '../plane.ts';
import { type Reaper, startReaper } from '../reaper/reaper.ts';
import { readManifest } from './build.ts';
import { buildsDirectory, pointerFile } from './builds.ts';
import { bucket, providePackages } from './packages.ts';
import { DeployError, sam } from './sam.ts';

export interface DeployOptions {
  /** The repository. */
  readonly root: string;
  readonly stackName: string;
  readonly labName: string;
  /** Of every service's function: 128 to 10,240. */
  readonly memoryMb: number;
  /** Ids of architectures that `buildLab` built together; the others are disabled. */
  readonly targets: readonly string[];
  /** With hooks, probe and alarms of a gradual rollout. Nothing of CodeDeploy: the emulator has none of it. Default: false. */
  readonly gradual?: boolean;
  readonly onProgress: (line: string) => void;
}

/** Where the stacks are, and by whose leave. */
type PlaneAccess = Pick<LocalPlane, 'emulatorUrl' | 'credentials'>;

const settings = ({ emulatorUrl, credentials }: PlaneAccess) => ({
  endpoint: emulatorUrl,
  region,
  credentials,
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
const outputsOf = async (
  plane: PlaneAccess,
  stackName: string,
): Promise<Readonly<Record<string, string>>> => {
  const [stack] = await stacksOf(new CloudFormationClient(settings(plane)), stackName);
  return Object.fromEntries(
    (stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
};

/** Platform lines that say nothing of a cause. */
const plainLine = /^(INIT_START|START|END|REPORT|INIT_REPORT|RequestId:) ?/;
const linesOfFunction = 5;

/** The last that the functions of a stack said, each line once. Where a custom resource fails, the reason is there. */
const lastWordsOf = async (plane: PlaneAccess, stackName: string): Promise<readonly string[]> => {
  const client = new CloudWatchLogsClient(settings(plane));
  const said = new Set<string>();
  for await (const { logGroups = [] } of paginateDescribeLogGroups({ client }, {})) {
    for (const { logGroupName = '' } of logGroups.filter(({ logGroupName: name }) =>
      name?.includes(stackName),
    ))
      for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName }))
        for (const { message = '' } of events) if (!plainLine.test(message)) said.add(message.trim());
  }
  return [...said].slice(-linesOfFunction);
};

const sentenceOf = (event: StackEvent): string =>
  `${event.StackName ?? '?'} / ${event.LogicalResourceId ?? '?'} (${event.ResourceType ?? '?'}): ${event.ResourceStatusReason ?? 'no reason given'}`;

/**
 * What could not be created, one sentence each: resources of the stack and of those nested in it, at any depth.
 * That a stack failed because of a resource in is told only where no resource is to blame.
 */
export const failuresOf = async (plane: PlaneAccess, stackName: string): Promise<readonly string[]> => {
  const client = new CloudFormationClient(settings(plane));
  const stacks = (await stacksOf(client)).filter(
    ({ StackName = '' }) => StackName === stackName || StackName.startsWith(`${stackName}-`),
  );
  const events = (await Promise.all(stacks.map((stack) => eventsOf(client, stack)))).flat();
  const failed = events.filter(({ ResourceStatus = '' }) => /^(CREATE|UPDATE)_FAILED$/.test(ResourceStatus));
  const resources = failed.filter(({ ResourceType }) => ResourceType !== 'AWS::CloudFormation::Stack');
  const custom = resources.filter(({ ResourceType = '' }) => ResourceType.startsWith('Custom::'));
  const words = await Promise.all(custom.map(({ StackName = '' }) => lastWordsOf(plane, StackName)));
  return [
    ...new Set([
      ...(resources.length > 0 ? resources : failed).map(sentenceOf),
      ...words.flat().map((line) => `  its function said: ${line}`),
    ]),
  ];
};

/** `--resolve-s3` would deploy a stack of its own for the bucket first. */
const makeBucket = async ({ emulatorUrl, credentials }: LocalPlane): Promise<void> => {
  const headers = { [keyHeader]: credentials.accessKeyId };
  const reply = await fetch(`${emulatorUrl}/${bucket}`, { method: 'PUT', headers });
  if (!reply.ok)
    throw new DeployError(`the emulator refused to create a bucket: ${reply.status} ${await reply.text()}`);
};

const directoryOfBuild = async (root: string, targets: readonly string[]): Promise<string> => {
  const { key } = JSON.parse(await readFile(pointerFile(root, targets), 'utf8')) as { key: string };
  return join(buildsDirectory(root), key);
};

const parametersOf = async (plane: LocalPlane, options: DeployOptions): Promise<string[]> => {
  const { architectures } = await readManifest(options.root);
  return [
    `LabName=${options.labName}`,
    `MemorySize=${options.memoryMb}`,
    `CpuArchitecture=${cpuArchitecture}`,
    'Plane=local',
    `GradualRollout=${String(options.gradual ?? false)}`,
    `ApiUrlSuffix=${plane.apiUrlSuffix}`,
    // Nothing throttles here: as much as any load profile may ask for.
    'ApiRateLimit=5000',
    ...architectures.map(({ id, enabledBy }) => `${enabledBy}=${String(options.targets.includes(id))}`),
  ];
};

/** One line of the table of events that `sam deploy` prints: status, type, logical id, reason. */
const eventLine = /^(CREATE|UPDATE)_(COMPLETE|FAILED) +\S+ +(\S+)/;

const runDeploy = async (plane: LocalPlane, options: DeployOptions, reaper: Reaper): Promise<void> => {
  const { root, stackName, onProgress } = options;
  const directory = await directoryOfBuild(root, options.targets);
  const template = await providePackages(plane, { root, directory, reaper, onProgress });
  const { code, output } = await sam(
    [
      ...['deploy', '--template-file', template, '--stack-name', stackName, '--s3-bucket', bucket],
      ...['--capabilities', 'CAPABILITY_IAM', 'CAPABILITY_AUTO_EXPAND'],
      // As samconfig.toml has it, which is not read from beside this template.
      ...['--tags', 'project=latency-lab'],
      ...['--no-confirm-changeset', '--no-progressbar', '--no-fail-on-empty-changeset'],
      ...['--parameter-overrides', ...(await parametersOf(plane, options))],
    ],
    {
      root,
      reaper,
      env: plane.env,
      onLine: (line) => {
        const [, , status, logicalId] = eventLine.exec(line) ?? [];
        if (logicalId !== undefined) onProgress(`${logicalId}: ${status === 'FAILED' ? 'failed' : 'ready'}`);
      },
    },
  );
  if (code === 0) return;
  const failures = await failuresOf(plane, stackName).catch(() => []);
  const said = output.trim().split('\n').slice(-8).join('\n');
  throw new DeployError(`sam deploy failed:\n${failures.length > 0 ? failures.join('\n') : said}`);
};

/**
 * Deploys the built templates to the plane with `sam deploy`, asking nothing.
 * @returns the root stack's outputs
 * @throws DeployError naming every resource that could not be created, nested stacks' too, or the part of the plane that died
 */
export const deployLab = async (
  plane: LocalPlane,
  options: DeployOptions,
): Promise<{ outputs: Readonly<Record<string, string>> }> => {
  const reaper = startReaper(options.root);
  const died = plane.died.then((reason) => Promise.reject(new DeployError(reason)));
  const deployed = async (): Promise<Readonly<Record<string, string>>> => {
    await makeBucket(plane);
    await runDeploy(plane, options, reaper);
    return outputsOf(plane, options.stackName);
  };
  try {
    return { outputs: await Promise.race([deployed(), died]) };
  } finally {
    // Ends a `sam deploy` that is still talking to a plane that is gone.
    await reaper.close();
  }
};
