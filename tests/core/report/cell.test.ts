import fc from 'fast-check';
import { InputError } from '../../../src/core/errors.ts';
import { Histogram } from '../../../src/core/histogram/histogram.ts';
import { CellFold, summariseCell } from '../../../src/core/report/cell.ts';
import { Openings } from '../../../src/core/load/opening.ts';
import { latestParts } from '../../../src/core/report/parts.ts';
import { bucketSecondsFor } from '../../../src/core/report/timeline.ts';
import type { LoadProfile } from '../../../src/core/schema/load.ts';
import type { Sample, SamplePart, SelfReport } from '../../../src/core/schema/part.ts';
import type { RoundReport } from '../../../src/core/schema/report.ts';
import { partOf, selfReport } from './sample-run.ts';

const load: LoadProfile = { model: 'closed', requests: 10, concurrency: 1, warmup: 0, timeoutMs: 1000 };
const ok = (plannedMs: number, ms: number, more: Partial<Sample> = {}): Sample => ({
  plannedUs: plannedMs * 1000,
  sentUs: plannedMs * 1000,
  endUs: (plannedMs + ms) * 1000,
  cold: false,
  warmup: false,
  ...more,
});
/** Of a worker that finished, unless told otherwise. */
const part = (
  samples: readonly Sample[],
  place: Partial<SamplePart> = {},
  self: SelfReport | undefined = selfReport(),
): SamplePart => partOf({ cellId: 'a', ...place }, samples, self);
const roundOf = (...parts: [SamplePart, ...SamplePart[]]): RoundReport => summariseCell(parts, load)!.round;
const epochOf = (second: number): string => `2026-11-21T09:00:0${second}.000Z`;

describe('latestParts', () => {
  const place = (attempt: number, segment: number, worker: number, part: number, round = 1) => ({
    runId: 'r',
    cellId: 'a',
    round,
    attempt,
    segment,
    worker,
    part,
  });

  it('keeps only the latest attempt of a cell, whole, and orders by worker, segment and part', () => {
    const places = [
      place(2, 0, 1, 0),
      place(1, 1, 0, 0),
      place(2, 0, 0, 10),
      place(2, 0, 0, 9),
      place(1, 0, 0, 0, 2),
    ];
    expect([...latestParts(Object.freeze(places))]).toEqual([
      ['1/a', [place(2, 0, 0, 9), place(2, 0, 0, 10), place(2, 0, 1, 0)]],
      ['2/a', [place(1, 0, 0, 0, 2)]],
    ]);
  });
});

