import fc from 'fast-check';
import { distributionFromSamples, quantile } from '../../../src/core/stats/distribution.ts';
import { createRandom } from '../../../src/core/stats/random.ts';
import { expectedColdShare, mixtureQuantile } from '../../../src/core/stats/traffic.ts';

const traffic = (rate: number, seconds = 0.1, idleSeconds = 300) =>
  expectedColdShare({ rate, warmSeconds: seconds, coldSeconds: seconds, idleSeconds });

/** The same question, asked one request at a time of plain lists, with times that vary; nothing is shared with the code. */
const counted = (rate: number, meanSeconds: number, idleSeconds: number): number => {
  const random = createRandom(99);
  const gap = (mean: number) => -Math.log(1 - random()) * mean;
  let instances: { freeAt: number }[] = [];
  let [now, colds] = [0, 0];
  const n = 100_000;
  for (let i = 0; i < n; i++) {
    now += gap(1 / rate);
    instances = instances.filter(({ freeAt }) => freeAt > now - idleSeconds);
    const idle = instances.filter(({ freeAt }) => freeAt <= now).sort((a, b) => b.freeAt - a.freeAt);
    const freeAt = now + gap(meanSeconds);
    if (idle[0] !== undefined) idle[0].freeAt = freeAt;
    else {
      colds++;
      instances.push({ freeAt });
    }
  }
  return colds / n;
};

describe('expectedColdShare', () => {
  it.each([0.001, 0.003, 0.01])('is exp(-rate * idle) at %f/s, where one instance is enough', (rate) => {
    expect(traffic(rate, 0.001)).toBeCloseTo(Math.exp(-rate * 300), 2);
  });

  it.each([
    [0.05, 2, 300],
    [1, 1, 30],
    [5, 1, 10],
  ])('agrees with counting request by request: %f/s, %f s, kept for %f s', (rate, seconds, idle) => {
    const [expected, seen] = [traffic(rate, seconds, idle), counted(rate, seconds, idle)];
    expect(expected / seen).toBeGreaterThan(0.8);
    expect(expected / seen).toBeLessThan(1.25);
  });

  it('expects more cold requests where a cold one keeps its instance for longer', () => {
    const at = (coldSeconds: number) =>
      expectedColdShare({ rate: 2, warmSeconds: 0.1, coldSeconds, idleSeconds: 5 });
    expect(at(3)).toBeGreaterThan(at(0.1));
  });

  it('is the same each time, and nothing where the function is never idle', () => {
    expect(traffic(0.5)).toBe(traffic(0.5));
    expect(traffic(10_000)).toBe(0);
    expect(traffic(100, 0.05)).toBeLessThan(1e-3);
  });
});

describe('mixtureQuantile', () => {
  const samples = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 40 });

  it('is the quantile of a sample that has both in that proportion', () => {
    fc.assert(
      fc.property(samples, samples, fc.integer({ min: 1, max: 99 }), (warm, cold, percent) => {
        // Each repeated until the shares are the sizes' own.
        const repeated = [
          ...Array<number[]>(cold.length).fill(warm).flat(),
          ...Array<number[]>(warm.length).fill(cold).flat(),
        ];
        const [w, c, both] = [warm, cold, repeated].map((list) => distributionFromSamples(list)!);
        expect(mixtureQuantile(w!, c!, 0.5, percent / 100)).toBe(quantile(both!, percent / 100));
      }),
    );
  });

  it('is one or the other where the share is 0 or 1', () => {
    const [warm, cold] = [distributionFromSamples([1, 2, 3])!, distributionFromSamples([100, 200])!];
    expect(mixtureQuantile(warm, cold, 0, 1)).toBe(3);
    expect(mixtureQuantile(warm, cold, 1, 0.5)).toBe(100);
    expect(mixtureQuantile(warm, cold, 0.02, 0.99)).toBe(100);
    expect(mixtureQuantile(warm, cold, 0.005, 0.99)).toBe(3);
  });
});
