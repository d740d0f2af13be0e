/** Which program runs a function. */
import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RuntimesConfig } from './config.ts';
import type { FunctionVersion } from './types.ts';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

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

/** The package's own bootstrap, or a layer's (seen by the process at /opt). Undefined where neither is there. */
const bootstrap = (taskRoot: string, layersDir: string | undefined): string | undefined => {
  const own = join(taskRoot, 'bootstrap');
  if (existsSync(own)) return isExecutable(own) ? own : undefined;
  return layersDir !== undefined && isExecutable(join(layersDir, 'bootstrap')) ? '/opt/bootstrap' : undefined;
};

/** The program and its arguments, to be started in `taskRoot`; undefined where the package has no usable bootstrap. */
export const commandFor = (
  fn: FunctionVersion,
  runtimes: RuntimesConfig,
  taskRoot: string,
  layersDir: string | undefined,
): Command | undefined => {
  if (fn.runtime.startsWith('python'))
    return { file: runtimes.python.exec, args: ['-m', 'awslambdaric', fn.handler] };
  if (fn.runtime.startsWith('nodejs')) return { file: runtimes.node.exec, args: [runtimes.node.loop] };
  const file = bootstrap(taskRoot, layersDir);
  return file === undefined ? undefined : { file, args: [] };
};

/** Runs the command with the layers mounted on /opt, seen by this process and its children only. */
export const withLayers = (command: Command, layersDir: string): Command => ({
  file: 'unshare',
  args: [
    ...[
      '--mount',
      '--propagation',
      'private',
      'sh',
      '-c',
      'mount --bind "$1" /opt && shift && exec "$@"',
      'sh',
    ],
    ...[layersDir, command.file, ...command.args],
  ],
});
