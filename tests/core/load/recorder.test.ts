import fc from 'fast-check';
import { Histogram } from '../../../src/core/histogram/histogram.ts';
import type { Judgement } from '../../../src/core/load/judge.ts';
import type { Times } from '../../../src/core/load/recorder.ts';
import { known } from '../../../src/core/known.ts';
import { Recorder } from '../../../src/core/load/recorder.ts';
import { samplesOf } from '../../../src/core/schema/part.ts';

type Observation = Times & Judgement & { readonly requestId?: string };

const observed = (given: Partial<Observation>): Observation => ({
  plannedMs: 100,
  sentMs: 101,
  endMs: 103.5,
  warmup: false,
  cold: false,
  ...given,
});

const add = (recorder: Recorder, given: Partial<Observation>): void => {
  const { cold, requestId, error, ...times } = observed(given);
  const wanted = recorder.wantsId(cold, times.warmup);
  recorder.add(times, known({ cold, error }), wanted ? requestId : undefined);
};

const record = (...observations: Partial<Observation>[]) => {
  const recorder = new Recorder(100, 1e6);
  for (const one of observations) add(recorder, one);
  return recorder;
};

describe('Recorder', () => {
  it('keeps response time from the plan and service time from the send, cold and warm apart', () => {
    const { histograms, samples } = record({ endMs: 102.5 }, { cold: true, endMs: 200 }).take();
    const value = (text: string) => Histogram.decode(text).valueAtRank(1);
    expect(value(histograms.service.warm)).toBe(1500);
    expect(value(histograms.response.warm)).toBe(2501); // 2,500 us lies in the bucket from 2,500 to 2,501
    expect(value(histograms.service.cold)).toBe(99_007);
    expect(samples).toEqual({
      plannedUs: [0, 0],
      sentUs: [1000, 1000],
      endUs: [2500, 100_000],
      flags: [0, 1],
    });
  });

  it('keeps the smallest and the largest value of each histogram as they were', () => {
    const durations = [70_000.123, 2.5, 70_000.124, 69_000];
    const recorder = record(...durations.map((ms) => ({ endMs: 101 + ms })), { cold: true, endMs: 201 });
    expect(recorder.take().extremesUs).toEqual({
      service: { warm: { min: 2500, max: 70_000_124 }, cold: { min: 100_000, max: 100_000 } },
      response: { warm: { min: 3500, max: 70_001_124 }, cold: { min: 101_000, max: 101_000 } },
    });
    expect(recorder.take().extremesUs).toEqual({ service: {}, response: {} });
  });

  it('keeps what opening connections took, step by step, where measured requests opened some', () => {
    const opening = { dnsMs: 0.5, tcpMs: 1, tlsMs: 1.5 };
    expect(record({ warmup: true, opening }, {}).take()).not.toHaveProperty('openings');
    const recorder = record({ opening }, { opening, error: { kind: 'reset', message: '' } }, {});
    const { openings } = recorder.take();
    const figures = (['dns', 'tcp', 'tls'] as const).map((step) => {
      const { count, max } = Histogram.decode(openings![step]);
      return [count, max];
    });
    expect(figures).toEqual([
      [2, 500],
      [2, 1000],
      [2, 1500],
    ]);
    expect(recorder.take()).not.toHaveProperty('openings');
  });

  it('leaves warm-up and errors out of the figures and keeps them in the raw samples', () => {
    const error = { kind: 'timeout', message: 'late' } as const;
    const part = record({ warmup: true }, { error }, { error, warmup: true }, {}).take();
    expect(part.counts).toMatchObject({ sent: 2, ok: 1, warmup: 2, errors: { timeout: 1 } });
    expect(Histogram.decode(part.histograms.service.warm).count).toBe(1);
    expect([...samplesOf(part)].map((row) => [row.warmup, row.error])).toEqual([
      [true, undefined],
      [false, 'timeout'],
      [true, 'timeout'],
      [false, undefined],
    ]);
  });

  it('tells how long it measured, also of requests that the raw samples have no room for', () => {
    const recorder = new Recorder(100, 1);
    add(recorder, { warmup: true });
    add(recorder, { plannedMs: 110, sentMs: 110, endMs: 111 });
    add(recorder, { plannedMs: 120, sentMs: 120, endMs: 400 });
    const { measuredUs, samples } = recorder.take();
    expect(samples.endUs).toHaveLength(1);
    expect(measuredUs).toEqual({ from: 10_000, to: 300_000 });
    expect(recorder.take()).not.toHaveProperty('measuredUs');
  });

  it('counts a dropped send as not sent', () => {
    const { counts } = record({ error: { kind: 'dropped', message: 'no connection' } }).take(5);
    expect(counts).toMatchObject({ sent: 0, ok: 0, errors: { dropped: 1 }, unsent: 5 });
  });

  it('gives the first example of each kind, once over all parts', () => {
    const of = (kind: 'reset' | 'status', message: string) => ({ error: { kind, message } });
    const recorder = record(of('reset', 'first'), of('reset', 'second'));
    expect(recorder.take().counts.examples).toEqual({ reset: 'first' });
    add(recorder, of('reset', 'third'));
    add(recorder, of('status', '500'));
    expect(recorder.take().counts).toMatchObject({
      errors: { reset: 1, status: 1 },
      examples: { status: '500' },
    });
  });

  it('keeps the first cold answers with their ids and times, those of the warm-up as well', () => {
    const colds = Array.from({ length: 30 }, (_, i) => ({ cold: true, requestId: `c${i}`, warmup: i === 0 }));
    const failed = { cold: true, requestId: 'x', error: { kind: 'status', message: '500' } } as const;
    const recorder = record(failed, { cold: true }, ...colds);
    const { joinable = [] } = recorder.take();
    expect(joinable.map(({ requestId }) => requestId)).toEqual(colds.slice(0, 20).map((c) => c.requestId));
    expect(joinable[0]).toEqual({ requestId: 'c0', sentUs: 1000, endUs: 3500, cold: true });
    expect(recorder.take().joinable).toEqual([]);
  });

  it('keeps a few warm answers of a part, evenly, however many there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3000 }), (n) => {
        const recorder = new Recorder(100, 1e6);
        for (let i = 0; i < n; i++) add(recorder, { requestId: String(i) });
        const kept = recorder.take().joinable!.map(({ requestId }) => Number(requestId));
        expect(kept.length).toBeGreaterThanOrEqual(Math.min(n, 5));
        expect(kept.length).toBeLessThan(10);
        const steps = kept.slice(1).map((id, i) => id - kept[i]!);
        expect(new Set(steps).size).toBeLessThanOrEqual(1);
        // Not the beginning alone.
        expect(n - (kept.at(-1) ?? n)).toBeLessThanOrEqual(2 * Math.max(1, n / 5));
      }),
    );
  });

  it('asks for no id that it has no room for', () => {
    const recorder = new Recorder(100, 1e6);
    expect(recorder.wantsId(false, true)).toBe(false);
    expect(recorder.wantsId(false, false)).toBe(true);
    expect(recorder.wantsId(true, true)).toBe(true);
  });

  it('keeps counting when its raw samples are full', () => {
    const recorder = new Recorder(100, 2);
    for (let i = 0; i < 5; i++) add(recorder, {});
    const part = recorder.take();
    expect(part.samples.endUs).toHaveLength(2);
    expect(part.counts.ok).toBe(5);
    expect(Histogram.decode(part.histograms.service.warm).count).toBe(5);
  });

  it('adds up over parts to what one part would have told', () => {
    const durations = fc.array(fc.double({ min: 0, max: 60_000, noNaN: true }), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(fc.array(durations, { minLength: 1, maxLength: 4 }), (parts) => {
        const pieces = new Recorder(100, 1e6);
        const merged = Histogram.create();
        for (const part of parts) {
          for (const ms of part) add(pieces, { endMs: 101 + ms });
          merged.merge(Histogram.decode(pieces.take().histograms.service.warm));
        }
        const whole = record(...parts.flat().map((ms) => ({ endMs: 101 + ms }))).take();
        expect(merged.encode()).toBe(whole.histograms.service.warm);
      }),
    );
  });
});
