import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureTools } from '../../tools/setup/ensure.mjs';
import { accountId, planeEnvironment, region } from './aws-environment.ts';
import { administrator, type Credentials, credentialsFor, newSecret } from './credentials.ts';
import { type Emulator, startEmulator } from './emulator/emulator.ts';
import { bundleHost, type HostOptions, type HostReady, startHost } from './host-process.ts';
import { machineLabels } from './labels.ts';
import { runProgram, type ServerProcess } from './program.ts';
import { type Reaper, startReaper } from './reaper/reaper.ts';

/** An AWS of one's own on 127.0.0.1: the emulator for control plane and stores, the function host for Lambda and HTTP. */
export interface LocalPlane {
  readonly emulatorUrl: string;
  readonly lambdaUrl: string;
  readonly httpUrl: string;
  /** An HTTP API answers at `http://<api id>.<this>`. */
  readonly apiUrlSuffix: string;
  /** What points SDK clients and the SAM CLI here. */
  readonly env: Readonly<Record<string, string>>;
  /** The administrator's, as in `env`. */
  readonly credentials: Credentials;
  /** What really runs, for the report. */
  readonly labels: Readonly<Record<string, string>>;
  /** Resolves with a reason when a part of it ends without having been asked to. */
  readonly died: Promise<string>;
  /** Resolves when every process is gone and the state is removed. May be called again. */
  stop(): Promise<void>;
}

export interface PlaneOptions {
  /** The repository. */
  readonly root: string;
  /** Takes the logs, which stay, and the state, which goes with the plane. */
  readonly workDir: string;
  /** Where every call to an API is written down with who made it, one JSON object a line; nowhere by default. */
  readonly callsFile?: string | undefined;
  /** Milliseconds that a minute of a rollout, and of an alarm's period, lasts; a real one by default. */
  readonly minuteMs?: number | undefined;
  /** Minutes that a rollout's hook has to report; 60 by default, as on AWS. */
  readonly hookLimitMinutes?: number | undefined;
  readonly onLog?: (line: string) => void;
}

const findTools = async (root: string, log: (line: string) => void) => {
  const tools = await ensureTools(root, ['emulator', 'node-runtime', 'python-runtime'], { log });
  const node = tools['node-runtime'];
  const runtimes = {
    node: { exec: node.exec, sdkModules: node.modules },
    python: { exec: tools['python-runtime'].exec },
  };
  return { python: tools.emulator.exec, runtimes };
};

const versionOf = async (program: string, reaper: Reaper): Promise<string> =>
  (await runProgram(program, ['--version'], { cwd: '/', env: {}, reaper })).output.trim();

const labelsOf = async (
  runtimes: HostOptions['runtimes'],
  emulator: Emulator,
  isolation: HostReady['isolation'],
  reaper: Reaper,
): Promise<Record<string, string>> => {
  const [node, python] = await Promise.all([
    versionOf(runtimes.node.exec, reaper),
    versionOf(runtimes.python.exec, reaper),
  ]);
  const isolated = Object.entries(isolation).map(([what, how]) => [`Isolation of ${what}`, how] as const);
  return {
    'AWS emulator': `ministack ${emulator.version}`,
    'Runs nodejs functions': `Node ${node}`,
    'Runs python functions': python,
    ...Object.fromEntries(isolated),
    ...machineLabels(),
  };
};

/** @param python the virtual environment's that has the emulator */
const startServers = async (
  options: HostOptions,
  python: string,
  workDir: string,
): Promise<{ emulator: Emulator; host: ServerProcess<HostReady> }> => {
  const temporaryDir = join(options.stateDir, 'tmp');
  const place = { python, region, accountId, temporaryDir, logFile: join(workDir, 'emulator.log') };
  const [bundle, emulator] = await Promise.all([
    bundleHost(options),
    startEmulator({ ...options, ...place }),
  ]);
  const [host] = await Promise.all([startHost(options, bundle, emulator.url), emulator.healthy()]);
  emulator.forwardTo(`${host.ready.lambdaUrl}/proxy`);
  return { emulator, host };
};

/**
 * Starts the local plane with empty state, on free ports of 127.0.0.1. Several may run side by side.
 * Whatever becomes of this process, SIGKILL included, nothing of it survives.
 * Rejects with the reason when a part does not start; nothing is left then either.
 */
export const startPlane = async ({
  root,
  workDir,
  callsFile,
  minuteMs,
  hookLimitMinutes,
  onLog = () => undefined,
}: PlaneOptions): Promise<LocalPlane> => {
  const { python, runtimes } = await findTools(root, onLog);
  const stateDir = join(workDir, `state-${randomBytes(4).toString('hex')}`);
  mkdirSync(stateDir, { recursive: true });
  const secret = newSecret();
  const reaper = startReaper(root);
  reaper.remove(stateDir);
  try {
    const codeDir = join(stateDir, 'code');
    const logFile = join(workDir, 'host.log');
    const pace = { minuteMs, hookLimitMinutes };
    const options = { root, stateDir, codeDir, callsFile, secret, logFile, reaper, runtimes, ...pace };
    const { emulator, host } = await startServers(options, python, workDir);
    const { lambdaUrl, httpUrl, isolation } = host.ready;
    const stop = async (): Promise<void> => {
      // Not in sequence: one that no longer listens is ended by the reaper.
      await Promise.all([emulator.stop(), host.stop(), reaper.close()]);
    };
    let stopped: Promise<void> | undefined;
    return {
      emulatorUrl: emulator.url,
      lambdaUrl,
      httpUrl,
      apiUrlSuffix: `execute-api.localhost:${new URL(httpUrl).port}`,
      credentials: credentialsFor(secret, administrator),
      env: planeEnvironment(emulator.url, lambdaUrl, secret),
      labels: await labelsOf(runtimes, emulator, isolation, reaper),
      died: Promise.race([emulator.died, host.died]),
      stop: () => (stopped ??= stop()),
    };
  } catch (error) {
    await reaper.close();
    throw error;
  }
};
