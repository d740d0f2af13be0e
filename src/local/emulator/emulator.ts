import { join } from 'node:path';
import { keyPrefixOf } from '../credentials.ts';
import type { Reaper } from '../reaper/reaper.ts';
import { startServer } from '../program.ts';

export interface EmulatorOptions {
  readonly root: string;
  /** The virtual environment's Python that has the emulator. */
  readonly python: string;
  readonly region: string;
  readonly accountId: string;
  /** Where code packages are kept as `<sha256 in hex>.zip`. */
  readonly codeDir: string;
  readonly temporaryDir: string;
  readonly logFile: string;
  /** Where every call is written down, one JSON object a line; nowhere by default. */
  readonly callsFile?: string | undefined;
  /** Of the run: who does not have it in the access key is refused. */
  readonly secret: string;
  readonly reaper: Reaper;
}

const healthyWithinMs = 60_000;

const answers = async (url: string): Promise<void> => {
  const reply = await fetch(`${url}/_ministack/health`, { signal: AbortSignal.timeout(healthyWithinMs) });
  if (!reply.ok) throw new Error(`the emulator's health check answered ${reply.status}`);
  await reply.arrayBuffer();
};

export type Emulator = Awaited<ReturnType<typeof startEmulator>>;

/**
 * Starts the AWS emulator on a free port of 127.0.0.1, with empty state. Resolves as soon as it listens: a request that
 * comes before it is healthy waits. Rejects with the end of its log when it does not start.
 */
export const startEmulator = async (options: EmulatorOptions) => {
  const { root, python, codeDir, temporaryDir, logFile, reaper } = options;
  const launcher = join(root, 'src', 'local', 'emulator', 'launcher.py');
  const server = await startServer<{ port: number; version: string }>({
    name: 'the emulator',
    command: [python, launcher, codeDir, temporaryDir],
    env: {
      PATH: process.env['PATH'],
      HOME: temporaryDir,
      AWS_REGION: options.region,
      LATENCY_LAB_ACCOUNT_ID: options.accountId,
      LATENCY_LAB_CALLS_FILE: options.callsFile,
      LATENCY_LAB_KEY_PREFIX: keyPrefixOf(options.secret),
      LATENCY_LAB_EMULATOR_LOG: process.env['LATENCY_LAB_EMULATOR_LOG'],
    },
    logFile,
    reaper,
  });
  const url = `http://127.0.0.1:${server.ready.port}`;
  const dead = server.died.then((reason) => Promise.reject(new Error(reason)));
  // Whoever waits for health hears of it; nobody else needs to.
  dead.catch(() => undefined);
  return {
    url,
    version: server.ready.version,
    /** Where invocations go from now on; they wait until this is known. */
    forwardTo: (proxyUrl: string): void => {
      server.tell(proxyUrl);
    },
    /** Resolves when it answers requests. */
    healthy: (): Promise<void> => Promise.race([answers(url), dead]),
    died: server.died,
    stop: (): Promise<void> => server.stop(),
  };
};
