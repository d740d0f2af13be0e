/** Ctrl-C once: stop cleanly. Twice: at once. */
import { constants } from 'node:os';
import { Interrupted } from './context.ts';
import type { Terminal } from './terminal/terminal.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** npm passes a Ctrl-C on that the terminal has sent already; both are one. */
const sameMs = 1_000;

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
