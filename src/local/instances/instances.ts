/** Servers that the emulator has no machine for: they run here as processes, and register as they do on AWS. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { ensureTools } from '../../../tools/setup/ensure.mjs';
import { targetsPath } from '../../core/keys.ts';
import { known } from '../../core/known.ts';
import type { Target } from '../../core/schema/target.ts';
import { cpuArchitecture, region, withoutAws } from '../aws-environment.ts';
import type { Credentials } from '../credentials.ts';
import { readManifest } from '../deploy/build.ts';
import { withoutFunctionHost } from '../labels.ts';
import { type ServerProcess, startServer } from '../program.ts';
import { type Reaper, startReaper } from '../reaper/reaper.ts';

export interface FastapiOptions {
  /** The repository. */
  readonly root: string;
  /** Takes its log, fastapi.log. */
  readonly workDir: string;
  readonly reaper: Reaper;
  readonly onLog?: (line: string) => void;
}

/**
 * The FastAPI service as a process of this machine: what the server in `fastapi-ec2` is on AWS, without its size.
 * Rejects with the end of its log when it does not start.
 */
export const startFastapi = async ({
  root,
  workDir,
  reaper,
  onLog = () => undefined,
}: FastapiOptions): Promise<ServerProcess<{ readonly url: string }>> => {
  const { fastapi } = await ensureTools(root, ['fastapi'], { log: onLog });
  mkdirSync(workDir, { recursive: true });
  return startServer({
    name: 'the FastAPI service',
    command: [fastapi.exec, join(root, 'src', 'local', 'instances', 'serve.py')],
    env: {
      ...withoutAws(process.env),
      ARCHITECTURE_ID: 'fastapi-ec2',
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONPATH: join(root, 'src', 'services', 'fastapi'),
    },
    logFile: join(workDir, 'fastapi.log'),
    reaper,
  });
};

export interface InstancesOptions extends Omit<FastapiOptions, 'reaper'> {
  readonly emulatorUrl: string;
  readonly credentials: Credentials;
  readonly labName: string;
  /** Ids of the architectures that are deployed; those without a server of their own are passed over. */
  readonly targets: readonly string[];
  /** Fulfilled when the templates are, whose entries are written over. Servers start meanwhile. */
  readonly deployed?: Promise<unknown>;
}

export interface Instances {
  /** Resolves with a sentence when one ends without having been stopped. */
  readonly died: Promise<string>;
  /** Resolves when all of them are gone. */
  stop(): Promise<void>;
}

/** With a vantage of its own, as on AWS, where it is loaded from inside its network. */
const targetAt = (url: string, billing: Target['billing']): Target => ({
  version: 1,
  id: 'fastapi-ec2',
  kind: 'sync-counter',
  url: `${url}/hits`,
  cpuArchitecture,
  runtime: 'FastAPI, one uvicorn worker',
  vantage: withoutFunctionHost,
  // What it would take of AWS, as its template registers it there.
  ...known({ billing }),
});

/** What the server itself writes on AWS, over the entry that its template made. */
const register = async (
  { emulatorUrl, credentials, labName }: InstancesOptions,
  target: Target,
): Promise<void> => {
  const ssm = new SSMClient({ endpoint: emulatorUrl, region, credentials });
  try {
    const parameter = { Name: `${targetsPath(labName)}${target.id}`, Value: JSON.stringify(target) };
    await ssm.send(new PutParameterCommand({ ...parameter, Type: 'String', Overwrite: true }));
  } finally {
    ssm.destroy();
  }
};

/**
 * Starts the servers among the targets and registers their addresses. Rejects when one does not start; none is left then.
 */
export const startInstances = async (options: InstancesOptions): Promise<Instances> => {
  if (!options.targets.includes('fastapi-ec2'))
    return { died: new Promise(() => undefined), stop: () => Promise.resolve() };
  const reaper = startReaper(options.root);
  try {
    const [server] = await Promise.all([startFastapi({ ...options, reaper }), options.deployed]);
    const { architectures } = await readManifest(options.root);
    const billing = architectures.find(({ id }) => id === 'fastapi-ec2')?.billing;
    await register(options, targetAt(server.ready.url, billing));
    return {
      died: server.died,
      stop: async () => {
        await server.stop();
        await reaper.close();
      },
    };
  } catch (error) {
    await reaper.close();
    throw error;
  }
};
