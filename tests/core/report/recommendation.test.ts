import { known } from '../../../src/core/known.ts';
import { missedGoal, recommend, recommendationSentence } from '../../../src/core/report/recommendation.ts';
import type { Report, TargetReport } from '../../../src/core/schema/report.ts';
import { viewOf } from '../../../src/core/report/view.ts';
import { sampleReport } from './sample-run.ts';

const sample = sampleReport({ rounds: 10, requests: 150, seed: 5 });

const cost = (dollarsPerMonth: number): TargetReport['cost'] => ({
  ...{
    basis: 'b',
    service: { billing: {} },
    items: [],
    dollarsPerMillion: 1,
    dollarsPerMonth,
    atRates: [],
    sweep: [],
    omitted: [],
  },
});

/** Ten forced cold starts around `ms`. */
const colds = (ms: number, memoryMb: number): TargetReport['coldStarts'] => ({
  groups: [
    {
      ...{ kind: 'alone', memoryMb, simultaneous: 1, planned: 10, failed: 0, warm: 0 },
      calls: Array.from({ length: 10 }, (_, i) => ({ round: i + 1, ms: ms + i })),
    },
  ],
  remarks: [],
});

/** A target of the sample as it is needed; a memory size makes it a function. */
const target = (id: string, dollars: number | undefined, coldMs: number | undefined): TargetReport => {
  const {
    cost: _cost,
    coldStarts: _colds,
    memoryMb: _memory,
    ...found
  } = sample.targets.find((one) => one.id === id)!;
  return known({
    ...found,
    ...(coldMs === undefined ? {} : { memoryMb: 512, coldStarts: colds(coldMs, 512) }),
    cost: dollars === undefined ? undefined : cost(dollars),
  });
};

const rust = (dollars?: number, coldMs?: number) => target('rust-dynamodb', dollars, coldMs);
const python = (dollars?: number, coldMs?: number) => target('python-dynamodb', dollars, coldMs);

describe('recommend', () => {
  it('takes the cheapest of those that reach the goal, whatever is cheaper and does not', () => {
    const found = recommend([rust(9, 40), python(5, 900)], 0.01, { p99Ms: 100 })!;
    expect(found.best).toBe('rust-dynamodb');
    expect(found.candidates.map(({ id, meets }) => [id, meets])).toEqual([
      ['rust-dynamodb', 'yes'],
      ['python-dynamodb', 'no'],
    ]);
    expect(found.candidates[1]?.reasons).toEqual([expect.stringMatching(/^p99 90\d ms, wanted 100 ms$/)]);
  });

  it('expects a cold request in every twenty at one in 100 s, and its time at p99', () => {
    const [only] = recommend([rust(9, 300)], 0.01)!.candidates;
    expect(only?.coldShare).toBeCloseTo(Math.exp(-3), 2);
    expect(only?.p99Ms).toBeGreaterThanOrEqual(300);
    const [busy] = recommend([rust(9, 300)], 50)!.candidates;
    expect(busy?.coldShare).toBeLessThan(0.001);
    expect(busy?.p99Ms).toBeLessThan(300);
  });

  it('never expects a cold request of a server', () => {
    expect(recommend([rust(9)], 0.01, { coldShare: 0 })!.candidates[0]).toMatchObject({
      coldShare: 0,
      meets: 'yes',
    });
  });

  it('does not say that a goal is reached where a figure is missing for it', () => {
    const uncold = { ...rust(9, 40), coldStarts: { groups: [], remarks: [] }, rounds: [] } as TargetReport;
    const [only] = recommend([uncold], 1, { p99Ms: 100 })!.candidates;
    expect(only).toMatchObject({ meets: 'unknown', reasons: [expect.any(String)] });
    expect(recommend([uncold], 1, { p99Ms: 100 })!.best).toBeUndefined();
  });

  it('recommends nobody whose price is not known, and leaves the floor out', () => {
    const found = recommend([rust(undefined, 40), target('null', 1, 10)], 1)!;
    expect(found.candidates.map(({ id }) => id)).toEqual(['rust-dynamodb']);
    expect(found.best).toBeUndefined();
  });
});

describe('recommendationSentence', () => {
  it('says who, for how much, and what to expect', () => {
    const found = recommend([rust(9, 40), python(5.004, 900)], 10)!;
    expect(recommendationSentence(found)).toMatch(
      /^At 10 requests per second, python-dynamodb is the cheapest: \$5\.00 a month, with p99 [\d.]+ ms and [\d.< ]+ % of requests cold to be expected$/,
    );
  });

  it('says that nobody reaches the goal, and only then is it missed', () => {
    const missed = recommend([rust(9, 40)], 0.01, { p99Ms: 20, coldShare: 0.01 })!;
    const report = (recommendation: Report['recommendation']) => ({ ...sample, recommendation }) as Report;
    expect(missedGoal(report(missed))).toBe(
      'At 0.01 requests per second, no target answers 99 of 100 requests within 20 ms and keeps cold requests to 1 %',
    );
    expect(missedGoal(report(recommend([rust(9, 40)], 10, { p99Ms: 500 })))).toBeUndefined();
    expect(missedGoal(report(recommend([rust(9, 40)], 10)))).toBeUndefined();
  });
});

describe('what the terminal warns of', () => {
  it('names a part of the run that failed, although every target was measured', () => {
    const remark = 'tuning ended early: States.Timeout';
    expect(viewOf({ ...sample, remarks: [remark] }).problems).toContain(remark);
  });
});