describe('CellFold', () => {
  it('merges what opening connections took', () => {
    const openingsOf = (...tcpMs: number[]) => {
      const openings = new Openings();
      for (const ms of tcpMs) openings.record({ dnsMs: 1, tcpMs: ms, tlsMs: 0 });
      return { openings: openings.encode() };
    };
    const parts = [
      part([ok(0, 1)], openingsOf(2, 4)),
      part([ok(2, 1)]),
      part([ok(4, 1)], openingsOf(6)),
    ] as const;
    const whole = (ms: number) => ({ p50Ms: ms, p99Ms: ms, maxMs: ms });
    expect(summariseCell(parts, load)?.round.openings).toEqual({
      ...{ count: 3, dns: whole(1), tls: whole(0) },
      tcp: { p50Ms: Histogram.decode(openingsOf(4).openings.tcp).max / 1000, p99Ms: 6.003, maxMs: 6.003 },
    });
    expect(roundOf(part([ok(0, 1)]))).not.toHaveProperty('openings');
  });

  it('refuses a part whose histograms count other answers than it does', () => {
    const whole = part([ok(0, 1), ok(2, 1)]);
    for (const time of ['service', 'response'] as const) {
      const histograms = { ...whole.histograms, [time]: part([ok(0, 1)]).histograms[time] };
      expect(() => roundOf(part([ok(0, 1)]), { ...whole, histograms })).toThrow(InputError);
    }
  });

  it('gives the same figures however the samples are cut into parts', () => {
    const latencies = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 2, maxLength: 60 });
    fc.assert(
      fc.property(latencies, fc.nat(100), (ms, cut) => {
        const samples = ms.map((value, i) => ok(i * 600, value));
        const at = cut % samples.length;
        const whole = summariseCell([part(samples)], load)!;
        const first = partOf({ cellId: 'a', final: false }, samples.slice(0, at));
        const second = part(samples.slice(at), { part: 1 });
        expect(summariseCell([first, second], load)).toEqual(whole);
      }),
      { numRuns: 40 },
    );
  });

  it('measures seconds from the first planned send to the last answer, warm-up and pauses between segments left out', () => {
    const round = roundOf(
      part([ok(-900, 5, { warmup: true }), ok(0, 5), ok(995, 5)]),
      part([ok(0, 5), ok(1995, 5)], { segment: 1, epoch: epochOf(5) }),
    );
    expect(round.seconds).toBeCloseTo(3, 9);
    expect(round.throughputPerSecond).toBeCloseTo(4 / 3, 9);
    expect(round.startedAt).toBe(epochOf(0));
    expect(round.timeline.buckets.map((b) => b.atSeconds)).toEqual([0, 0.8, 5, 6.8]);
  });

  it('counts the throughput over the whole time where the raw samples stop before', () => {
    const whole = part([ok(0, 5), ok(500, 5), ok(1995, 5)]);
    const samples = { plannedUs: [0], sentUs: [0], endUs: [5000], flags: [0] };
    expect(roundOf({ ...whole, samples }).throughputPerSecond).toBeCloseTo(3 / 2, 9);
  });

  it('runs response time from the planned send and service time from the actual one', () => {
    const late = Array.from({ length: 8 }, (_, i) => ({ ...ok(i * 10, 30), sentUs: (i * 10 + 20) * 1000 }));
    const { service, response } = roundOf(part(late)).histograms;
    expect([Histogram.decode(response.warm).quantile(0), Histogram.decode(service.warm).quantile(1)]).toEqual(
      [expect.closeTo(30_000, -2), expect.closeTo(10_000, -2)],
    );
  });

  it('names workers that died and workers that left nothing, by the assignments where there are some', () => {
    const parts = [
      partOf({ cellId: 'a', workers: 3, final: false }, [ok(0, 5)]),
      part([ok(0, 5)], { workers: 3, worker: 2 }),
    ] as const;
    expect(roundOf(...parts).workers).toEqual({
      planned: 3,
      finished: 1,
      died: [{ worker: 0, lastHeardAt: epochOf(0).replace('.000', '.005') }],
      missing: [1],
    });
    const planned = [0, 1, 2, 3].map((worker) => ({ segment: 0, worker, attempt: 1 }));
    const { round } = summariseCell(parts, load, planned)!;
    expect(round.workers).toMatchObject({ planned: 4, finished: 1, died: [{ worker: 0 }], missing: [1, 3] });
    expect(round.remarks).toEqual([
      expect.stringMatching(/^invalid: worker 0 stopped before the end/),
      'invalid: workers 1 and 3 left no samples',
    ]);
  });

  it('takes of each figure the worst worker', () => {
    const { generator } = roundOf(
      part([ok(0, 5)], { workers: 2 }, { ...selfReport(3), coldStart: true }),
      part([ok(0, 5)], { workers: 2, worker: 1 }, selfReport(7)),
    );
    expect(generator).toMatchObject({
      workers: 2,
      sendLagP99Ms: 7,
      sendLagMaxMs: 14,
      coldStarts: 1,
      connectionsOpened: 2,
    });
  });

  it('adds up the rates of workers that send side by side, not of segments one after the other', () => {
    const self = { ...selfReport(), plannedPerSecond: 500, sentPerSecond: 400, waitedForConnection: 3 };
    const parts = [0, 1].flatMap((segment) =>
      [0, 1].map((worker) => part([ok(0, 5)], { workers: 2, worker, segment }, self)),
    );
    const [first, ...others] = parts;
    expect(roundOf(first!, ...others).generator).toMatchObject({
      plannedPerSecond: 1000,
      sentPerSecond: 800,
      waitedForConnection: 12,
    });
    expect(roundOf(part([ok(0, 5)], {}, selfReport())).generator).not.toHaveProperty('sentPerSecond');
  });

  it('counts failures in the time line, and none of their latencies', () => {
    const samples = [ok(0, 5), ok(10, 900, { error: 'timeout' })];
    const { round, errors } = summariseCell([part(samples)], load)!;
    expect(round.timeline.buckets).toEqual([{ atSeconds: 0, ok: 1, failed: 1, p50Ms: 5, maxMs: 5 }]);
    expect(errors).toEqual([{ kind: 'timeout', count: 1, example: 'an example' }]);
  });

  it('keeps the latest answer of a worker that died in an earlier part, and nothing of no part', () => {
    const parts = [
      partOf({ cellId: 'a', final: false }, [ok(0, 5), ok(100, 5)]),
      partOf({ cellId: 'a', final: false, part: 1 }, []),
    ];
    expect(roundOf(...(parts as [SamplePart])).workers.died).toEqual([
      { worker: 0, lastHeardAt: epochOf(0).replace('.000', '.105') },
    ]);
    expect(new CellFold(load).summary()).toBeUndefined();
  });

  it('refuses a part whose histogram cannot be read', () => {
    const whole = part([ok(0, 5)]);
    const damaged = { ...whole.histograms, response: { cold: 'AAAA', warm: 'AAAA' } };
    expect(() => {
      new CellFold(load).add({ ...whole, histograms: damaged });
    }).toThrow(InputError);
  });

  it('survives a cell without a single answer', () => {
    const samples = [ok(0, 900, { error: 'connect' })];
    const { round } = summariseCell([partOf({ cellId: 'a' }, samples)], load)!;
    expect(round.response).toEqual({});
    expect(round.requests).toEqual({ planned: 10, sent: 1, ok: 0, failed: 1, unsent: 0, warmup: 0 });
  });
});

describe('bucketSecondsFor', () => {
  it.each([
    [0, 0.1],
    [6, 0.1],
    [6.1, 0.2],
    [30, 0.5],
    [60, 1],
    [61, 2],
    [840, 20],
    [43_200, 1000],
  ])('cuts %f s into slices of %f s', (span, expected) => {
    expect(bucketSecondsFor(span)).toBe(expected);
  });
});
