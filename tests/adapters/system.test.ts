import { systemClock, watchVitals } from '../../src/adapters/system.ts';
import { setTimeout as wait } from 'node:timers/promises';

describe('systemClock', () => {
  it('never wakes before the time, however short the sleep', async () => {
    for (const ms of [0, 0.2, 0.9, 1.5, 3.3, 12]) {
      const wakeAtMs = systemClock.now() + ms;
      await systemClock.sleepUntil(wakeAtMs);
      expect(systemClock.now()).toBeGreaterThanOrEqual(wakeAtMs);
    }
  });

  it('does not wait for a time that has passed', async () => {
    const turns: string[] = [];
    const next = new Promise<void>((resolve) => setImmediate(resolve)).then(() => turns.push('next turn'));
    await systemClock.sleepUntil(systemClock.now() - 1);
    turns.push('awake');
    await next;
    expect(turns).toEqual(['awake', 'next turn']);
  });

  it('tells the wall time of the machine', () => {
    expect(Math.abs(systemClock.wallTime() - Date.now())).toBeLessThan(60_000);
  });
});

const block = (ms: number): void => {
  const end = performance.now() + ms;
  while (performance.now() < end);
};

describe('watchVitals', () => {
  it('sees a blocked event loop and the CPU that it used', async () => {
    const stop = watchVitals();
    await wait(30);
    block(80);
    await wait(30);
    const signs = stop();
    expect(signs.eventLoopDelayMaxMs).toBeGreaterThan(50);
    expect(signs.eventLoopDelayP99Ms).toBeLessThanOrEqual(signs.eventLoopDelayMaxMs);
    expect(signs.cpuShare).toBeGreaterThan(0);
    expect(signs.eventLoopBusyShare).toBeGreaterThan(0);
  });

  it('tells no figure that JSON lacks when it saw nothing', () => {
    const signs = watchVitals()();
    expect(Object.values(signs).every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
  });
});
