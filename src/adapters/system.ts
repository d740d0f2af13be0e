import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock, WatchVitals } from '../ports/index.ts';

/** Above this a timer would overflow and fire at once. */
const maxTimerMs = 2 ** 31 - 1;

const timer = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, Math.min(Math.ceil(ms), maxTimerMs));
  });

/** The machine's clock: `performance.now()`, which never jumps. It wakes up to a millisecond late; see pacer.ts for what may not. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  async sleepUntil(monotonicMs) {
    for (let left; (left = monotonicMs - performance.now()) > 0;) await timer(left);
  },
};

/** The monitor's timer fires this often; what it records includes the interval itself. */
const resolutionMs = 10;

const delayMs = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolutionMs);

export const watchVitals: WatchVitals = () => {
  const monitor = monitorEventLoopDelay({ resolution: resolutionMs });
  const startedMs = performance.now();
  const cpuBefore = process.cpuUsage();
  const loopBefore = performance.eventLoopUtilization();
  monitor.enable();
  return () => {
    monitor.disable();
    const { user, system } = process.cpuUsage(cpuBefore);
    const wallMs = performance.now() - startedMs;
    return {
      eventLoopDelayP99Ms: delayMs(monitor.percentile(99)),
      eventLoopDelayMaxMs: delayMs(monitor.max),
      eventLoopBusyShare: performance.eventLoopUtilization(loopBefore).utilization,
      cpuShare: wallMs === 0 ? 0 : (user + system) / 1000 / wallMs,
    };
  };
};
