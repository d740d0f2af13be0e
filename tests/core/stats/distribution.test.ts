import fc from 'fast-check';
import {
  countAtOrBelow,
  type Distribution,
  distributionFromCounts,
  distributionFromSamples,
  entriesOf,
  valueAtRank,
  quantile,
  rankOf,
  mean,
  standardDeviation,
} from '../../../src/core/stats/distribution.ts';

const of = (...samples: number[]): Distribution => {
  const d = distributionFromSamples(Object.freeze(samples));
  if (d === undefined) throw new Error('empty');
  return d;
};
const samples = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 200 });
const share = fc.double({ min: 0.0001, max: 1, noNaN: true });

describe('distributionFromSamples', () => {
  it('is undefined when there is no sample', () => {
    expect(distributionFromSamples([])).toBeUndefined();
    expect(distributionFromCounts([[3, 0]])).toBeUndefined();
  });

  it('leaves frozen input as it is', () => {
    const input = Object.freeze([3, 1, 2]);
    distributionFromSamples(input);
    expect(input).toEqual([3, 1, 2]);
  });

  it('gives back the counts it was made of', () => {
    fc.assert(
      fc.property(samples, (raw) => {
        const entries = [...entriesOf(of(...raw))];
        expect(entries.flatMap(([v, c]) => Array<number>(c).fill(v))).toEqual([...raw].sort((a, b) => a - b));
        expect(distributionFromCounts(entries)).toEqual(of(...raw));
      }),
    );
  });
});

describe('valueAtRank', () => {
  it('is the sorted sample at that rank', () => {
    fc.assert(
      fc.property(samples, fc.nat(300), (raw, rank) => {
        const sorted = [...raw].sort((a, b) => a - b);
        const expected = sorted[Math.min(raw.length, Math.max(1, rank)) - 1];
        expect(valueAtRank(of(...raw), rank)).toBe(expected);
      }),
    );
  });
});

describe('countAtOrBelow', () => {
  it('counts by brute force', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: -1, max: 51 }), (raw, value) => {
        expect(countAtOrBelow(of(...raw), value)).toBe(raw.filter((v) => v <= value).length);
      }),
    );
  });
});

describe('quantile', () => {
  it('agrees with R quantile(type = 1) and numpy.quantile(method="inverted_cdf")', () => {
    // numpy.quantile([15, 20, 35, 40, 50], [.05, .3, .4, .5, 1], method='inverted_cdf')
    const d = of(50, 15, 40, 20, 35);
    expect([0.05, 0.3, 0.4, 0.5, 1].map((q) => quantile(d, q))).toEqual([15, 20, 20, 35, 50]);
  });

  it('takes rank 999 for p99.9 of 1000, whatever binary fractions make of 0.999', () => {
    expect(rankOf(0.999, 1000)).toBe(999);
    expect(rankOf(0.99, 900)).toBe(891);
    expect(rankOf(0.999, 1_000_000)).toBe(999_000);
  });

  it('has at least a share q at or below it, and less than q below it', () => {
    fc.assert(
      fc.property(samples, share, (raw, q) => {
        const value = quantile(of(...raw), q);
        const slack = 1e-6;
        expect(raw.filter((v) => v <= value).length).toBeGreaterThanOrEqual(q * raw.length - slack);
        expect(raw.filter((v) => v < value).length).toBeLessThan(q * raw.length + slack);
      }),
    );
  });
});

describe('mean and standardDeviation', () => {
  it('agree with numpy.mean and numpy.std(ddof=1)', () => {
    // numpy: x = [2, 4, 4, 4, 5, 5, 7, 9]; x.mean() = 5.0, x.std(ddof=1) = 2.138089935299395
    const d = of(2, 4, 4, 4, 5, 5, 7, 9);
    expect(mean(d)).toBe(5);
    expect(standardDeviation(d)).toBeCloseTo(2.138089935299395, 14);
  });

  it('keeps its digits on a small spread around a large value', () => {
    // numpy.std([1e9 + 1, 1e9 + 2, 1e9 + 3], ddof=1) = 1.0
    expect(standardDeviation(of(1e9 + 1, 1e9 + 2, 1e9 + 3))).toBeCloseTo(1, 12);
  });

  it('has no spread for one value', () => {
    expect(standardDeviation(of(7))).toBeUndefined();
    expect(mean(of(7))).toBe(7);
  });
});
