import { crossedLimits, type LimitValues } from '../../../src/cli/run/limits.ts';
import type { Report, TargetReport } from '../../../src/core/schema/report.ts';
import { sampleReport } from '../../core/report/sample-run.ts';

const report = sampleReport({
  rounds: 2,
  requests: 400,
  characters: [
    { id: 'null', kind: 'null', warmMs: 1, coldMs: 2 },
    { id: 'mine', warmMs: 9, coldMs: 90 },
    { id: 'lossy', warmMs: 1, coldMs: 2, failsVerification: 'it lost 9 of 50 updates' },
  ],
});

const none = {} as LimitValues;
const limits = (over: Partial<LimitValues>): LimitValues => ({ ...none, ...over });
const changed = (id: string, change: Partial<TargetReport>): Report => ({
  ...report,
  targets: report.targets.map((target) => (target.id === id ? { ...target, ...change } : target)),
});

describe('crossedLimits', () => {
  const requests = { planned: 60, sent: 60, ok: 27, failed: 33, unsent: 0, warmup: 2 };
  const errors: TargetReport['errors'] = [
    { kind: 'timeout', count: 1, example: 'no answer within 10 s' },
    { kind: 'connect', count: 32, example: 'connect ECONNREFUSED 127.0.0.1:8000' },
  ];

  it('finds nothing in a run that is well', () => {
    expect(crossedLimits(report, none)).toEqual([]);
    expect(crossedLimits(report, limits({ maxP50: 20, maxP99: 100 }))).toEqual([]);
  });

  it('tells how many requests failed and what most of them failed of, the floor included', () => {
    for (const id of ['mine', 'null'])
      expect(crossedLimits(changed(id, { requests, errors }), none)).toEqual([
        `${id}: 33 of 60 requests failed (55 %; allowed: 1 %), for example: connect ECONNREFUSED 127.0.0.1:8000`,
      ]);
  });

  it('lets pass what is allowed, of all that was planned', () => {
    const dying = changed('mine', {
      requests: { planned: 100, sent: 20, ok: 19, failed: 1, unsent: 80, warmup: 0 },
      errors,
    });
    expect(crossedLimits(dying, none)).toEqual([]);
    expect(crossedLimits(changed('mine', { requests, errors }), limits({ maxFailed: 0.6 }))).toEqual([]);
    expect(crossedLimits(dying, limits({ maxFailed: 0 }))).toHaveLength(1);
  });

  it('holds every target but the floor to the limits of latency', () => {
    const sentences = crossedLimits(report, limits({ maxP50: 0.5, maxP99: 0.5 }));
    expect(sentences).toEqual([
      expect.stringMatching(/^mine: p50 is \S+ ms; allowed: 0\.5\d* ms$/),
      expect.stringMatching(/^mine: p99 is \S+ ms; allowed: 0\.5\d* ms$/),
    ]);
  });

  it('does not pass over a limit that cannot be judged', () => {
    const { all } = report.targets.find(({ id }) => id === 'mine')!.response;
    const few = { all: { ...all!, quantiles: { ...all!.quantiles, p99: { neededN: 459 } } } };
    expect(crossedLimits(changed('mine', { response: few }), limits({ maxP99: 100 }))).toEqual([
      'mine: p99 cannot be judged: it takes 459 answers',
    ]);
    expect(crossedLimits(changed('mine', { response: {} }), limits({ maxP50: 100 }))).toEqual([
      'mine: p50 cannot be judged: no request was answered',
    ]);
    const lost = { all: { ...all!, quantiles: { ...all!.quantiles, p99: { aboveMs: 10_000 } } } };
    expect(crossedLimits(changed('mine', { response: lost }), limits({ maxP99: 100 }))).toEqual([
      'mine: p99 falls among the requests without an answer (more than 10,000 ms); allowed: 100 ms',
    ]);
  });
});
