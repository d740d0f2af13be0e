/** What every command is given: where it runs, where its data and its talk go, and when to stop. */
import { once } from 'node:events';
import { constants } from 'node:os';
import type { Terminal } from './terminal.ts';

/** Handed over by bin/latency-lab.mjs. */
export interface Installation {
  /** The repository's directory. */
  readonly root: string;
  readonly version: string;
}

export interface Context extends Installation {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Data, on stdout. */
  readonly print: (text: string) => void;
  /** Talk, on stderr. */
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C; its reason is an Interrupted. */
  readonly signal: AbortSignal;
}

/** The user (or the system) asked to stop. Commands let it through after they have cleaned up. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** As shells have it: 128 + the signal's number; 130 for Ctrl-C. */
  readonly exitCode: number;

  constructor(signalNumber: number) {
    super('stopped on request');
    this.exitCode = 128 + signalNumber;
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** npm passes a Ctrl-C on that the terminal has sent already; both are one. */
const sameMs = 1_000;

/** Ctrl-C once: stop cleanly. Twice: at once. */
export const onInterrupt = (
  terminal: Terminal,
): { readonly signal: AbortSignal; readonly release: () => void } => {
  const controller = new AbortController();
  let firstAt = 0;
  const handle = (name: (typeof signals)[number]): void => {
    const interrupted = new Interrupted(constants.signals[name]);
    if (!controller.signal.aborted) {
      firstAt = performance.now();
      controller.abort(interrupted);
      terminal.say('Stopping and cleaning up. Press Ctrl-C again to stop at once.');
    } else if (performance.now() - firstAt > sameMs) process.exit(interrupted.exitCode);
  };
  for (const name of signals) process.on(name, handle);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of signals) process.off(name, handle);
    },
  };
};

export const whenAborted = async (signal: AbortSignal): Promise<void> => {
  if (!signal.aborted) await once(signal, 'abort');
};

/** Waiting that Ctrl-C cuts short. The work itself goes on until its owner ends it. */
export const orAborted = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  const aborted = whenAborted(signal).then((): never => {
    throw signal.reason;
  });
  return Promise.race([work, aborted]);
};
