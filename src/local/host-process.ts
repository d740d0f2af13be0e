import { join } from 'node:path';
import { accountId, region, withoutAws } from './aws-environment.ts';
import type { HostConfig } from './host/config.ts';
import type { Host } from './host/host.ts';
import { runProgram, type ServerProcess, startServer } from './program.ts';
import type { Reaper } from './reaper/reaper.ts';

/** What the function host says when it is ready; see host/main.ts. */
export type HostReady = Omit<Host, 'close'>;

export interface HostOptions extends Pick<HostConfig, 'root' | 'codeDir' | 'secret' | 'runtimes'> {
  readonly callsFile: string | undefined;
  /** See host/config.ts. */
  readonly minuteMs?: number | undefined;
  readonly hookLimitMinutes?: number | undefined;
  readonly stateDir: string;
  readonly logFile: string;
  readonly reaper: Reaper;
}

/** Invocations at the same time over all functions; more are throttled as on Lambda. */
export const accountConcurrency = 64;

/** Makes one file of the host's sources, which no Node can run as they are. Returns its path. */
export const bundleHost = async ({ root, stateDir, reaper }: HostOptions): Promise<string> => {
  const file = join(stateDir, 'host.cjs');
  const args = [
    join(root, 'src', 'local', 'host', 'main.ts'),
    '--bundle',
    '--platform=node',
    '--format=cjs',
    '--target=node20',
    '--log-level=error',
    `--outfile=${file}`,
  ];
  const esbuild = join(root, 'node_modules', '.bin', 'esbuild');
  const { code, output } = await runProgram(esbuild, args, { cwd: root, env: process.env, reaper });
  if (code !== 0) throw new Error(`the function host could not be bundled:\n${output}`);
  return file;
};

/** Starts the process that runs functions. Rejects with the end of its log when it does not start. */
export const startHost = (
  { stateDir, logFile, reaper, ...given }: HostOptions,
  bundle: string,
  emulatorUrl: string,
): Promise<ServerProcess<HostReady>> => {
  const workDir = join(stateDir, 'functions');
  const deploymentsDir = join(stateDir, 'deployments');
  const configuration = {
    ...{ ...given, emulatorUrl, workDir, deploymentsDir },
    ...{ accountConcurrency, region, accountId },
  };
  return startServer<HostReady>({
    name: 'the function host',
    command: [process.execPath, bundle],
    env: { ...withoutAws(process.env), LATENCY_LAB_HOST: JSON.stringify(configuration) },
    logFile,
    reaper,
  });
};
