/** The lab on this machine: builds, starts and deploys it, one stage after the other for the eye, and runs it from an empty emulator to a report. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LeftOut, RunRequest } from '../core/schema/request.ts';
import { list } from '../core/report/format.ts';
import { buildLab, type Build } from '../local/deploy/build.ts';
import { deployLab } from '../local/deploy/deploy.ts';
import { startInstances, type Instances } from '../local/instances/instances.ts';
import { startPlane, type LocalPlane, type PlaneOptions } from '../local/plane.ts';
import { orAborted, whenAborted, type Context } from './context.ts';
import { executeRun } from './run/execute.ts';
import type { OwnTargets } from './run/own-targets.ts';
import type { ResultValues, RunParts } from './run/request.ts';
import { stage } from './terminal.ts';
import { plural } from '../core/report/format.ts';

export const labName = 'local';

export interface Lab {
  readonly plane: LocalPlane;
  readonly targets: readonly string[];
  readonly leftOut: readonly LeftOut[];
  readonly outputs: Readonly<Record<string, string>>;
}

interface LabOptions {
  /** Takes the logs of emulator and function host. */
  readonly workDir: string;
  readonly memoryMb: number;
  readonly only?: readonly string[];
  /** With what rolls versions out step by step, and how its time passes. */
  readonly rollouts?: Required<Pick<PlaneOptions, 'minuteMs' | 'hookLimitMinutes'>>;
}

const builtWords = ({ targets, reused }: Build): string =>
  `${reused ? 'Reused the unchanged builds of' : 'Built'} ${plural(targets.length, 'target')} (${list(targets)}) and started the emulator`;

const prepare = (
  context: Context,
  { only }: LabOptions,
  start: (log: (line: string) => void) => Promise<LocalPlane>,
) =>
  stage(
    context.terminal,
    {
      doing: 'Building the services and starting the emulator',
      done: ([, build]: readonly [LocalPlane, Build]) => builtWords(build),
    },
    (detail) =>
      orAborted(
        Promise.all([
          start(detail),
          buildLab({
            root: context.root,
            onProgress: detail,
            // The null target is the harness's own floor: without it no figure of the others can be read.
            ...(only === undefined ? {} : { only: [...new Set([...only, 'null'])] }),
          }),
        ]),
        context.signal,
      ),
  );

const deploy = (
  context: Context,
  plane: LocalPlane,
  { targets }: Build,
  { memoryMb, rollouts }: LabOptions,
) =>
  stage(
    context.terminal,
    { doing: 'Deploying the templates', done: () => 'Deployed the templates' },
    (detail) =>
      orAborted(
        deployLab(plane, {
          ...{ root: context.root, stackName: 'latency-lab', labName },
          ...{ memoryMb, targets, onProgress: detail, gradual: rollouts !== undefined },
        }),
        context.signal,
      ),
  );

/** Servers run beside the plane; a run ends with an error when either ends before it. */
const besides = (plane: LocalPlane, { died }: Instances): LocalPlane => ({
  ...plane,
  died: Promise.race([plane.died, died]),
});

/** The AWS SDK and everything started from here reach the plane through the environment, as they would reach AWS. */
const enter = (plane: LocalPlane): void => {
  delete process.env['AWS_PROFILE'];
  Object.assign(process.env, plane.env);
};

