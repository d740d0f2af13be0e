import type { Report } from '../../../src/core/schema/report.ts';
import type { Target } from '../../../src/core/schema/target.ts';
import { closedLoad, openLoad } from '../../support/loads.ts';
import { type RunSettings, sampleReport, sixArchitectures, targetIn } from './sample-run.ts';

const build = (settings: Partial<RunSettings> = {}): Report =>
  sampleReport({ rounds: 5, requests: 200, seed: 3, ...settings });

describe('buildReport', () => {
  const report = build();

  it('has a row for every planned target, in the order of the plan', () => {
    expect(report.targets.map((t) => t.id)).toEqual(sixArchitectures.map((c) => c.id));
  });

  it('is the same, to the last digit, when built twice', () => {
    expect(build()).toEqual(report);
  });

  it('ranks equal targets alike, different ones apart, and leaves the floor out', () => {
    // Six rounds, since one of node-dynamodb's is invalid.
    const ranks = build({ rounds: 6 }).rankings[0]?.rows.map(({ id, rank }) => [id, rank]);
    expect(new Map(ranks as [string, number][])).toEqual(
      new Map([
        ['rust-dynamodb', 1],
        ['cpp-dynamodb', 1],
        ['node-dynamodb', 3],
        ['python-dynamodb', 4],
      ]),
    );
  });

  it('says why a target with failures or a failed verification has no rank', () => {
    const reasons = new Map(report.rankings[0]?.unranked.map(({ id, reason }) => [id, reason]));
    expect(reasons.get('python-s3')).toMatch(/% of its requests failed/);
    expect(reasons.get('lossy')).toMatch(/verification failed: 50 requests were acknowledged with 41/);
    expect(reasons.size).toBe(2);
  });

  it('shows a worker that died midway and keeps its samples', () => {
    const node = targetIn(report, 'node-dynamodb');
    const round = node.rounds.find((r) => r.round === 2);
    expect(node.state).toBe('incomplete');
    expect(round?.workers).toEqual({
      planned: 1,
      finished: 0,
      died: [{ worker: 0, lastHeardAt: expect.stringMatching(/^2026-11-21T09:/) }],
      missing: [],
    });
    expect(round?.requests.ok).toBe(95);
    expect(node.remarks).toContainEqual(
      expect.stringMatching(
        /^round 2: invalid: worker 0 stopped before the end \(without a last word: .*\), last heard of at 09:\d\d:\d\d UTC; samples up to then are kept$/,
      ),
    );
  });

  it('counts errors by kind with an example', () => {
    const [error] = targetIn(report, 'python-s3').errors;
    expect(error).toMatchObject({ kind: 'throttled', example: expect.stringContaining('429') });
    expect(targetIn(report, 'python-s3').requests.failed).toBe(error?.count);
  });

  it('keeps cold and warm apart and leaves the warm-up out', () => {
    const python = targetIn(report, 'python-dynamodb');
    expect(python.response.cold?.n).toBe(5);
    expect(python.response.warm?.n).toBe(5 * 199);
    const counts = { planned: 1000, sent: 1000, ok: 1000, failed: 0, unsent: 0, warmup: 50 };
    expect(python.requests).toEqual(counts);
    expect(python.response.cold?.minMs).toBeGreaterThan(200);
  });

  it('prints the needed n instead of a quantile that n cannot carry', () => {
    const { warm, cold } = targetIn(report, 'python-dynamodb').response;
    expect(warm?.quantiles['p99.9']).toEqual({ neededN: 5000 });
    expect(warm?.quantiles.p99).toMatchObject({ ms: expect.any(Number) });
    expect(cold?.quantiles.p50).toEqual({ neededN: 10 });
  });

  it('gives no ranks under five rounds', () => {
    const [ranking] = build({ rounds: 3 }).rankings;
    expect(ranking?.rows.every((row) => row.rank === undefined)).toBe(true);
    expect(ranking?.comparisons.every((c) => c.outcome === 'this-run-only')).toBe(true);
    expect(ranking?.rows.at(-1)?.id).toBe('python-dynamodb');
  });

  it('ranks each vantage and each way of calling apart', () => {
    const arn = { functionArn: 'arn:aws:lambda:eu-west-2:123456789012:function:f:live' };
    const { rankings } = build({
      characters: [
        { id: 'a', warmMs: 1, coldMs: 9 },
        { id: 'b', warmMs: 2, coldMs: 9, target: { vantage: 'vpc' } },
        { id: 'c', warmMs: 3, coldMs: 9, target: { ...arn, url: undefined as never } },
      ],
    });
    expect(rankings.map(({ vantage, path, rows }) => [vantage, path, rows.length])).toEqual([
      ['this machine', 'http', 1],
      ['vpc', 'http', 1],
      ['this machine', 'invoke', 1],
    ]);
  });

  it('names the vantage of targets that name none by the plane', () => {
    const characters = [{ id: 'a', warmMs: 1, coldMs: 9 }];
    const vantages = (['aws', 'local'] as const).map(
      (plane) => build({ characters, plan: { plane } }).targets[0]?.vantage,
    );
    expect(vantages).toEqual(['region', 'this machine']);
  });

  it('marks a cell invalid whose generator sent late, and does not rank it', () => {
    const late = build({
      load: { ...openLoad, durationSeconds: 2 },
      characters: [
        { id: 'a', warmMs: 2, coldMs: 9, sendLagP99Ms: 2.5, target: { maxRate: 50 } },
        { id: 'b', warmMs: 30, coldMs: 90, sendLagP99Ms: 2.5 },
      ],
    });
    expect(targetIn(late, 'a').valid).toBe(false);
    expect(targetIn(late, 'a').remarks.join()).toMatch(/measures the store, not the architecture/);
    expect(late.rankings[0]?.rows).toEqual([{ id: 'b' }]);
    expect(late.rankings[0]?.unranked[0]?.reason).toMatch(/send lag p99 2.50 ms, bound 2.00 ms/);
  });

  it('says that a closed load measured the store where answers came nearly as fast as that takes them', () => {
    // Answers of 10 ms, one after another: nearly 100 a second.
    const remarksWith = (target: Partial<Target>, concurrency = 2) => {
      const characters = [{ id: 'a', warmMs: 10, coldMs: 11, target }];
      return build({ load: { ...closedLoad, concurrency }, characters }).targets[0]?.remarks;
    };
    expect(remarksWith({ maxRate: 110 })).toEqual([
      expect.stringMatching(
        /^\d\d\.?\d? requests\/s were answered, near or above the 110\/s that its store takes/,
      ),
    ]);
    expect(remarksWith({ maxRate: 150 })).toEqual([]);
    expect(remarksWith({ maxRate: 110 }, 1)).toEqual([]);
    expect(remarksWith({ maxRate: 90, apiRateLimit: 90 })).toEqual([]);
  });

  it('reports a run that left nothing at all', () => {
    const outcome = { ok: false, error: 'States.Timeout', cause: 'the run took too long' };
    const empty = sampleReport({}, { verifications: [], cells: [], outcome });
    expect(empty.outcome).toEqual(outcome);
    expect(empty.targets.every((t) => t.state === 'not-timed')).toBe(true);
    expect(empty.rankings[0]?.rows).toEqual([]);
    expect(empty.rankings[0]?.unranked[0]?.reason).toBe('it was not verified');
  });
});
