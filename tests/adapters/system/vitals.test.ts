import { setTimeout as wait } from 'node:timers/promises';
import { watchVitals } from '../../../src/adapters/system/vitals.ts';

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
  });

  it('tells no figure that JSON lacks when it saw nothing', () => {
    const signs = watchVitals()();
    expect(Object.values(signs).every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
  });
});
