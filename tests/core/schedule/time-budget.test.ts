import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { range } from 'd3-array';
import { openSchedule } from '../../../src/core/load/schedule.ts';
import type { OpenLoad } from '../../../src/core/schema/load.ts';
import { segmentsOf, workersOf } from '../../../src/core/schedule/segments.ts';
import { functionTimeoutMs, longestSendingMs, reserveMs } from '../../../src/core/schedule/time-budget.ts';
import { openLoad } from '../../support/loads.ts';

describe('the time of one invocation', () => {
  it('is what the template gives the generator', () => {
    const template = readFileSync(join(__dirname, '../../../templates/orchestrator/load.yaml'), 'utf8');
    const generator = template.slice(template.indexOf('  GenerateFunction:'));
    expect(Number(/^ {6}Timeout: (\d+)$/m.exec(generator)?.[1]) * 1000).toBe(functionTimeoutMs);
  });

  it.each([
    [1, 20_000, 849_999],
    [10_000, 20_000, 840_000],
    [60_000, 70_000, 740_000],
  ])('with a timeout of %i ms keeps %i ms and sends for %i ms', (timeoutMs, reserve, longest) => {
    expect(reserveMs(timeoutMs)).toBe(reserve);
    expect(longestSendingMs(timeoutMs)).toBe(longest);
  });

  it('holds the last planned send of every open load, its wait for a connection included', () => {
    const loads = fc
      .record({
        rate: fc.oneof(fc.double({ min: 0.01, max: 5_000, noNaN: true }), fc.integer({ min: 1, max: 5_000 })),
        durationSeconds: fc.double({ min: 1, max: 43_200, noNaN: true }),
        timeoutMs: fc.integer({ min: 1, max: 60_000 }),
        maxConnections: fc.integer({ min: 1, max: 10_000 }),
      })
      .map((change): OpenLoad => ({ ...openLoad, ...change }))
      .filter(({ rate, durationSeconds }) => rate * durationSeconds >= 1);
    fc.assert(
      fc.property(loads, (load) => {
        const stopsAtMs = 900_000 - Math.max(20_000, load.timeoutMs + 10_000);
        for (const segment of segmentsOf(load, Infinity) as readonly OpenLoad[]) {
          const workers = workersOf(segment);
          for (const worker of range(workers)) {
            const share = { totalRate: load.rate, durationSeconds: segment.durationSeconds, worker, workers };
            const schedule = openSchedule(share);
            expect(schedule.count).toBeGreaterThan(0);
            // The common start is up to 5 s after the invocation's own.
            expect(5_000 + schedule.plannedMs(schedule.count - 1) + load.timeoutMs).toBeLessThan(stopsAtMs);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
