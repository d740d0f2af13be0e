/** A rollout on the local plane: a second version of a target's function, rolled out by what stands for CodeDeploy. */
import { join } from 'node:path';
import { CloudWatchClient, type MetricAlarm, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { createS3Client, s3ObjectStore } from '../../adapters/aws/object-store.ts';
import { InputError } from '../../core/errors.ts';
import { describeInjection, type Injection } from '../../core/rollout/injection.ts';
import type { Preference } from '../../core/rollout/preferences.ts';
import { publishSecondVersion } from '../../local/second-version/publish.ts';
import { outputOf, registeredTargets } from '../aws/stack.ts';
import type { Context } from '../context.ts';
import { type Lab, labName, withLab } from '../local.ts';
import { stage } from '../terminal.ts';
import { codeDeploy } from './deployments.ts';
import { rollable, watchRollout } from './roll-out.ts';

export interface LocalRollout {
  readonly runId: string;
  readonly out: string;
  readonly targetId: string;
  readonly memoryMb: number;
  readonly preference: Preference;
  readonly injection: Injection;
  readonly minuteSeconds: number;
  readonly requestsPerSecond: number;
  readonly json: boolean;
}

/** CodeDeploy's own. */
const hookLimitMinutes = 60;
/** Hooks measure in real time: however short a minute is, they have as long as their function has, and a little more. */
const leastHookSeconds = 960;

const isAbout = (alarm: MetricAlarm, functionName: string): boolean =>
  [alarm.Dimensions, ...(alarm.Metrics ?? []).map(({ MetricStat }) => MetricStat?.Metric?.Dimensions)].some(
    (dimensions) => dimensions?.some(({ Name, Value }) => Name === 'FunctionName' && Value === functionName),
  );

const alarmsOf = async (functionName: string): Promise<readonly string[]> => {
  const names: string[] = [];
  for await (const { MetricAlarms = [] } of paginateDescribeAlarms({ client: new CloudWatchClient({}) }, {}))
    for (const alarm of MetricAlarms)
      if (alarm.AlarmName !== undefined && isAbout(alarm, functionName)) names.push(alarm.AlarmName);
  return names;
};

const rollOut = async (context: Context, rollout: LocalRollout, lab: Lab): Promise<number> => {
  const registered = (await registeredTargets(labName)).find(({ id }) => id === rollout.targetId);
  if (registered === undefined)
    throw new InputError('--target', rollout.targetId, 'a target that is deployed here');
  const { target, functionName, alias } = rollable(registered);
  const { preference, injection } = rollout;
  const versions = await stage(
    context.terminal,
    {
      doing: 'Publishing a second version',
      done: ({ newVersion }) =>
        `Published version ${newVersion} (${describeInjection(injection) ?? 'the same code'})`,
    },
    () => publishSecondVersion(context.root, { functionName, alias }, injection),
  );
  const alarms = await alarmsOf(functionName);
  const deployments = codeDeploy();
  return watchRollout(context, {
    ...versions,
    ...{ functionName, alias, target, injected: describeInjection(injection) },
    begin: () =>
      deployments.create({
        ...versions,
        ...{ functionName, alias, preference, alarms },
        preTraffic: outputOf(lab.outputs, 'PreTrafficFunctionArn'),
        postTraffic: outputOf(lab.outputs, 'PostTrafficFunctionArn'),
      }),
    state: deployments.state,
    store: s3ObjectStore(createS3Client(), outputOf(lab.outputs, 'ResultsBucketName')),
    requestsPerSecond: rollout.requestsPerSecond,
    minuteSeconds: rollout.minuteSeconds,
    labels: lab.plane.labels,
    died: lab.plane.died,
    pollMs: 500,
    out: rollout.out,
    json: rollout.json,
  });
};

/** @returns the exit code */
export const localRollout = (context: Context, rollout: LocalRollout): Promise<number> =>
  withLab(
    context,
    {
      workDir: join(context.root, '.latency-lab', 'runs', rollout.runId),
      memoryMb: rollout.memoryMb,
      only: [rollout.targetId],
      rollouts: {
        minuteMs: rollout.minuteSeconds * 1000,
        hookLimitMinutes: Math.max(hookLimitMinutes, Math.ceil(leastHookSeconds / rollout.minuteSeconds)),
      },
    },
    async (lab) => {
      const [left] = lab.leftOut.filter(({ id }) => id === rollout.targetId);
      // That it is left out, and why, was said already.
      return left === undefined ? rollOut(context, rollout, lab) : 1;
    },
  );
