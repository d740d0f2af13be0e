import fc from 'fast-check';
import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { Histogram } from '../../../src/core/histogram/histogram.ts';
import { highestTrackable } from '../../../src/core/histogram/codec.ts';

const durations = fc.array(fc.integer({ min: 0, max: highestTrackable }), { minLength: 1, maxLength: 200 });
const quantiles = [0, 0.25, 0.5, 0.9, 0.99, 0.999, 1];

const histogramOf = (values: readonly number[]): Histogram => {
  const histogram = Histogram.create();
  for (const value of values) histogram.record(value);
  return histogram;
};

const figuresOf = (h: Histogram) => ({
  count: h.count,
  min: h.min,
  max: h.max,
  mean: h.mean,
  stddev: h.stddev,
  quantiles: quantiles.map((q) => h.quantile(q)),
  encoded: h.encode(),
});

describe('Histogram', () => {
  it('returns the value of the rank ceil(q n) to within 0.1 %', () => {
    fc.assert(
      fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        const sorted = [...values].sort((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil(q * sorted.length * (1 - 2 * Number.EPSILON))) - 1]!;
        const given = histogramOf(values).quantile(q);
        expect(given).toBeGreaterThanOrEqual(exact);
        expect(given - exact).toBeLessThanOrEqual(exact / 1000);
      }),
    );
  });

  it('keeps values below 2,048 us exact', () => {
    const histogram = histogramOf([1, 2, 3, 2047]);
    expect([1, 2, 3, 4].map((rank) => histogram.valueAtRank(rank))).toEqual([1, 2, 3, 2047]);
    expect(histogram.mean).toBe(2053 / 4);
  });

  it('does not round a whole rank up: the 7 % quantile of 1..100 is 7', () => {
    expect(histogramOf(Array.from({ length: 100 }, (_, i) => i + 1)).quantile(0.07)).toBe(7);
  });

  it('equals the whole when parts are merged, however they are cut', () => {
    fc.assert(
      fc.property(fc.array(durations, { minLength: 1, maxLength: 5 }), (parts) => {
        const merged = Histogram.create();
        for (const part of parts) merged.merge(Histogram.decode(histogramOf(part).encode()));
        expect(figuresOf(merged)).toEqual(figuresOf(histogramOf(parts.flat())));
      }),
    );
  });

  it('merges what is encoded as it merges what is not', () => {
    fc.assert(
      fc.property(durations, durations, (first, second) => {
        const merged = histogramOf(first);
        merged.mergeEncoded(histogramOf(second).encode());
        merged.mergeEncoded(Histogram.create().encode());
        expect(figuresOf(merged)).toEqual(figuresOf(histogramOf([...first, ...second])));
      }),
    );
  });

  it('has no figures while empty, and an empty one survives encoding and merging', () => {
    const empty = Histogram.decode(Histogram.create().encode());
    expect(empty.count).toBe(0);
    for (const figure of [empty.min, empty.max, empty.mean, empty.stddev, empty.quantile(0.5)])
      expect(figure).toBeNaN();
    const one = histogramOf([5]);
    one.merge(empty);
    expect(one.count).toBe(1);
  });

  it('counts what is above one hour as one hour and refuses what is no duration', () => {
    expect(histogramOf([highestTrackable * 10]).count).toBe(1);
    for (const wrong of [-1, NaN]) expect(() => histogramOf([wrong])).toThrow(RangeError);
    for (const rank of [0, 2, NaN]) expect(() => histogramOf([1]).valueAtRank(rank)).toThrow(RangeError);
  });

  it('tells how many values are at or below a bound', () => {
    const histogram = histogramOf([1, 2, 2, 5000]);
    expect([-1, 0, 1, 2, 4000, 5000, 1e12].map((us) => histogram.countAtOrBelow(us))).toEqual([
      0, 0, 1, 3, 3, 4, 4,
    ]);
  });
});

describe('Histogram beside hdr-histogram-js', () => {
  const reference = (values: readonly number[]) => {
    const histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: highestTrackable });
    for (const value of values) histogram.recordValue(value);
    return histogram;
  };

  it('is read by it with the same figures', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const own = histogramOf(values);
        const theirs = decodeFromCompressedBase64(own.encode());
        expect(theirs.totalCount).toBe(values.length);
        expect(theirs.mean).toBeCloseTo(own.mean, 3);
        expect(theirs.stdDeviation).toBeCloseTo(own.stddev, 3);
        for (const percent of [50, 90, 100]) {
          expect(theirs.getValueAtPercentile(percent)).toBe(own.quantile(percent / 100));
        }
      }),
    );
  });

  it('reads what it wrote', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const theirs = reference(values);
        const own = Histogram.decode(encodeIntoCompressedBase64(theirs));
        expect(figuresOf(own)).toEqual(figuresOf(histogramOf(values)));
      }),
      { numRuns: 30 },
    );
  });
});
