/** Which program runs a function, and in which environment: as on Lambda, plus the endpoints of the local plane. */
import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Credentials, asEnvironment } from '../credentials.ts';
import type { Command, Layout } from './filesystem.ts';
import type { FunctionVersion } from './functions.ts';

/** The function cannot be run here at all; told to the caller, never tried again. */
export class UnsupportedFunctionError extends Error {
  override readonly name = 'InvalidRuntimeException';
}

/** What is asked of a runtime that does not exist here, or of a package that is an image. @throws UnsupportedFunctionError */
export const assertSupported = (fn: FunctionVersion): void => {
  if (fn.packageType !== 'Zip')
    throw new UnsupportedFunctionError(
      `${fn.name}: package type ${fn.packageType} is not run locally; allowed: Zip`,
    );
  if (!/^(provided(\.al2|\.al2023)?|python3\.\d+|nodejs\d+\.x)$/.test(fn.runtime))
    throw new UnsupportedFunctionError(
      `${fn.name}: runtime ${fn.runtime} is not run locally; allowed: provided.al2, provided.al2023, python3.x, nodejs<n>.x`,
    );
};

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** The package's own bootstrap, or a layer's. Undefined where neither is there. */
const bootstrap = (layout: Layout, code: string, layers: string | undefined): string | undefined => {
  const own = join(code, 'bootstrap');
  if (existsSync(own)) return isExecutable(own) ? join(layout.task, 'bootstrap') : undefined;
  const isInLayer = layers !== undefined && isExecutable(join(layers, 'bootstrap'));
  return isInLayer ? join(layout.opt, 'bootstrap') : undefined;
};

/**
 * The program and its arguments, as the function's process sees them; undefined where the package has no usable bootstrap.
 * @param code the directory on this machine with the function's code; `layers` the one with its layers
 */
export const commandFor = (
  fn: FunctionVersion,
  layout: Layout,
  code: string,
  layers: string | undefined,
): Command | undefined => {
  if (fn.runtime.startsWith('python'))
    return { file: layout.python, args: ['-m', 'awslambdaric', fn.handler] };
  if (fn.runtime.startsWith('nodejs'))
    return { file: layout.node, args: [join(layout.runtime, 'index.mjs')] };
  const file = bootstrap(layout, code, layers);
  return file === undefined ? undefined : { file, args: [] };
};

export interface Surroundings {
  readonly region: string;
  readonly credentials: Credentials;
  readonly layout: Layout;
  /** host:port of the process's own runtime API. */
  readonly runtimeApi: string;
  readonly logStream: string;
  readonly emulatorUrl: string;
  readonly lambdaUrl: string;
}

/** Libraries of Lambda's image, then the function's, then the layers'. */
const libraries = ({ task, opt }: Layout): string =>
  [
    ...['/var/lang/lib', '/lib64', '/usr/lib64', '/var/runtime', '/var/runtime/lib'],
    ...[task, `${task}/lib`, `${opt}/lib`],
  ].join(':');

/** What only some runtimes set. Operating-system-only runtimes (`provided.*`) set neither. */
const ofRuntime = (runtime: string, { opt }: Layout): Record<string, string> => {
  const name = { AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}` };
  if (runtime.startsWith('python')) {
    const path = [`${opt}/python`, `${opt}/python/lib/${runtime}/site-packages`, '/var/runtime'];
    return { ...name, PYTHONPATH: path.join(':') };
  }
  if (!runtime.startsWith('nodejs')) return {};
  const modules = `nodejs/node${/^nodejs(\d+)/.exec(runtime)?.[1] ?? ''}/node_modules`;
  const path = [`${opt}/${modules}`, `${opt}/nodejs/node_modules`, '/var/runtime/node_modules'];
  return { ...name, NODE_PATH: path.join(':') };
};

/**
 * Variables of the function's configuration win over the local plane's endpoints (a function may bring its own), but
 * not over what Lambda reserves.
 */
export const processEnvironment = (fn: FunctionVersion, around: Surroundings): Record<string, string> => ({
  AWS_ENDPOINT_URL: around.emulatorUrl,
  AWS_ENDPOINT_URL_LAMBDA: around.lambdaUrl,
  AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: around.lambdaUrl,
  AWS_ENDPOINT_URL_CODEDEPLOY: around.lambdaUrl,
  LANG: 'en_US.UTF-8',
  TZ: ':UTC',
  PATH: `/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:${around.layout.opt}/bin`,
  LD_LIBRARY_PATH: libraries(around.layout),
  AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
  AWS_XRAY_DAEMON_ADDRESS: '169.254.79.129:2000',
  _AWS_XRAY_DAEMON_ADDRESS: '169.254.79.129',
  _AWS_XRAY_DAEMON_PORT: '2000',
  ...ofRuntime(fn.runtime, around.layout),
  // The home of Lambda's user; it does not exist, so that nobody's ~/.aws is read.
  HOME: '/home/sbx_user1051',
  ...fn.environment,
  ...asEnvironment(around.credentials),
  AWS_REGION: around.region,
  AWS_DEFAULT_REGION: around.region,
  AWS_LAMBDA_FUNCTION_NAME: fn.name,
  AWS_LAMBDA_FUNCTION_VERSION: fn.version,
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: fn.logGroup,
  AWS_LAMBDA_LOG_STREAM_NAME: around.logStream,
  AWS_LAMBDA_LOG_FORMAT: fn.logFormat,
  AWS_LAMBDA_RUNTIME_API: around.runtimeApi,
  _HANDLER: fn.handler,
  LAMBDA_TASK_ROOT: around.layout.task,
  LAMBDA_RUNTIME_DIR: '/var/runtime',
  ...(around.layout.tmp === undefined ? {} : { TMPDIR: around.layout.tmp }),
});
