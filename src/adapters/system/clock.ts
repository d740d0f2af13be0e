import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../ports/index.ts';

/**
 * Timers fire up to a millisecond late, and later when the loop is busy; so the last stretch is spent turning the
 * event loop, which goes on to read and write sockets meanwhile but costs CPU.
 */
const spinMs = 1;
/** Above this a timer would overflow and fire at once. */
const maxTimerMs = 2 ** 31 - 1;

const timer = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, Math.min(Math.floor(ms), maxTimerMs));
  });

/** The machine's clock: `performance.now()`, which never jumps. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  async sleepUntil(monotonicMs) {
    for (;;) {
      const left = monotonicMs - performance.now();
      if (left <= 0) return;
      if (left >= 1 + spinMs) await timer(left - spinMs);
      else await setImmediate();
    }
  },
};
