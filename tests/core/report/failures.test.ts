import { failedShareOf, failingTargets } from '../../../src/core/report/failures.ts';
import { viewOf } from '../../../src/core/report/view.ts';
import { sampleReport } from './sample-run.ts';

const failing = { share: 0.5, kind: 'reset' as const, example: 'connection reset after 12 ms' };
const report = sampleReport({
  rounds: 2,
  requests: 100,
  characters: [
    { id: 'fine', warmMs: 3, coldMs: 30 },
    { id: 'ill', warmMs: 1, coldMs: 2, failing },
    { id: 'lossy', warmMs: 1, coldMs: 2, failsVerification: 'it lost 9 of 50 updates' },
  ],
});

describe('failedShareOf', () => {
  const counts = { planned: 200, sent: 100, ok: 90, failed: 10, unsent: 20, warmup: 5 };
  it.each([
    [counts, 0.05],
    [{ ...counts, planned: 0 }, 10 / 120],
    [{ ...counts, planned: 0, ok: 0, failed: 0, unsent: 0 }, 0],
  ])('is a share of the planned requests: %j', (given, share) => {
    expect(failedShareOf(given)).toBe(share);
  });
});

describe('failingTargets', () => {
  it('names the target, how many of its planned requests failed, and the first example', () => {
    const [ill, ...others] = failingTargets(report);
    expect(others).toEqual([]);
    expect(ill).toMatchObject({
      id: 'ill',
      sentence: expect.stringMatching(
        /^\d+ of 200 planned requests failed \(\d\d\.\d %\), for example: connection reset after 12 ms$/,
      ),
    });
    expect(ill?.share).toBeGreaterThan(0.3);
  });

  it('lets a share up to the limit pass', () => {
    expect(failingTargets(report, 0.9)).toEqual([]);
  });

  it('are told in the report, and never praised by its headline', () => {
    const view = viewOf(report);
    expect(view.title).toContain('fine answered half');
    const failures = view.sections.find(({ id }) => id === 'failures');
    expect(JSON.stringify(failures)).toContain('planned requests failed');
  });
});