/** Runs `use` in a deployed lab. Whatever happens, nothing is left running afterwards. */
export const withLab = async (
  context: Context,
  options: LabOptions,
  use: (lab: Lab) => Promise<number>,
): Promise<number> => {
  const { terminal, root } = context;
  let starting: Promise<LocalPlane> | undefined;
  let serving: Promise<Instances> | undefined;
  let started = false;
  const start = (onLog: (line: string) => void): Promise<LocalPlane> =>
    (starting = startPlane({ root, workDir: options.workDir, onLog, ...options.rollouts }));
  try {
    const [plane, build] = await prepare(context, options, start);
    started = true;
    for (const { id, reason } of build.leftOut)
      terminal.say(`${terminal.style.red('!')} ${id} is left out: ${reason}`);
    const { targets, leftOut } = build;
    const { emulatorUrl, credentials } = plane;
    const deployed = deploy(context, plane, build, options);
    const place = { root, workDir: options.workDir, emulatorUrl, credentials, labName };
    serving = startInstances({ ...place, targets, deployed });
    const [{ outputs }, instances] = await orAborted(Promise.all([deployed, serving]), context.signal);
    enter(plane);
    return await use({ plane: besides(plane, instances), outputs, targets, leftOut });
  } finally {
    await serving?.then(
      (instances) => instances.stop(),
      () => undefined,
    );
    // A plane that is not there yet may wait for another set-up's lock; the reaper ends what it has started.
    if (started || !context.signal.aborted)
      await starting?.then(
        (plane) => plane.stop(),
        () => undefined,
      );
  }
};

export interface LocalRun {
  readonly runId: string;
  readonly out: string;
  readonly memoryMb: number;
  readonly keep: boolean;
  readonly only?: readonly string[];
  readonly own: OwnTargets;
  readonly wanted: ResultValues;
  readonly request: (parts: Omit<RunParts, 'runId'>) => RunRequest;
}

/** Logs of runs are for looking after what went wrong; nobody does after a month. */
const keepRunsMs = 30 * 24 * 3_600_000;

const forgetOldRuns = async (runs: string): Promise<void> => {
  for (const name of await readdir(runs).catch(() => [])) {
    const path = join(runs, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > keepRunsMs)
      await rm(path, { recursive: true, force: true });
  }
};

const keepRunning = async (context: Context, { plane, outputs }: Lab, json: boolean): Promise<void> => {
  const { print, terminal, signal } = context;
  const exports = Object.entries(plane.env).map(([name, value]) => `export ${name}='${value}'`);
  const { registeredTargets } = await import('./aws/stack.ts');
  const registered = await registeredTargets(labName);
  const rows = [
    '',
    ...registered.flatMap(({ id, url }) => (url === undefined ? [] : [`Target     ${id} ${url}`])),
    `Emulator   ${plane.emulatorUrl}`,
    `Lambda     ${plane.lambdaUrl}`,
    `HTTP APIs  http://<api id>.${plane.apiUrlSuffix}`,
    ...Object.entries(outputs).map(([name, value]) => `${name} ${value}`),
    '',
    ...exports,
  ];
  // With --json, stdout is the report's alone.
  if (json) for (const row of rows) terminal.say(row);
  else print(`${rows.join('\n')}\n`);
  terminal.say('Everything keeps running until Ctrl-C. The lines above let the AWS CLI and SDKs reach it.');
  const reason = await Promise.race([plane.died, whenAborted(signal)]);
  if (reason !== undefined) throw new Error(reason);
};

/** @returns the exit code: 1 also when a target that `only` names was left out */
export const localRun = async (context: Context, options: LocalRun): Promise<number> => {
  const { runId, out, only, memoryMb } = options;
  const runs = join(context.root, '.latency-lab', 'runs');
  await forgetOldRuns(runs);
  const workDir = join(runs, runId);
  return withLab(context, { workDir, memoryMb, ...(only === undefined ? {} : { only }) }, async (lab) => {
    const { plane, targets, leftOut, outputs } = lab;
    const { targets: extraTargets, secrets } = options.own.forRun(labName, runId);
    const request = options.request({ targets, leftOut, labels: plane.labels, extraTargets });
    const code = await executeRun(context, {
      runId,
      out,
      outputs,
      request,
      secrets,
      wanted: options.wanted,
      died: plane.died,
      pollMs: 1_000,
    });
    if (options.keep) await keepRunning(context, lab, options.wanted.json === true);
    return leftOut.some(({ id }) => only?.includes(id) === true) ? 1 : code;
  });
};
