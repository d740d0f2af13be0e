import fc from 'fast-check';
import {
  outputOf,
  payloadsOf,
  readReport,
  sizesOf,
  statsOf,
  trimmedMean,
} from '../../../src/core/tuning/measure.ts';
import { judgeAnswer } from '../../../src/core/tuning/judge.ts';
import type { TunerInput } from '../../../src/core/schema/tuning.ts';

const input = (more: Partial<TunerInput> = {}): TunerInput => ({
  lambdaARN: 'arn:aws:lambda:eu-west-2:123456789012:function:f',
  num: 5,
  ...more,
});

describe('sizesOf', () => {
  it.each([
    [undefined, [128, 256, 512, 1024, 1536, 3008]],
    [[], [128, 256, 512, 1024, 1536, 3008]],
    [
      [300, 200],
      [300, 200],
    ],
  ])('of %j', (powerValues, sizes) => {
    expect(sizesOf(input(powerValues === undefined ? {} : { powerValues }))).toEqual(sizes);
  });

  it('of "ALL" are those up to 3,008 MB, 64 apart', () => {
    const sizes = sizesOf(input({ powerValues: 'ALL' }));
    expect([sizes.length, sizes[0], sizes[1], sizes.at(-1)]).toEqual([46, 128, 192, 3008]);
  });
});

describe('payloadsOf', () => {
  it.each([
    [undefined, 'null'],
    [{ n: 1 }, '{"n":1}'],
    ['{"n":1}', '{"n":1}'],
    ['plain', '"plain"'],
    [[1, 2], '[1,2]'],
    [[{ payload: 1 }], '[{"payload":1}]'],
  ])('sends %j as %s', (payload, sent) => {
    expect(payloadsOf(5, payload)).toEqual(Array(5).fill(sent));
  });

  it('divides invocations by relative weights, the last payload taking the rest', () => {
    const weighted = [
      { payload: 'a', weight: 5 },
      { payload: { b: 1 }, weight: 15 },
      { payload: 'c', weight: 30 },
    ];
    const sent = payloadsOf(11, weighted);
    expect(sent.filter((one) => one === '"a"')).toHaveLength(1);
    expect(sent.filter((one) => one === '{"b":1}')).toHaveLength(3);
    expect(sent.filter((one) => one === '"c"')).toHaveLength(7);
  });

  it('refuses a weight that gets no invocation', () => {
    const payload = [
      { payload: 'a', weight: 1 },
      { payload: 'b', weight: 99 },
    ];
    expect(() => payloadsOf(10, payload)).toThrow('payload[0].weight: given 1');
    expect(() => payloadsOf(10, [{ payload: 'a', weight: -1 }, ...payload])).toThrow(
      'payload[0].weight: given -1',
    );
  });

  it('makes as many as asked for', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(weights, fc.integer({ min: 50, max: 1000 }), (all, num) => {
        expect(
          payloadsOf(
            num,
            all.map((weight, i) => ({ payload: `p${i}`, weight })),
          ),
        ).toHaveLength(num);
      }),
    );
  });
});

const tail = (report: string): string =>
  `START RequestId: r Version: 1\nhello\tDuration: 9 ms\nEND RequestId: r\n${report}\n`;

describe('readReport', () => {
  it.each([
    [
      'REPORT RequestId: r\tDuration: 1.25 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 64 MB\t',
      1.25,
      2,
    ],
    [
      'REPORT RequestId: r\tDuration: 1.25 ms\tBilled Duration: 88 ms\tMemory Size: 128 MB\tMax Memory Used: 64 MB\tInit Duration: 86.20 ms\t',
      87.45,
      88,
    ],
    [
      'REPORT RequestId: r\tDuration: 2.00 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 64 MB\tRestore Duration: 300.50 ms\tBilled Restore Duration: 101 ms\t',
      302.5,
      103,
    ],
  ])('reads %s', (report, durationMs, billedMs) => {
    expect(readReport(tail(report))).toEqual({ durationMs, billedMs });
  });

  it('has nothing to say where no REPORT line is', () => {
    expect(readReport('{"type":"platform.report"}')).toBeUndefined();
  });
});

describe('trimmedMean', () => {
  it('leaves out the same share at both ends, rounded down', () => {
    const values = Object.freeze([9, 1, 2, 3, 100]) as number[];
    expect(trimmedMean(values, 0.2)).toBeCloseTo((2 + 3 + 9) / 3);
    expect(trimmedMean(values, 0.19)).toBe(23);
    expect(trimmedMean(values, 0)).toBe(23);
    expect(trimmedMean(values, 0.4)).toBe(3);
    expect(trimmedMean([], 0.2)).toBe(0);
  });

  it('lies between the least and the largest', () => {
    const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 0.4, noNaN: true }), (all, discard) => {
        const found = trimmedMean(all, discard);
        expect(found).toBeGreaterThanOrEqual(Math.min(...all) * (1 - 1e-12));
        expect(found).toBeLessThanOrEqual(Math.max(...all) * (1 + 1e-12));
      }),
    );
  });
});

describe('a tuner of our own', () => {
  /** A millisecond of 128 MB costs a dollar. */
  const stats = [128, 256, 512].map((mb) => {
    const durationMs = 1000 / mb;
    const invoked = Array.from({ length: 5 }, () => ({ durationMs, billedMs: Math.ceil(durationMs) }));
    return statsOf(mb, invoked, 0.2, (billedMs) => (billedMs * mb) / 128);
  });

  it('answers as the original does, taking the fastest of equal prices', () => {
    const output = outputOf(input({ includeOutputResults: true }), stats);
    expect(output).toEqual({
      ...{ power: 512, cost: 8, duration: 1.953125 },
      stateMachine: {
        executionCost: 0.000025 * 7,
        lambdaCost: 5 * (8 + 8 + 8),
        visualization: expect.stringContaining('https://lambda-power-tuning.show/#gAAAAQAC;'),
      },
      stats: [
        { value: 128, averagePrice: 8, averageDuration: 7.8125 },
        { value: 256, averagePrice: 8, averageDuration: 3.90625 },
        { value: 512, averagePrice: 8, averageDuration: 1.953125 },
      ],
    });
    expect(outputOf(input(), stats)).not.toHaveProperty('stats');
  });

  it('has no answer where no size gave figures', () => {
    expect(outputOf(input(), [])).toBeUndefined();
    expect(outputOf(input(), [statsOf(128, [], 0.2, () => 0)])).toBeUndefined();
  });

  it('is understood by who asked', () => {
    const output = outputOf(input({ includeOutputResults: true, strategy: 'speed' }), stats);
    const judged = judgeAnswer([512, 256, 128, 1024], { output }, () => 1);
    expect(judged.failure).toBeUndefined();
    expect(judged.sizes.map(({ memoryMb }) => memoryMb)).toEqual([128, 256, 512]);
    expect(judged.missing).toEqual([1024]);
  });
});
