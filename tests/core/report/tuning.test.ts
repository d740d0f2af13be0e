import { buildReport, summariseParts } from '../../../src/core/report/build.ts';
import { renderHtml } from '../../../src/core/report/html/page.ts';
import { renderMarkdown } from '../../../src/core/report/markdown.ts';
import { readReport } from '../../../src/core/report/read.ts';
import { reportTuning, tuningSentence } from '../../../src/core/report/tuning.ts';
import { viewOf } from '../../../src/core/report/view.ts';
import { lambdaDollarsPerMillion, pricesOf } from '../../../src/core/cost/prices.ts';
import type { Trial } from '../../../src/core/schema/trial.ts';
import type { StoredTuning } from '../../../src/core/schema/tuning.ts';
import { createRandom } from '../../../src/core/stats/random.ts';
import { sampleRun, targetIn } from './sample-run.ts';

const prices = pricesOf('us-east-1');
const tunerArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:tuner';
const run = sampleRun({ rounds: 1, requests: 60, seed: 4, characters: [{ id: 'a', warmMs: 5, coldMs: 5 }] });
const target = run.plan.targets[0]!;

const tunedOf = (more: Partial<StoredTuning> = {}): StoredTuning => ({
  ...{ schema: 'latency-lab.tuning.v1', targetId: 'a', tunerArn, deployedMb: 512, input: {}, missing: [] },
  sizes: (
    [
      [256, 36],
      [512, 20],
      [1024, 10],
      [3008, 10.5],
    ] as const
  ).map(([memoryMb, averageMs]) => ({
    ...{ memoryMb, averageMs, reported: { price: 1e-9 } },
    dollarsPerMillion: lambdaDollarsPerMillion(
      { memoryMb, billedMs: Math.ceil(averageMs), cpuArchitecture: 'x86_64' },
      prices,
    ),
  })),
  ...more,
});

/** Through the trigger each size takes 5 ms more than in the function. */
const trialsOf = (msBySize: Readonly<Record<number, number>>, rounds = 5): Trial[] => {
  const noise = createRandom(3);
  return Object.entries(msBySize).flatMap(([mb, ms]) =>
    Array.from({ length: rounds }, (_, i): Trial => {
      const requests = Array.from({ length: 31 }, (__, n) => ({
        ...{ ms: (ms + 5) * (0.99 + 0.02 * noise()), cold: n === 0, warm: n > 0 },
      }));
      return {
        ...{
          schema: 'latency-lab.trial.v1',
          runId: 'r',
          targetId: 'a',
          purpose: 'confirm',
          memoryMb: Number(mb),
        },
        ...{ round: i + 1, simultaneous: 1, warm: 30, force: true, startedAt: '2026-01-01T00:00:00.000Z' },
        ...{ changeMs: 1, requests },
      };
    }),
  );
};

const speed = { strategy: 'speed', balancedWeight: 0.5 } as const;
const cost = { strategy: 'cost', balancedWeight: 0.5 } as const;
const report = (trials: readonly Trial[], goal: typeof speed | typeof cost = speed, stored = tunedOf()) =>
  reportTuning(stored, goal, target, trials, prices);

