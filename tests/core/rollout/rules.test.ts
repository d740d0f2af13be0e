import { figuresOf, type Pair, pairsOf, type Side } from '../../../src/core/rollout/figures.ts';
import {
  falseStops,
  judgeRollout,
  lookAlpha,
  moreFailures,
  stageAlpha,
  stops,
} from '../../../src/core/rollout/rules.ts';
import { Histogram } from '../../../src/core/histogram/histogram.ts';
import { rolloutStages, type RuleName } from '../../../src/core/schema/rollout.ts';
import { distributionFromSamples } from '../../../src/core/stats/distribution.ts';
import { signFlipP } from '../../../src/core/stats/sign-flip.ts';

/** 150 latencies around `ms`, of which the last `failed` never came. */
const side = (ms: number, failed = 0, planned = 150): Side => ({
  planned,
  failed,
  warm: distributionFromSamples(
    Array.from({ length: planned - failed }, (_, i) => ms * (1 + (i % 50) / 100)),
  ),
});

interface Given {
  readonly rounds?: number;
  readonly slower?: number;
  readonly failed?: readonly [number, number];
}

/** Rounds with some weather of their own, which both versions share but for a per cent or two. */
const rounds = ({ rounds: count = 10, slower = 1, failed: [base, next] = [0, 0] }: Given): Pair[] =>
  Array.from({ length: count }, (_, i) => {
    const weather = 10 + Math.sin(i * 7) * 2;
    return {
      round: i + 1,
      base: side(weather, base),
      next: side(weather * slower * (1 + Math.sin(i * 3) / 60), next),
    };
  });

const judged = (given: Given, alpha = stageAlpha) => {
  const rules = judgeRollout(figuresOf(rounds(given)), alpha);
  const rule = (name: RuleName) => rules.find((one) => one.rule === name)!;
  return { rules, rule };
};

describe('judgeRollout', () => {
  it('lets an equal version pass, and says what it would have found', () => {
    const { rules, rule } = judged({});
    expect(rules.map((one) => one.rule)).toEqual(['measured', 'errors', 'p50', 'p99']);
    expect(stops(rules)).toBe(false);
    expect(rule('p50').change).toBeCloseTo(1, 1);
    expect(rule('p50').smallestFound).toBeGreaterThan(0.05);
    expect(rule('p50').smallestFound).toBeLessThan(0.2);
  });

  it('stops one that is slower, and tells by how much at least', () => {
    const { rule } = judged({ slower: 1.2 });
    expect(rule('p50')).toMatchObject({ stop: true, sentence: expect.stringContaining('at least') });
    expect(rule('p50').atLeast).toBeGreaterThan(1.05);
    expect(rule('p50').atLeast).toBeLessThan(1.2);
    expect(rule('p99').stop).toBe(true);
    expect(rule('errors').stop).toBe(false);
  });

  it('does not stop one that is faster, or slower by less than the minimum effect', () => {
    expect(stops(judged({ slower: 0.8 }).rules)).toBe(false);
    expect(stops(judged({ slower: 1.04 }).rules)).toBe(false);
  });

  it('stops one that fails more often, and not where both do', () => {
    expect(judged({ failed: [0, 2] }).rule('errors')).toMatchObject({ stop: true, change: 2 / 150 });
    expect(judged({ failed: [0, 2] }).rule('errors').atLeast).toBeGreaterThan(0);
    expect(judged({ failed: [2, 2] }).rule('errors')).toMatchObject({ stop: false, atLeast: 0 });
    expect(judged({ failed: [2, 0] }).rule('errors').stop).toBe(false);
  });

  it('lets nothing pass that it cannot judge', () => {
    expect(judged({ rounds: 4 }).rule('measured').stop).toBe(true);
    expect(judged({ failed: [0, 80] }).rule('measured')).toMatchObject({
      stop: true,
      sentence: expect.stringContaining('the new version gave 700 good warm answers to 1500 requests'),
    });
    expect(judged({ failed: [80, 0] }).rule('measured').sentence).toContain('the version before');
    expect(stops(judgeRollout(figuresOf([]), stageAlpha))).toBe(true);
  });

  it('stops one that answers nothing', () => {
    const { rules, rule } = judged({ failed: [0, 150] });
    expect(rule('errors').stop).toBe(true);
    expect(rule('p50').stop).toBe(false);
    expect(stops(rules)).toBe(true);
  });
});

describe('the budget of false stops', () => {
  it('is not exceeded by all questions of all stages together, however many looks there are', () => {
    expect(3 * rolloutStages.length * stageAlpha).toBeLessThanOrEqual(falseStops + 1e-12);
    const looks = Array.from({ length: 1000 }, (_, i) => lookAlpha(i + 1));
    expect(looks.reduce((sum, alpha) => sum + alpha, 0)).toBeLessThan(stageAlpha);
  });
});

describe('moreFailures', () => {
  it('counts a burst as one event', () => {
    expect(moreFailures([30, 0, 0, 0, 0, 0, 0, 0, 0, 0])).toBeCloseTo(0.5, 12);
    expect(moreFailures([30, 30, -30, 0, 0, 0, 0, 0, 0, 0])).toBeCloseTo(0.5, 12);
  });

  it('is not outweighed by one burst of the other side', () => {
    const each = [1, 2, 1, 2, 2, 1, 2, 1, 2, 1, 2, 1];
    expect(signFlipP([...each, -25])).toBeGreaterThan(0.5);
    expect(moreFailures([...each, -25])).toBeLessThan(0.1);
  });
});

describe('figuresOf', () => {
  it('puts rounds together until they have what a p99 takes', () => {
    const small = Array.from({ length: 7 }, (_, i) => ({
      round: i + 1,
      base: side(10, 0, 75),
      next: side(10, 0, 75),
    }));
    const { p50, p99 } = figuresOf(small);
    expect(p50.base).toHaveLength(7);
    expect(p99.base.map(({ round, n }) => [round, n])).toEqual([
      [1, 150],
      [3, 150],
      [5, 150],
    ]);
  });

  it('leaves out rounds in which one answered nothing', () => {
    const pairs = [
      ...rounds({ rounds: 2 }),
      { round: 3, base: side(10), next: { planned: 150, failed: 150, warm: undefined } },
    ];
    expect(figuresOf(pairs).p50.next.map(({ round }) => round)).toEqual([1, 2]);
  });
});

describe('pairsOf', () => {
  it('reads the warm histograms of an evidence', () => {
    const histogram = Histogram.create();
    for (const us of [1_000, 2_000, 2_000]) histogram.record(us);
    const one = {
      planned: 4,
      ok: 3,
      cold: 0,
      failed: 1,
      errors: {},
      warmUs: histogram.encode(),
      coldUs: Histogram.create().encode(),
    };
    const [pair] = pairsOf([
      { round: 1, startedAt: '2026-01-01T00:00:00.000Z', base: one, next: { ...one, warmUs: one.coldUs } },
    ]);
    expect(pair?.base).toMatchObject({ planned: 4, failed: 1, warm: { n: 3 } });
    expect([...(pair?.base.warm?.values ?? [])]).toEqual([1_000, 2_000]);
    expect(pair?.next.warm).toBeUndefined();
  });
});
