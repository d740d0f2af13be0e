import { pricesOf, unitPrice } from '../../../src/core/cost/prices.ts';
import { buildReport } from '../../../src/core/report/build.ts';
import { renderHtml } from '../../../src/core/report/html/page.ts';
import { reportLogs } from '../../../src/core/report/logs.ts';
import { renderMarkdown } from '../../../src/core/report/markdown.ts';
import { viewOf } from '../../../src/core/report/view.ts';
import { logSections } from '../../../src/core/report/view-logs.ts';
import type { JoinedRequest, LogSection, TargetLogs } from '../../../src/core/schema/logs.ts';
import { planOf, targetOf } from '../../app/run.ts';

const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:a:live';
const target = targetOf('a', { functionArn, logGroup: '/a', cpuArchitecture: 'x86_64' });

const prices = pricesOf('us-east-1');

const live: LogSection = {
  ...{ logGroup: '/a', requests: 95, expected: 100, sent: 101, missingShare: 0.05 },
  ...{ errors: 1, timeouts: 2, coldStarts: 4, logBytesPerRequest: 512.4, scannedBytes: 99 },
  durationMs: { p50: 3.2, p90: 5, p95: 6, p99: 20, max: 41, mean: 4 },
  billedMs: { mean: 10, coldMean: 130, warmMean: 4 },
  initMs: { n: 4, p50: 110, p90: 120, p99: 120, max: 120, mean: 112 },
  memory: { givenMb: 1024, maxUsedMb: 100 },
};

const request = (n: number, change: Partial<JoinedRequest> = {}): JoinedRequest => ({
  ...{ source: 'live', requestId: `r${n}`, cold: false, clientMs: 10 * n, durationMs: n, billedMs: n },
  ...change,
});

const logs: TargetLogs = {
  ...{ schema: 'latency-lab.logs.v1', targetId: 'a', live, remarks: ['/a has <more> lines'] },
  requests: [
    ...[1, 2, 3].map((n) => request(n)),
    request(4, { cold: true, clientMs: 200, initMs: 120, durationMs: 30 }),
  ],
};

describe('reportLogs', () => {
  it('has the medians of what a client’s time is made of, cold and warm apart', () => {
    expect(reportLogs(logs, target, prices).waterfalls).toEqual([
      { source: 'live', cold: true, n: 1, clientMs: 200, initMs: 120, functionMs: 30, extraMs: 50 },
      { source: 'live', cold: false, n: 3, clientMs: 20, functionMs: 2, extraMs: 18 },
    ]);
  });

  it('prices memory that no environment used, at the same duration and at 128 MB at least', () => {
    const first = unitPrice(prices, 'lambda.x86_64.gbSeconds');
    const { givenMb, usedMb, dollarsPerMillion } = reportLogs(logs, target, prices).overProvisioned!;
    expect({ givenMb, usedMb }).toEqual({ givenMb: 1024, usedMb: 100 });
    expect(dollarsPerMillion).toBeCloseTo(1e6 * 0.01 * ((1024 - 128) / 1024) * first, 9);
  });

  it('finds nothing unused where all was used', () => {
    const full = { ...logs, live: { ...live, memory: { givenMb: 128, maxUsedMb: 128 } } };
    expect(reportLogs(full, target, prices)).not.toHaveProperty('overProvisioned');
  });
});

describe('the section of what the platform logged', () => {
  const report = buildReport({
    ...{ plan: planOf({ targets: [target, targetOf('b')] }), verifications: [], cells: [] },
    ...{ logs: [logs], finishedAt: '2026-01-01T00:00:00.000Z' },
  });
  const view = viewOf(report);

  it('draws both waterfalls with their values as words, and tables the lines', () => {
    const html = renderHtml(view);
    expect(html).toContain('What the platform logged');
    expect(html.match(/<figure class="waterfall">/g)).toHaveLength(2);
    expect(html).toContain('initialisation 120 ms, function 30.0 ms; the client waited 200 ms');
    expect(html).toMatch(/<rect class="init" x="25" y="0" width="60"/);
    expect(html).toContain('a has &lt;more&gt; lines');
    const markdown = renderMarkdown(view);
    expect(markdown).toContain('5.0 % of 100 missing');
    expect(markdown).toContain('100 of 1,024');
    expect(markdown).toContain('4 (4.2 %)');
  });

  it('is not there without log lines', () => {
    const rows = view.rows.filter(({ target: { id } }) => id === 'b');
    expect(logSections(rows)).toEqual([]);
  });

  it('says why there is nothing where a log group could not be read', () => {
    const { live: _, ...unread } = { ...logs, requests: [], remarks: ['not authorized'] };
    const row = {
      ...view.rows[0]!,
      target: { ...report.targets[0]!, logs: reportLogs(unread, target, prices) },
    };
    const [section] = logSections([row]);
    expect(section!.blocks).toEqual([
      { kind: 'list', items: [{ term: 'a', text: 'not authorized' }] },
      expect.objectContaining({ kind: 'note' }),
    ]);
  });
});
