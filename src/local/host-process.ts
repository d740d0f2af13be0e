import { join } from 'node:path';
import { accountId, region, withoutAws } from './aws-environment.ts';
import { runProgram } from './program.ts';
import type { Reaper } from './reaper/reaper.ts';
import { type ServerProcess, startServer } from './program.ts';

/** What the function host says when it is ready; see host/main.ts. */
export interface HostReady {
  readonly lambdaUrl: string;
  readonly httpUrl: string;
  readonly isolation: Readonly<Record<string, string>>;
}

export interface HostOptions {
  readonly root: string;
  readonly stateDir: string;
  readonly codeDir: string;
  readonly callsFile?: string | undefined;
  readonly secret: string;
  readonly logFile: string;
  readonly reaper: Reaper;
  readonly node: { readonly exec: string; readonly sdkModules: string };
  readonly python: { readonly exec: string };
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
  options: HostOptions,
  bundle: string,
  emulatorUrl: string,
): Promise<ServerProcess<HostReady>> => {
  const { root, stateDir, codeDir, callsFile, secret, logFile, reaper, node, python } = options;
  const configuration = {
    root,
    emulatorUrl,
    codeDir,
    callsFile,
    secret,
    workDir: join(stateDir, 'functions'),
    runtimes: { node, python },
    accountConcurrency,
    region,
    accountId,
  };
  return startServer<HostReady>({
    name: 'the function host',
    command: [process.execPath, bundle],
    env: { ...withoutAws(process.env), LATENCY_LAB_HOST: JSON.stringify(configuration) },
    logFile,
    reaper,
  });
};
