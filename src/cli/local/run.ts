/** One run on this machine, from an empty emulator to a report, and everything stopped afterwards. */
import { join } from 'node:path';
import { s3ObjectStore, createS3Client } from '../../adapters/aws/object-store.ts';
import type { LeftOut, RunRequest } from '../../core/payloads.ts';
import type { Target } from '../../core/target.ts';
import { buildLab } from '../../local/deploy/build.ts';
import { deployLab } from '../../local/deploy/deploy.ts';
import { startPlane, type LocalPlane } from '../../local/plane.ts';
import { orAborted, whenAborted } from '../abort.ts';
import { stepFunctions } from '../aws/executions.ts';
import type { Context } from '../context.ts';
import { concludeEnded, type Results } from '../run/conclude.ts';
import { fileStore } from '../run/file-store.ts';
import { follow, type FollowEnd } from '../run/follow.ts';
import { makeMirror } from '../run/mirror.ts';
import { concludePartial } from '../run/partial.ts';
import { stage } from '../terminal/stage.ts';
import { enumerate, plural } from '../terminal/words.ts';

export interface LocalRun {
  readonly runId: string;
  readonly out: string;
  readonly memoryMb: number;
  readonly keep: boolean;
  readonly only?: readonly string[];
  readonly extraTargets?: readonly Target[];
  readonly request: (parts: {
    readonly targets: readonly string[];
    readonly leftOut: readonly LeftOut[];
    readonly labels: Readonly<Record<string, string>>;
  }) => RunRequest;
}

interface Lab {
  readonly plane: LocalPlane;
  readonly targets: readonly string[];
  readonly leftOut: readonly LeftOut[];
  readonly outputs: Readonly<Record<string, string>>;
}

const labName = 'local';
const pollMs = 1_000;
const tools = ['emulator', 'sam', 'python-runtime', 'node-runtime'] as const;

const setUp = (context: Context): Promise<unknown> =>
  stage(context.terminal, { doing: 'Setting up the tools', done: () => 'Tools are ready' }, (detail) =>
    orAborted(context.ensure(tools, { log: detail }), context.signal),
  );

const build = (context: Context, only: readonly string[] | undefined) =>
  stage(
    context.terminal,
    {
      doing: 'Building the services and starting the emulator',
      done: ({ targets, reused }: { targets: readonly string[]; reused: boolean }) =>
        `${reused ? 'Reused the unchanged builds of' : 'Built'} ${plural(targets.length, 'target')}: ${enumerate(targets)}`,
    },
    (detail) =>
      buildLab({
        root: context.root,
        onProgress: detail,
        ...(only === undefined ? {} : { only: [...new Set([...only, 'null'])] }),
      }),
  );

const deploy = (context: Context, plane: LocalPlane, targets: readonly string[], memoryMb: number) =>
  stage(
    context.terminal,
    { doing: 'Deploying the templates', done: () => 'Deployed the templates' },
    (detail) =>
      orAborted(
        deployLab(plane, {
          root: context.root,
          stackName: 'latency-lab',
          labName,
          memoryMb,
          targets: [...targets],
          onProgress: detail,
        }),
        context.signal,
      ),
  );

const requireOutput = (outputs: Readonly<Record<string, string>>, name: string): string => {
  const value = outputs[name];
  if (value === undefined) throw new Error(`the deployed stack has no output ${name}`);
  return value;
};

const measure = async (context: Context, options: LocalRun, lab: Lab): Promise<number> => {
  const { plane, outputs, targets, leftOut } = lab;
  const { runId, out } = options;
  const prefix = `runs/${runId}/`;
  const files = fileStore(out, prefix);
  const bucket = s3ObjectStore(createS3Client(), requireOutput(outputs, 'ResultsBucketName'));
  const mirror = makeMirror(bucket, files, prefix);
  const executions = stepFunctions(requireOutput(outputs, 'StateMachineArn'));
  const request = options.request({ targets, leftOut, labels: plane.labels });
  const arn = await executions.start(runId, JSON.stringify(request));
  const { terminal, signal } = context;
  const end = await follow({
    ...{ executions, arn, runId, terminal, signal, pollMs },
    copyNew: mirror.copyNew,
    died: plane.died,
  });
  if (end.kind !== 'died') {
    await mirror.copyNew({ refresh: true }).catch((error: unknown) => {
      if (end.kind === 'ended') throw error;
    });
  }
  return conclude(context, { runId, out, files }, end);
};

const conclude = async (context: Context, results: Results, end: FollowEnd): Promise<number> => {
  if (end.kind === 'ended') return concludeEnded(context, results, end.state);
  await concludePartial(context, results, end.kind === 'died' ? end.reason : 'stopped by the user');
  context.signal.throwIfAborted();
  return 1;
};

/** The AWS SDK and everything started from here reach the plane through their environment, as they would reach AWS. */
const enter = (plane: LocalPlane): void => {
  delete process.env['AWS_PROFILE'];
  Object.assign(process.env, plane.env);
};

const keepRunning = async (context: Context, { plane, outputs }: Lab): Promise<void> => {
  const { print, terminal, signal } = context;
  print(`\nEmulator: ${plane.emulatorUrl}\nLambda:   ${plane.lambdaUrl}\nHTTP:     ${plane.httpUrl}\n`);
  for (const [name, value] of Object.entries(outputs)) print(`${name}: ${value}\n`);
  print(
    `\n${Object.entries(plane.env)
      .map(([name, value]) => `export ${name}='${value}'\n`)
      .join('')}`,
  );
  terminal.say('Running until Ctrl-C.');
  const reason = await Promise.race([plane.died, whenAborted(signal)]);
  if (reason !== undefined) throw new Error(reason);
};

/** @returns the exit code. Whatever happens, nothing is left running. */
export const localRun = async (context: Context, options: LocalRun): Promise<number> => {
  const { terminal, root, signal } = context;
  await setUp(context);
  const workDir = join(root, '.latency-lab', 'runs', options.runId);
  const starting = startPlane({ root, workDir });
  try {
    const [plane, built] = await orAborted(Promise.all([starting, build(context, options.only)]), signal);
    for (const { id, reason } of built.leftOut)
      terminal.say(`${terminal.style.bad('!')} ${id} is left out: ${reason}`);
    const { outputs } = await deploy(context, plane, built.targets, options.memoryMb);
    enter(plane);
    const lab = { plane, outputs, targets: built.targets, leftOut: built.leftOut };
    const code = await measure(context, options, lab);
    if (options.keep) await keepRunning(context, lab);
    const missing = built.leftOut.some(({ id }) => options.only?.includes(id) === true);
    return missing ? 1 : code;
  } finally {
    await starting.then(
      (plane) => plane.stop(),
      () => undefined,
    );
  }
};
