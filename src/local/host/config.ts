/** The host's own configuration: one JSON in the environment variable LATENCY_LAB_HOST. */
import { InputError } from '../../core/errors.ts';

export interface RuntimesConfig {
  readonly node: {
    /** The `node` that runs nodejs* functions. */
    readonly exec: string;
    /** A `node_modules` directory with the AWS SDK that the runtime brings along. */
    readonly sdkModules: string;
    /** Path of node-runtime.mjs, which is run as it is. */
    readonly loop: string;
  };
  readonly python: {
    /** The Python of an environment with awslambdaric and boto3. */
    readonly exec: string;
  };
}

export interface HostConfig {
  readonly emulatorUrl: string;
  /** Where the packages of versions are, as `<hex sha256>.zip`. */
  readonly codeDir: string;
  /** A directory of the host's own. */
  readonly workDir: string;
  readonly runtimes: RuntimesConfig;
  /** Invocations at the same time over all functions, and processes at the same time. */
  readonly accountConcurrency: number;
  readonly region: string;
  readonly accountId: string;
}

type Json = Readonly<Record<string, unknown>>;

const object = (value: unknown, field: string): Json => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InputError(field, value, 'an object');
  return value as Json;
};

const text = (of: Json, name: string, within = 'LATENCY_LAB_HOST'): string => {
  const value = of[name];
  if (typeof value !== 'string' || value === '') throw new InputError(`${within}.${name}`, value, 'a text');
  return value;
};

const parse = (json: string | undefined): Json => {
  try {
    return object(JSON.parse(json ?? ''), 'LATENCY_LAB_HOST');
  } catch {
    throw new InputError('LATENCY_LAB_HOST', json ?? '', 'one JSON object');
  }
};

/** @throws InputError naming the field that is missing or wrong */
export const readConfig = (json: string | undefined): HostConfig => {
  const given = parse(json);
  const runtimes = object(given['runtimes'], 'LATENCY_LAB_HOST.runtimes');
  const node = object(runtimes['node'], 'LATENCY_LAB_HOST.runtimes.node');
  const python = object(runtimes['python'], 'LATENCY_LAB_HOST.runtimes.python');
  const concurrency = given['accountConcurrency'] ?? 64;
  if (
    typeof concurrency !== 'number' ||
    !Number.isInteger(concurrency) ||
    concurrency < 1 ||
    concurrency > 1000
  )
    throw new InputError('LATENCY_LAB_HOST.accountConcurrency', concurrency, 'a whole number from 1 to 1000');
  const emulatorUrl = text(given, 'emulatorUrl');
  if (!URL.canParse(emulatorUrl))
    throw new InputError('LATENCY_LAB_HOST.emulatorUrl', emulatorUrl, 'an http URL');
  return {
    emulatorUrl: emulatorUrl.replace(/\/$/, ''),
    codeDir: text(given, 'codeDir'),
    workDir: text(given, 'workDir'),
    runtimes: {
      node: {
        exec: text(node, 'exec', 'runtimes.node'),
        sdkModules: text(node, 'sdkModules', 'runtimes.node'),
        loop: text(node, 'loop', 'runtimes.node'),
      },
      python: { exec: text(python, 'exec', 'runtimes.python') },
    },
    accountConcurrency: concurrency,
    region: text(given, 'region'),
    accountId: text(given, 'accountId'),
  };
};
