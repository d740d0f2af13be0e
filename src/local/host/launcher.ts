/** Starts processes of a function version: code, layers, environment, isolation and log stream put together. */
import type { CodeStore } from './code-store.ts';
import type { HostConfig } from './config.ts';
import { processEnvironment } from './environment.ts';
import { startProcess } from './function-process.ts';
import { type Journal, openJournal } from './journal.ts';
import type { LogWriter } from './log-writer.ts';
import {
  type Command,
  UnsupportedFunctionError,
  assertSupported,
  commandFor,
  withLayers,
} from './runtimes.ts';
import { type Sandbox, startSandbox } from './sandbox.ts';
import type { Seats } from './seats.ts';
import type { ControlPlane, FunctionVersion, IsolationReport } from './types.ts';

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
  readonly isolation: IsolationReport;
  readonly seats: Seats;
  readonly logs: LogWriter;
  readonly lambdaUrl: string;
}

export const createLauncher = (deps: LauncherDeps): Launcher => {
  const { config, code, control, seats, logs, lambdaUrl } = deps;

  const layersDirectory = async (fn: FunctionVersion): Promise<string | undefined> => {
    if (fn.layers.length === 0) return undefined;
    if (deps.isolation.layers.startsWith('none'))
      throw new UnsupportedFunctionError(
        `${fn.name}: layers cannot be mounted here (${deps.isolation.layers})`,
      );
    return code.layers(await Promise.all(fn.layers.map((arn) => control.layer(arn))));
  };

  const prepare = async (fn: FunctionVersion): Promise<Prepared> => {
    assertSupported(fn);
    const [taskRoot, layers] = await Promise.all([code.task(fn.codeSha256), layersDirectory(fn)]);
    const command = commandFor(fn, config.runtimes, taskRoot, layers);
    return { fn, taskRoot, command: command && layers !== undefined ? withLayers(command, layers) : command };
  };

  const start: Launcher['start'] = async ({ fn, taskRoot }, command, journal, { initLimitMs, throttled }) => {
    const seat = await seats.take();
    seat.cage.resize(fn.memoryMb);
    if (throttled) seat.cage.throttle();
    const onLine = (line: string): void => {
      journal.write(line);
    };
    return startSandbox((runtimeApi) => {
      const { region, emulatorUrl } = config;
      const around = { region, taskRoot, runtimeApi, logStream: journal.streamName, emulatorUrl, lambdaUrl };
      const env = processEnvironment(fn, around);
      return startProcess(seat, command, taskRoot, env, { onLine, room: () => logs.room() });
    }, initLimitMs);
  };

  return { prepare, openJournal: (fn) => openJournal(fn, logs), start };
};
