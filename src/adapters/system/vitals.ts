import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { WatchVitals } from '../../ports/vitals.ts';

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
