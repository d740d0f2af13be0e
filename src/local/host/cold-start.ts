/** Starts an execution environment as Lambda does: initialisation first, tried once more inside the invocation. */
import { type Failure, failureOf } from './failures.ts';
import type { InitResult, Timed } from './invocation.ts';
import type { Journal } from './journal.ts';
import type { Launcher, Prepared } from './launcher.ts';
import type { Command } from './runtimes.ts';
import type { Sandbox } from './sandbox.ts';

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
