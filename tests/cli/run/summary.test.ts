import { causeOf } from '../../../src/cli/run/conclude.ts';
import { summaryTable } from '../../../src/cli/text.ts';
import { viewOf } from '../../../src/core/report/view.ts';
import { problemsOf } from '../../../src/core/report/thresholds.ts';
import { coldReport } from '../../core/report/cold-run.ts';
import { sampleReport } from '../../core/report/sample-run.ts';

const report = sampleReport({
  rounds: 2,
  requests: 400,
  characters: [
    { id: 'null', kind: 'null', warmMs: 1, coldMs: 2 },
    { id: 'slow', warmMs: 9, coldMs: 90 },
    { id: 'fast', warmMs: 3, coldMs: 30 },
    { id: 'lossy', warmMs: 1, coldMs: 2, failsVerification: 'it lost 9 of 50 updates' },
  ],
});

describe('summaryTable', () => {
  const rows = summaryTable(viewOf(report))
    .trim()
    .split('\n')
    .slice(2)
    .map((line) => line.trim().split(/ {2,}/));

  it('puts the fastest first, then those without a rank, and the floor last', () => {
    expect(rows.map(([, id]) => id)).toEqual(['fast', 'slow', 'lossy', 'null']);
  });

  it('tells n and errors of each, and that the null target is the floor', () => {
    expect(rows[0]).toMatchObject({ 2: '800', 5: '–', 6: '0', 7: 'measured' });
    expect(rows[3]?.[7]).toBe('measured: the floor, not ranked');
    expect(rows[2]?.slice(2)).toEqual(['0', '–', '–', '–', '0', 'not timed']);
  });

  it('shows each target’s first cold start and says what it is', () => {
    const text = summaryTable(viewOf(coldReport));
    expect(text).toMatch(/target +n +p50 ms +p99 ms +cold ms +errors/);
    expect(text).toMatch(/warm +60 .* 454 +0 +measured/);
    expect(text).toMatch(/loaded +60 .* – +0 +measured/);
    expect(text).toContain('cold ms: one cold start per target, the first request after deployment\n');
  });

  it('says which ranks do not compare', () => {
    expect(summaryTable(viewOf(report))).not.toContain('Ranked apart');
    const [one] = report.rankings;
    if (one === undefined) throw new Error('no ranking');
    const vpc = { ...one, vantage: 'vpc', rows: [{ id: 'slow' }], unranked: [] };
    const here = { ...one, rows: [{ id: 'fast' }] };
    expect(summaryTable(viewOf({ ...report, rankings: [here, vpc] }))).toContain(
      'another vantage: fast and lossy (HTTP, this machine); slow (HTTP, vpc)\n',
    );
  });

  it('explains no figure that it does not show', () => {
    const targets = coldReport.targets.map(({ verification: _, ...target }) => target);
    expect(summaryTable(viewOf({ ...coldReport, targets }))).not.toContain('cold ms:');
  });
});

describe('problemsOf', () => {
  it('tells why a target has no full result, and nothing of the others', () => {
    expect(problemsOf(report)).toEqual([expect.stringMatching(/^lossy: .*it lost 9 of 50 updates/)]);
  });
});

describe('causeOf', () => {
  it("takes the function's own words out of Lambda's JSON", () => {
    const cause = JSON.stringify({ errorType: 'InputError', errorMessage: 'rate: given 0' });
    expect(causeOf({ status: 'FAILED', error: 'InputError', cause })).toBe('InputError: rate: given 0');
  });

  it('leaves other causes as they are', () => {
    expect(causeOf({ status: 'FAILED', error: 'States.Timeout', cause: 'late' })).toBe(
      'States.Timeout: late',
    );
    expect(causeOf({ status: 'ABORTED' })).toBe('ABORTED');
  });
});