describe('reportTuning', () => {
  it("gives each strategy's size, the front, and how the deployed size stands", () => {
    expect(report([])).toMatchObject({
      winners: { cost: 256, speed: 1024, balanced: 1024 },
      provision: 'under',
      sizes: [
        { memoryMb: 256, onFront: true },
        { memoryMb: 512, onFront: false },
        { memoryMb: 1024, onFront: true },
        { memoryMb: 3008, onFront: false },
      ],
    });
    expect(report([])).not.toHaveProperty('confirmation');
  });

  it.each([
    ['confirmed', { 512: 20, 1024: 10 }],
    ['overturned', { 512: 20, 1024: 26 }],
    // A tenth of the noise lies between them.
    ['undecided', { 512: 20, 1024: 20.002 }],
  ] as const)('finds the winner %s by the second measurement', (outcome, ms) => {
    const { confirmation } = report(trialsOf(ms));
    expect(confirmation?.outcome).toBe(outcome);
    expect(confirmation?.sizes.map(({ memoryMb, n }) => [memoryMb, n])).toEqual([
      [512, 150],
      [1024, 150],
    ]);
  });

  it('prices what it measured again: a winner by cost that takes longer than thought is overturned', () => {
    const stored = tunedOf({
      sizes: tunedOf().sizes.map((s) => ({ ...s, averageMs: s.memoryMb === 256 ? 30 : s.averageMs })),
    });
    const cheaper = tunedOf({
      sizes: stored.sizes.map((s) => ({
        ...s,
        dollarsPerMillion: lambdaDollarsPerMillion(
          { memoryMb: s.memoryMb, billedMs: Math.ceil(s.averageMs), cpuArchitecture: 'x86_64' },
          prices,
        ),
      })),
    });
    const only = { ...cheaper, sizes: cheaper.sizes.slice(0, 2) };
    expect(report(trialsOf({ 512: 20, 256: 30 }), cost, only).confirmation?.outcome).toBe('confirmed');
    expect(report(trialsOf({ 512: 20, 256: 60 }), cost, only).confirmation?.outcome).toBe('overturned');
  });

  it('is undecided with fewer rounds than a verdict takes, or without answers', () => {
    expect(report(trialsOf({ 512: 20, 1024: 10 }, 3)).confirmation).toMatchObject({
      outcome: 'undecided',
      why: expect.stringContaining('in 3 rounds, too few'),
    });
    const silent = trialsOf({ 512: 20, 1024: 10 }).map((trial) => ({ ...trial, requests: [] }));
    expect(report(silent).confirmation).toMatchObject({ outcome: 'undecided', sizes: [] });
  });
});

describe('tuningSentence', () => {
  it('says what is over-provisioned, under-provisioned, right, or not tuned', () => {
    expect(tuningSentence(report([]))).toBe(
      '1,024 MB (10.0 ms and $0.367 a million) has the least time; 512 MB is deployed (20.0 ms and $0.367 a million): under-provisioned. Not measured a second time.',
    );
    expect(tuningSentence(report([], cost))).toContain('over-provisioned');
    expect(tuningSentence(report([], speed, tunedOf({ deployedMb: 1024, missing: [128] })))).toContain(
      'and is what is deployed: provisioned right. Without figures of 128 MB.',
    );
    const failed = tunedOf({ sizes: [], failure: 'it failed with States.Timeout' });
    expect(tuningSentence(report([], speed, failed))).toBe('Not tuned: it failed with States.Timeout.');
  });
});

describe('a report with tuning', () => {
  const tuning = {
    powerValues: [256, 512],
    num: 5,
    parallelInvocation: false,
    confirmRounds: 5,
    confirmRequests: 30,
  };
  const built = (tunings: readonly StoredTuning[]) =>
    buildReport({
      plan: { ...run.plan, tuning: { ...tuning, ...speed } },
      cells: summariseParts(run.parts, run.plan),
      verifications: run.verifications,
      finishedAt: '2026-01-01T00:00:00.000Z',
      trials: trialsOf({ 512: 20, 1024: 10 }),
      tunings,
    });

  it('can be read again, and shows curve, sizes, verdict and link', () => {
    const made = built([tunedOf({ visualization: 'https://lambda-power-tuning.show/#a;b;c' })]);
    expect(readReport(JSON.stringify(made), 'it')).toEqual(JSON.parse(JSON.stringify(made)));
    const html = renderHtml(viewOf(made));
    for (const said of [
      'Which memory size',
      'milliseconds by memory',
      'dollars by memory',
      'Confirmed: through',
      '#a;b;c',
    ])
      expect(html).toContain(said);
    expect(renderMarkdown(viewOf(made))).toContain('under-provisioned');
  });

  it('says nothing of it where nothing was tuned', () => {
    const made = built([]);
    expect(targetIn(made, 'a')).not.toHaveProperty('tuning');
    expect(renderHtml(viewOf(made))).not.toContain('Which memory size');
  });
});
