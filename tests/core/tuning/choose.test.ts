import fc from 'fast-check';
import { chooseSize, paretoFront } from '../../../src/core/tuning/choose.ts';
import { visualizationOf } from '../../../src/core/tuning/visualization.ts';

const choice = (memoryMb: number, averageMs: number, dollars: number) => ({ memoryMb, averageMs, dollars });

const some = [choice(128, 80, 1), choice(256, 40, 1), choice(512, 21, 2), choice(1024, 20, 4)];

const above0 = fc.double({ min: 1e-9, max: 1e6, noNaN: true });
const choices = fc.uniqueArray(fc.tuple(fc.integer({ min: 128, max: 10_240 }), above0, above0), {
  minLength: 1,
  maxLength: 20,
  selector: ([memoryMb]) => memoryMb,
});
const made = choices.map((all) => all.map((one) => choice(...one)));

describe('chooseSize', () => {
  it.each([
    // Two cost the same: the faster.
    ['cost', undefined, 256],
    ['speed', undefined, 1024],
    // 0.5 * 2/4 + 0.5 * 21/80 = 0.381, against 0.375 for 256, 0.625 for 128 and 1024
    ['balanced', undefined, 256],
    ['balanced', 0.4, 512],
    ['balanced', 0, 1024],
    ['balanced', 1, 256],
  ] as const)('by %s with weight %s takes %s MB', (strategy, weight, memoryMb) => {
    expect(chooseSize(Object.freeze(some) as typeof some, strategy, weight)?.memoryMb).toBe(memoryMb);
  });

  it('takes the smaller of two that are alike, whatever the order', () => {
    const alike = [choice(512, 5, 1), choice(256, 5, 1)];
    for (const strategy of ['cost', 'speed', 'balanced'] as const)
      for (const all of [alike, [...alike].reverse()]) {
        const best = chooseSize(all, strategy);
        expect(best?.memoryMb).toBe(256);
      }
  });

  it('has none to take of none', () => {
    expect(chooseSize(some.slice(4), 'cost')).toBeUndefined();
  });

  it('takes what no other beats, by every strategy and weight', () => {
    fc.assert(
      fc.property(made, fc.double({ min: 0, max: 1, noNaN: true }), (all, weight) => {
        const front = paretoFront(all.map((one) => ({ ...one, ms: one.averageMs })));
        for (const strategy of ['cost', 'speed', 'balanced'] as const) {
          const best = chooseSize(all, strategy, weight);
          expect(front).toContainEqual({ ...best, ms: best?.averageMs });
        }
      }),
    );
  });

  it('trades no dollars for speed as cost weighs more', () => {
    fc.assert(
      fc.property(made, fc.double({ min: 0, max: 1, noNaN: true }), (all, weight) => {
        const cheap = chooseSize(all, 'cost')!.dollars;
        const fast = chooseSize(all, 'speed')!.dollars;
        const [less, more] = [weight / 2, weight].map((one) => chooseSize(all, 'balanced', one)!.dollars);
        expect(more).toBeLessThanOrEqual(less!);
        expect(more).toBeGreaterThanOrEqual(cheap);
        expect(less).toBeLessThanOrEqual(Math.max(fast, cheap));
      }),
    );
  });
});

describe('paretoFront', () => {
  it('leaves out what is slower and dearer, and keeps those that are alike', () => {
    const point = (ms: number, dollars: number) => ({ ms, dollars });
    const all = [point(1, 5), point(2, 5), point(2, 2), point(2, 2), point(9, 1), point(9, 1.1)];
    expect(paretoFront(all)).toEqual([point(1, 5), point(2, 2), point(2, 2), point(9, 1)]);
  });
});

describe('visualizationOf', () => {
  it('holds sizes, milliseconds and dollars as the page reads them, by size', () => {
    const [, hash = ''] = visualizationOf([...some].reverse()).split('https://lambda-power-tuning.show/#');
    const [sizes, times, costs] = hash
      .split(';')
      .map((part) => new Uint8Array(Buffer.from(part, 'base64')).buffer);
    expect([...new Int16Array(sizes!)]).toEqual([128, 256, 512, 1024]);
    expect([...new Float32Array(times!)]).toEqual([80, 40, 21, 20]);
    expect([...new Float32Array(costs!)]).toEqual([1, 1, 2, 4]);
  });
});
