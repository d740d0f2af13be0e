import { setImmediate } from 'node:timers/promises';
import type { Clock, WatchVitals } from '../ports/index.ts';
import { monitorEventLoopDelay } from 'node:perf_hooks';

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

/** The monitor's timer fires this often; what it records includes the interval itself. */
const resolutionMs = 10;

const delayMs = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolutionMs);

export const watchVitals: WatchVitals = () => {
  const monitor = monitorEventLoopDelay({ resolution: resolutionMs });
  const startedMs = performance.now();
  const cpuBefore = process.cpuUsage();
  monitor.enable();
  return () => {
    monitor.disable();
    const { user, system } = process.cpuUsage(cpuBefore);
    const wallMs = performance.now() - startedMs;
    return {
      eventLoopDelayP99Ms: delayMs(monitor.percentile(99)),
      eventLoopDelayMaxMs: delayMs(monitor.max),
      cpuShare: wallMs === 0 ? 0 : (user + system) / 1000 / wallMs,
    };
  };
};
