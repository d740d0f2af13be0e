/**
 * Starts execution environments as Lambda does: code, layers, environment, isolation and log stream put together;
 * initialisation first, tried once more inside the invocation.
 */
import { functionCredentials } from '../credentials.ts';
import type { RecordCall } from './call-recorder.ts';
import type { CodeStore } from './code-store.ts';
import type { HostConfig } from './config.ts';
import { assertSupported, commandFor, processEnvironment } from './runtimes.ts';
import type { Command, FileSystem } from './filesystem.ts';
import { startProcess } from './function-process.ts';
import { type Failure, type InitResult, type Timed, failureOf } from './invocation.ts';
import { type Journal, openJournal } from './journal.ts';
import type { LogWriter } from './log-writer.ts';
import { type Sandbox, startSandbox } from './sandbox.ts';
import type { Slots } from './slots.ts';
import type { ControlPlane, FunctionVersion } from './functions.ts';

/** A version with its code on disk. */
export interface Prepared {
  readonly fn: FunctionVersion;
  /** Directories of this machine. */
  readonly code: string;
  readonly layers: string | undefined;
  /** As seen by the function's process. Undefined where the package holds nothing that could be started. */
  readonly command: Command | undefined;
}

export interface StartOptions {
  readonly initLimitMs: number;
  /** Whether the CPU share applies to initialisation too. */
  readonly throttled: boolean;
}

export interface LauncherDeps {
  readonly config: HostConfig;
  readonly code: CodeStore;
  readonly control: ControlPlane;
  readonly files: FileSystem;
  readonly slots: Slots;
  readonly logs: LogWriter;
  readonly lambdaUrl: string;
  readonly record: RecordCall;
  /** Hears every line that a function writes. */
  readonly onLine: (line: string) => void;
}

export type Launcher = ReturnType<typeof createLauncher>;

export const createLauncher = (deps: LauncherDeps) => {
  const { config, code, control, files, slots, logs, lambdaUrl } = deps;

  const layersDirectory = async (fn: FunctionVersion): Promise<string | undefined> =>
    fn.layers.length === 0
      ? undefined
      : code.layers(await Promise.all(fn.layers.map((arn) => control.layer(arn))));

  /** @throws UnsupportedFunctionError, or Error where the code is not there */
  const prepare = async (fn: FunctionVersion): Promise<Prepared> => {
    assertSupported(fn);
    const [task, layers] = await Promise.all([code.task(fn.codeSha256), layersDirectory(fn)]);
    const command = commandFor(fn, files.layout(task, layers, ''), task, layers);
    return { fn, code: task, layers, command };
  };

  const start = async (
    prepared: Prepared,
    command: Command,
    journal: Journal,
    { initLimitMs, throttled }: StartOptions,
  ): Promise<Sandbox> => {
    const { fn, layers } = prepared;
    const slot = await slots.take(prepared);
    const credentials = functionCredentials(config.secret, fn);
    deps.record?.({
      kind: 'environment',
      accessKeyId: credentials.accessKeyId,
      functionArn: fn.arn,
      role: fn.role,
      logGroup: fn.logGroup,
      logStream: journal.streamName,
    });
    slot.controlGroup.resize(fn.memoryMb);
    if (throttled) slot.controlGroup.throttle();
    const onLine = (line: string): void => {
      journal.write(line);
      deps.onLine(line);
    };
    return startSandbox((runtimeApi) => {
      const { region, emulatorUrl } = config;
      const layout = files.layout(prepared.code, layers, slot.tmp);
      const logStream = journal.streamName;
      const around = { region, credentials, layout, runtimeApi, logStream, emulatorUrl, lambdaUrl };
      const env = processEnvironment(fn, around);
      return startProcess(slot, command, env, { onLine, room: () => logs.room() });
    }, initLimitMs);
  };

  return { prepare, openJournal: (fn: FunctionVersion) => openJournal(fn, logs), start };
};

export type ColdStart =
  | {
      readonly kind: 'ready';
      readonly sandbox: Sandbox;
      /** Only where the first attempt succeeded; a second one is part of the invocation, as on Lambda. */
      readonly initMs: number | undefined;
      /** Time that a second attempt took out of the function's timeout; 0 without one. */
      readonly spentMs: number;
    }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly spentMs: number };

export interface ColdStartOptions {
  readonly prepared: Prepared;
  readonly command: Command;
  readonly journal: Journal;
  readonly requestId: string;
  /** Told of every process that was started. */
  readonly onStarted: (sandbox: Sandbox) => void;
}

/** Lambda's limit for initialisation before the first event, unthrottled. */
const initLimitMs = 10_000;

type Attempt = Timed<InitResult> & { readonly sandbox: Sandbox };

const attempt = async (
  launcher: Launcher,
  { prepared, command, journal, onStarted }: ColdStartOptions,
  phase: 'init' | 'invoke',
): Promise<Attempt> => {
  const limitMs = phase === 'init' ? initLimitMs : prepared.fn.timeoutMs;
  const start = { initLimitMs: limitMs, throttled: phase === 'invoke' };
  const sandbox = await launcher.start(prepared, command, journal, start);
  onStarted(sandbox);
  const { value, durationMs } = await sandbox.initialised;
  if (value.kind === 'ready') {
    // Read once here: a process that is killed later cannot be asked any more.
    sandbox.maxMemoryMb();
  } else {
    const { errorType, status } = failureOf(value, '', limitMs);
    journal.write(journal.lines.initReport({ initMs: durationMs, phase, status, errorType }));
  }
  return { sandbox, value, durationMs };
};

export const coldStart = async (launcher: Launcher, options: ColdStartOptions): Promise<ColdStart> => {
  const { journal, requestId, prepared } = options;
  const { fn } = prepared;
  journal.write(journal.lines.initStart(fn.runtime));
  const first = await attempt(launcher, options, 'init');
  if (first.value.kind === 'ready')
    return { kind: 'ready', sandbox: first.sandbox, initMs: first.durationMs, spentMs: 0 };
  journal.write(journal.lines.start(requestId, fn.version));
  const { value, sandbox, durationMs: spentMs } = await attempt(launcher, options, 'invoke');
  if (value.kind === 'ready') return { kind: 'ready', sandbox, initMs: undefined, spentMs };
  return { kind: 'failed', failure: failureOf(value, requestId, fn.timeoutMs), spentMs };
};
