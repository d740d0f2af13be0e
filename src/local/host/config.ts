/** The host's own configuration: one JSON in the environment variable LATENCY_LAB_HOST. */
import { InputError } from '../../core/errors.ts';

export interface RuntimesConfig {
  readonly node: {
    /** The `node` that runs nodejs* functions. */
    readonly exec: string;
    /** A `node_modules` directory with the AWS SDK that the runtime brings along. */
    readonly sdkModules: string;
  };
  readonly python: {
    /** The Python of an environment with awslambdaric and boto3. */
    readonly exec: string;
  };
}

export interface HostConfig {
  /** The repository, where programs are that run as they are. */
  readonly root: string;
  readonly emulatorUrl: string;
  /** Where the packages of versions are, as `<hex sha256>.zip`. */
  readonly codeDir: string;
  /** Where calls are written down with who made them; nowhere where it is not given. */
  readonly callsFile?: string;
  /** A directory of the host's own. */
  readonly workDir: string;
  readonly runtimes: RuntimesConfig;
  /** Invocations at the same time over all functions, and processes at the same time. */
  readonly accountConcurrency: number;
  /** Of the run: what credentials are derived from, see credentials.ts. */
  readonly secret: string;
  readonly region: string;
  readonly accountId: string;
}

type Given = Omit<HostConfig, 'accountConcurrency'> & Partial<HostConfig>;

const texts = [
  ...['emulatorUrl', 'codeDir', 'workDir', 'root', 'secret', 'region', 'accountId'],
  ...['runtimes.node.exec', 'runtimes.node.sdkModules', 'runtimes.python.exec'],
];

const parse = (json: string | undefined): unknown => {
  try {
    return JSON.parse(json ?? '');
  } catch {
    return undefined;
  }
};

const at = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((found, name) => (found as Record<string, unknown> | undefined)?.[name], value);

/** @throws InputError naming the field that is missing or wrong */
export const readConfig = (json: string | undefined): HostConfig => {
  const given = parse(json);
  const refuse = (path: string, allowed: string): never => {
    throw new InputError(`LATENCY_LAB_HOST.${path}`, at(given, path), allowed);
  };
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new InputError('LATENCY_LAB_HOST', json ?? '', 'one JSON object');
  for (const path of texts) {
    const value = at(given, path);
    if (typeof value !== 'string' || value === '') refuse(path, 'a text');
  }
  const { accountConcurrency = 64, emulatorUrl, ...rest } = given as Given;
  if (!Number.isInteger(accountConcurrency) || accountConcurrency < 1 || accountConcurrency > 1000)
    refuse('accountConcurrency', 'a whole number from 1 to 1000');
  if (!URL.canParse(emulatorUrl)) refuse('emulatorUrl', 'an http URL');
  return { ...rest, accountConcurrency, emulatorUrl: emulatorUrl.replace(/\/$/, '') };
};
