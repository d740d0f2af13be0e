/** Starts processes of a function version: code, layers, environment, isolation and log stream put together. */
import type { CodeStore } from './code-store.ts';
import type { HostConfig } from './config.ts';
import { processEnvironment } from './environment.ts';
import { startProcess } from './function-process.ts';
import type { Isolation } from './isolation.ts';
import { type Journal, openJournal } from './journal.ts';
import type { LogWriter } from './log-writer.ts';
import type { Reaper } from './reaper.ts';
import {
  type Command,
  UnsupportedFunctionError,
  assertSupported,
  commandFor,
  withLayers,
} from './runtimes.ts';
import { type Sandbox, startSandbox } from './sandbox.ts';
import type { ControlPlane, FunctionVersion } from './types.ts';

/** A version with its code on disk. */
export interface Prepared {
  readonly fn: FunctionVersion;
  readonly taskRoot: string;
  /** Undefined where the package holds nothing that could be started. */
  readonly command: Command | undefined;
}

export interface StartOptions {
  readonly initLimitMs: number;
  /** Whether the CPU share applies to initialisation too. */
  readonly throttled: boolean;
}

export interface Launcher {
  /** @throws UnsupportedFunctionError, or Error where the code is not there */
  prepare(fn: FunctionVersion): Promise<Prepared>;
  openJournal(fn: FunctionVersion): Journal;
  start(prepared: Prepared, command: Command, journal: Journal, options: StartOptions): Promise<Sandbox>;
}

export interface LauncherDeps {
  readonly config: HostConfig;
  readonly code: CodeStore;
  readonly control: ControlPlane;
  readonly isolation: Isolation;
  readonly reaper: Reaper;
  readonly logs: LogWriter;
  readonly lambdaUrl: string;
}

export const createLauncher = (deps: LauncherDeps): Launcher => {
  const { config, code, control, isolation, reaper, logs } = deps;
  let started = 0;

  const layersDirectory = async (fn: FunctionVersion): Promise<string | undefined> => {
    if (fn.layers.length === 0) return undefined;
    if (isolation.report.layers.startsWith('none'))
      throw new UnsupportedFunctionError(
        `${fn.name}: layers cannot be mounted here (${isolation.report.layers})`,
      );
    return code.layers(await Promise.all(fn.layers.map((arn) => control.layer(arn))));
  };

  const prepare = async (fn: FunctionVersion): Promise<Prepared> => {
    assertSupported(fn);
    const [taskRoot, layers] = await Promise.all([code.task(fn.codeSha256), layersDirectory(fn)]);
    const command = commandFor(fn, config.runtimes, taskRoot, layers);
    return { fn, taskRoot, command: command && layers !== undefined ? withLayers(command, layers) : command };
  };

  const start: Launcher['start'] = ({ fn, taskRoot }, command, journal, { initLimitMs, throttled }) =>
    startSandbox((runtimeApi) => {
      const cage = isolation.open(`f${++started}`, fn.memoryMb);
      if (throttled) cage.throttle();
      const { region, emulatorUrl } = config;
      const around = { region, taskRoot, runtimeApi, logStream: journal.streamName, emulatorUrl };
      const env = processEnvironment(fn, { ...around, lambdaUrl: deps.lambdaUrl });
      const onLine = (line: string): void => {
        journal.write(line);
      };
      return startProcess(command, taskRoot, env, { cage, reaper, onLine, room: () => logs.room() });
    }, initLimitMs);

  return { prepare, openJournal: (fn) => openJournal(fn, logs), start };
};
