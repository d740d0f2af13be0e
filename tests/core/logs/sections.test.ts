import fc from 'fast-check';
import { queries, requestsQuery } from '../../../src/core/logs/queries.ts';
import { chosen, joinRequests, sectionOf, tallyOf } from '../../../src/core/logs/sections.ts';
import type { SamplePart } from '../../../src/core/schema/part.ts';
import { flagsOf } from '../../../src/core/schema/part.ts';
import { ask, event, invocations, reportLine, requestIdOf } from '../../local/insights/lines.ts';

const part = (change: object): SamplePart =>
  ({
    counts: { sent: 10, ok: 8, warmup: 3, errors: { status: 2 }, examples: {}, unsent: 0 },
    samples: { flags: [] },
    ...change,
  }) as never;

describe('tallyOf', () => {
  it('expects a line of each answer that was as expected, warm-up included', () => {
    const flags = [
      flagsOf({ cold: true, warmup: true }),
      flagsOf({ cold: false, warmup: true }, 'status'),
      flagsOf({ cold: false, warmup: false }, 'status'),
    ];
    expect(tallyOf(part({ samples: { flags } }))).toEqual({ sent: 13, expected: 10, joinable: [] });
  });

  it('knows how long the client waited for what can be joined', () => {
    const joinable = [{ requestId: 'a', sentUs: 1000, endUs: 3500, cold: true }];
    expect(tallyOf(part({ joinable })).joinable).toEqual([{ requestId: 'a', clientMs: 2.5, cold: true }]);
  });
});

describe('the queries', () => {
  it('name at most 200 requests in 10,000 characters, and nothing that is no id', () => {
    const ids = Array.from({ length: 200 }, (_, i) => requestIdOf(i));
    expect(requestsQuery(ids).length).toBeLessThan(10_000);
    expect(requestsQuery(['a"] | limit 1', 'b'])).toContain('in ["b"]');
  });

  it('give the figures of the lines', () => {
    const events = [
      ...invocations(10),
      event(reportLine(11, { status: 'timeout' }), 11_000, 90),
      event(reportLine(12, { status: 'error', errorType: 'Runtime.ExitError' }), 12_000, 91),
    ];
    const answers = {
      reports: ask(queries.reports, events)[0]!,
      coldStarts: ask(queries.coldStarts, events)[0],
      volume: ask(queries.volume, events)[0],
      scannedBytes: 7,
    };
    const tally = { sent: 14, expected: 13, joinable: [] };
    const section = sectionOf('/g', answers, tally, true);
    const text = events.reduce((sum, { message }) => sum + message.length, 0);
    expect(section).toEqual({
      ...{ logGroup: '/g', requests: 12, expected: 13, sent: 14, missingShare: 1 / 13 },
      ...{ errors: 1, timeouts: 1, coldStarts: 1, scannedBytes: 7 },
      durationMs: { p50: 60, p90: 110, p95: 120, p99: 120, max: 120, mean: 65 },
      billedMs: { mean: (780 + 120) / 12, coldMean: 130, warmMean: 770 / 11 },
      initMs: { n: 1, p50: 120, p90: 120, p99: 120, max: 120, mean: 120 },
      memory: { givenMb: 512, maxUsedMb: 102, p99UsedMb: 102 },
      logBytesPerRequest: (text + 26 * 32) / 12,
    });
    const ofMany = sectionOf('/g', answers, tally, false);
    expect(ofMany).not.toHaveProperty('durationMs');
    expect(ofMany).toMatchObject({ requests: 12, logBytesPerRequest: section.logBytesPerRequest });
  });

  it('of an empty log group give zeros, and no figure', () => {
    const reports = ask(queries.reports, [])[0]!;
    const section = sectionOf(
      '/g',
      { reports, scannedBytes: 0 },
      { sent: 0, expected: 0, joinable: [] },
      true,
    );
    expect(section).toEqual({
      ...{ logGroup: '/g', requests: 0, expected: 0, sent: 0, missingShare: 0 },
      ...{ errors: 0, timeouts: 0, coldStarts: 0, scannedBytes: 0 },
    });
  });

  it('join lines with what their clients saw', () => {
    const rows = ask(requestsQuery([requestIdOf(1), requestIdOf(3), 'x']), invocations(5));
    const joinable = [
      { requestId: requestIdOf(1), clientMs: 200, cold: true },
      { requestId: requestIdOf(3), clientMs: 33, cold: false },
      { requestId: 'x', clientMs: 1, cold: false },
    ];
    const joined = joinRequests('live', rows, joinable);
    expect([...joined].sort((a, b) => b.clientMs! - a.clientMs!)).toEqual([
      {
        ...{ source: 'live', requestId: requestIdOf(1), cold: true, clientMs: 200, durationMs: 10 },
        ...{ billedMs: 130, initMs: 120, memoryMb: 512, maxMemoryMb: 91 },
      },
      {
        ...{ source: 'live', requestId: requestIdOf(3), cold: false, clientMs: 33, durationMs: 30 },
        ...{ billedMs: 30, memoryMb: 512, maxMemoryMb: 93 },
      },
    ]);
  });
});

describe('chosen', () => {
  it('keeps within the bound, cold ones for at most half of it, warm ones over the whole run', () => {
    const of = (cold: boolean) => (n: number) => ({ requestId: `${cold}-${n}`, clientMs: n, cold });
    fc.assert(
      fc.property(fc.nat(300), fc.nat(900), fc.integer({ min: 2, max: 200 }), (colds, warms, most) => {
        const all = [
          ...Array.from({ length: colds }, (_, i) => of(true)(i)),
          ...Array.from({ length: warms }, (_, i) => of(false)(i)),
        ];
        const kept = chosen(all, most);
        const keptCold = kept.filter(({ cold }) => cold).length;
        expect(keptCold).toBe(Math.min(colds, Math.ceil(most / 2)));
        expect(kept).toHaveLength(keptCold + Math.min(warms, most - keptCold));
        expect(new Set(kept).size).toBe(kept.length);
      }),
    );
  });
});
