import { range } from 'd3-array';
import fc from 'fast-check';
import { InputError } from '../../../src/core/errors.ts';
import type { LoadProfile } from '../../../src/core/schema/load.ts';
import { assignmentsOf, cellsOf, maxSteps, stepsOf, shuffled } from '../../../src/core/schedule/steps.ts';
import { closedLoad, openLoad } from '../../support/loads.ts';
import type { Target } from '../../../src/core/schema/target.ts';

const closed: LoadProfile = { ...closedLoad, concurrency: 120 };
const target = (id: string): Target => ({ version: 1, id, kind: 'url', url: 'http://127.0.0.1/' });
const targetsUpTo = (count: number) => range(count).map((i) => target(`t${i}`));
const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe('shuffled', () => {
  it('keeps every item, gives the same order again, and leaves its input alone', () => {
    fc.assert(
      fc.property(
        seeds,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 20 }),
        (seed, round, count) => {
          const items = Object.freeze(targetsUpTo(count));
          const order = shuffled(items, seed, round);
          expect([...order].sort((a, b) => items.indexOf(a) - items.indexOf(b))).toEqual(items);
          expect(shuffled([...items].reverse(), seed, round)).toEqual(order);
        },
      ),
    );
  });

  it('moves nobody when a target is left out', () => {
    fc.assert(
      fc.property(seeds, fc.nat(9), (seed, left) => {
        const items = targetsUpTo(10);
        const without = items.filter((_, i) => i !== left);
        expect(shuffled(without, seed, 1)).toEqual(
          shuffled(items, seed, 1).filter((item) => item !== items[left]),
        );
      }),
    );
  });

  it('puts each of two targets first about equally often', () => {
    const firsts = range(1000).map((seed) => shuffled(targetsUpTo(2), seed, 1)[0]?.id);
    const share = firsts.filter((id) => id === 't0').length;
    // Five standard deviations of a fair coin; the seeds are fixed, so this never flickers.
    expect(Math.abs(share - 500)).toBeLessThan(80);
  });
});

describe('cellsOf', () => {
  it('visits each target once per round, in an order that changes from round to round', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const cells = cellsOf({ rounds: 4, seed, targets: targetsUpTo(8) });
        const orders = [1, 2, 3, 4].map((round) =>
          cells.filter((cell) => cell.round === round).map((c) => c.target.id),
        );
        for (const order of orders) expect([...order].sort()).toEqual(targetsUpTo(8).map(({ id }) => id));
        expect(new Set(orders.map(String)).size).toBeGreaterThan(1);
      }),
    );
  });
});

describe('stepsOf', () => {
  const plan = { runId: 'run', load: closed };

  it('makes one step per cell and segment, in the order of the cells', () => {
    const load: LoadProfile = { ...closed, requests: 50_000, concurrency: 1 };
    const cells = [
      { round: 1, target: target('slow') },
      { round: 1, target: target('fast') },
      { round: 2, target: target('fast') },
    ];
    const steps = stepsOf({ runId: 'run', load }, cells, ({ id }) => (id === 'slow' ? 50 : 1_000));
    expect(steps.map(({ step }) => step.assignmentsKey)).toEqual([
      'runs/run/steps/1-slow-0.json',
      'runs/run/steps/1-slow-1.json',
      'runs/run/steps/1-slow-2.json',
      'runs/run/steps/1-fast-0.json',
      'runs/run/steps/2-fast-0.json',
    ]);
  });

  it('takes 1,000 steps and refuses 1,001, without expanding nonsense', () => {
    const cells = (count: number) => targetsUpTo(count).map((one) => ({ round: 1, target: one }));
    expect(stepsOf(plan, cells(maxSteps), () => Infinity)).toHaveLength(1000);
    expect(() => stepsOf(plan, cells(maxSteps + 1), () => Infinity)).toThrow(InputError);
    const endless: LoadProfile = { ...closed, requests: 1e6, concurrency: 1 };
    expect(() => stepsOf({ runId: 'run', load: endless }, cells(100), () => 1 / 60)).toThrow(
      'steps (rounds x targets x segments that fit into one invocation)"; allowed: at most 1000 steps',
    );
  });

  it('fits into the data of a state with room for an error, however long the names are', () => {
    const long = { round: 50, target: target('a'.repeat(40)) };
    const steps = stepsOf(
      { runId: 'r'.repeat(60), load: closed },
      range(1000).map(() => long),
      () => Infinity,
    );
    const bytes = JSON.stringify({ rounds: [{ round: 50, steps: steps.map(({ step }) => step) }] }).length;
    expect(bytes).toBeLessThan(262_144 - 2 * 32_768);
  });
});

describe('assignmentsOf', () => {
  const assignmentsOfOnly = (load: LoadProfile, round: number, attempt: number) =>
    stepsOf({ runId: 'run', load }, [{ round, target: target('a') }], () => Infinity).flatMap((step) =>
      assignmentsOf('run', step, attempt),
    );

  it('tells each worker its place, its share and the whole rate', () => {
    const load: LoadProfile = { ...openLoad, rate: 1200 };
    const assignments = assignmentsOfOnly(load, 2, 3);
    expect(assignments.map(({ worker, load: share }) => [worker, share.warmup])).toEqual([
      [0, 4],
      [1, 3],
      [2, 3],
    ]);
    expect(assignments[1]).toMatchObject({
      runId: 'run',
      round: 2,
      cellId: 'a',
      segment: 0,
      attempt: 3,
      worker: 1,
      workers: 3,
      totalRate: 1200,
      load: { rate: 400 },
      target: target('a'),
    });
  });

  it('shares a million raw samples out among the workers of all segments', () => {
    const load: LoadProfile = { ...openLoad, rate: 1200, durationSeconds: 3000 };
    const assignments = assignmentsOfOnly(load, 1, 1);
    expect(assignments).toHaveLength(4 * 3);
    expect(new Set(assignments.map(({ maxRows }) => maxRows))).toEqual(new Set([83_333]));
  });

  it('names no rate in the closed model', () => {
    const assignments = assignmentsOfOnly(closed, 1, 1);
    expect(assignments.map((a) => a.load)).toEqual([
      { ...closed, requests: 50, concurrency: 40, warmup: 4 },
      { ...closed, requests: 50, concurrency: 40, warmup: 3 },
      { ...closed, requests: 50, concurrency: 40, warmup: 3 },
    ]);
    expect(assignments[0]).not.toHaveProperty('totalRate');
  });
});
