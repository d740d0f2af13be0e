import { crossedInShort, crossedThresholds } from '../../../src/core/report/thresholds.ts';
import { renderMarkdown } from '../../../src/core/report/markdown.ts';
import { viewOf } from '../../../src/core/report/view.ts';
import { buildReport, summariseParts } from '../../../src/core/report/build.ts';
import type { Plan } from '../../../src/core/schema/plan.ts';
import type { Report, TargetReport } from '../../../src/core/schema/report.ts';
import { sampleReport, sampleRun } from './sample-run.ts';

const report = sampleReport({
  rounds: 2,
  requests: 400,
  characters: [
    { id: 'null', kind: 'null', warmMs: 1, coldMs: 2 },
    { id: 'mine', warmMs: 9, coldMs: 90 },
  ],
});

const changed = (id: string, change: Partial<TargetReport>): Report => ({
  ...report,
  targets: report.targets.map((target) => (target.id === id ? { ...target, ...change } : target)),
});

describe('crossedThresholds', () => {
  const requests = { planned: 60, sent: 60, ok: 27, failed: 33, unsent: 0, warmup: 2 };
  const errors: TargetReport['errors'] = [
    { kind: 'timeout', count: 1, example: 'no answer within 10 s' },
    { kind: 'connect', count: 32, example: 'connect ECONNREFUSED 127.0.0.1:8000' },
  ];

  it('finds nothing in a run that is well', () => {
    expect(crossedThresholds(report, {})).toEqual([]);
    expect(crossedThresholds(report, { limits: { p50Ms: 20, p99Ms: 100 } })).toEqual([]);
  });

  it('tells how many requests failed and what most of them failed of, the floor included', () => {
    for (const id of ['mine', 'null'])
      expect(crossedThresholds(changed(id, { requests, errors }), {})).toEqual([
        `${id}: 33 of 60 planned requests failed (55.0 %), for example: connect ECONNREFUSED 127.0.0.1:8000; allowed: 1 %`,
      ]);
  });

  it('lets pass what is allowed, of all that was planned', () => {
    const dying = changed('mine', {
      requests: { planned: 100, sent: 20, ok: 19, failed: 1, unsent: 80, warmup: 0 },
      errors,
    });
    expect(crossedThresholds(dying, { maxFailed: 0.06 })).toEqual([]);
    expect(crossedThresholds(changed('mine', { requests, errors }), { maxFailed: 0.6 })).toEqual([]);
    expect(crossedThresholds(dying, { maxFailed: 0 })).toHaveLength(1);
  });

  it('holds every target but the floor to the limits of latency', () => {
    const sentences = crossedThresholds(report, { limits: { p50Ms: 0.5, p99Ms: 0.5 } });
    expect(sentences).toEqual([
      expect.stringMatching(/^mine: p50 is \S+ ms; allowed: 0\.5\d* ms$/),
      expect.stringMatching(/^mine: p99 is \S+ ms; allowed: 0\.5\d* ms$/),
    ]);
  });

  it('does not pass over what cannot be judged', () => {
    const { all } = report.targets.find(({ id }) => id === 'mine')!.response;
    const few = { all: { ...all!, quantiles: { ...all!.quantiles, p99: { neededN: 459 } } } };
    expect(crossedThresholds(changed('mine', { response: few }), { limits: { p99Ms: 100 } })).toEqual([
      'mine: p99 cannot be judged: it takes 459 answers',
    ]);
    expect(crossedThresholds(changed('mine', { response: {} }), { limits: { p50Ms: 100 } })).toEqual([
      'mine: p50 cannot be judged: no request was answered',
    ]);
    const lost = { all: { ...all!, quantiles: { ...all!.quantiles, p99: { aboveMs: 10_000 } } } };
    expect(crossedThresholds(changed('mine', { response: lost }), { limits: { p99Ms: 100 } })).toEqual([
      'mine: p99 falls among the requests without an answer (more than 10,000 ms); allowed: 100 ms',
    ]);
    const untimed = changed('mine', { state: 'not-timed', remarks: ['it lost 9 of 50 updates'] });
    expect(crossedThresholds(untimed, { limits: { p99Ms: 100 } })).toEqual(['mine: it lost 9 of 50 updates']);
  });
});

describe('crossed in a report', () => {
  const run = sampleRun({
    seed: 1,
    rounds: 2,
    requests: 400,
    characters: [{ id: 'mine', warmMs: 9, coldMs: 90 }],
  });
  const reportOf = (change: Partial<Plan>, outcome: Report['outcome'] = { ok: true }) => {
    const plan = { ...run.plan, ...change };
    const cells = summariseParts(run.parts, plan);
    const { verifications } = run;
    return buildReport({ plan, verifications, cells, finishedAt: '2026-01-01T00:00:00.000Z', outcome });
  };
  const limits = { p50Ms: 1 };

  it('is what the plan asked for, and stands on the page', () => {
    expect(reportOf({ goal: { p99Ms: 1 }, limits }).crossed).toEqual([
      expect.stringMatching(/^mine: p50 is \S+ ms; allowed: 1\S* ms$/),
      expect.stringMatching(/^At one request per second, /),
    ]);
    const markdown = renderMarkdown(viewOf(reportOf({ limits })));
    expect(markdown).toMatch(/## Thresholds crossed\n\n- mine: p50 is/);
  });

  it('is absent where all was kept, and of a run that failed', () => {
    expect(reportOf({})).not.toHaveProperty('crossed');
    expect(reportOf({ limits }, { ok: false, error: 'X' })).not.toHaveProperty('crossed');
    expect(renderMarkdown(viewOf(reportOf({})))).not.toContain('Thresholds');
  });
});

describe('crossedInShort', () => {
  it('tells the first twenty and how many more there are', () => {
    expect(crossedInShort(['a: slow', 'b: slow'])).toBe('a: slow; b: slow');
    const many = Array.from({ length: 25 }, (_, i) => `${i + 1}`);
    expect(crossedInShort(many)).toMatch(/^1; 2; .*; 20; and 5 more, see the report$/);
  });
});
