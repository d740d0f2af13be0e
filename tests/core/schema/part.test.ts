import fc from 'fast-check';
import { errorKinds, type Sample, flagsOf, samplesOf } from '../../../src/core/schema/part.ts';

const sample: fc.Arbitrary<Sample> = fc
  .record({
    plannedUs: fc.nat(),
    sentUs: fc.nat(),
    endUs: fc.nat(),
    cold: fc.boolean(),
    warmup: fc.boolean(),
    error: fc.option(fc.constantFrom(...errorKinds), { nil: undefined }),
  })
  .map(({ error, ...rest }) => (error === undefined ? rest : { ...rest, error }));

describe('samplesOf', () => {
  it('gives back every row whose flags were written by flagsOf', () => {
    fc.assert(
      fc.property(fc.array(sample), (rows) => {
        const samples = {
          plannedUs: rows.map((row) => row.plannedUs),
          sentUs: rows.map((row) => row.sentUs),
          endUs: rows.map((row) => row.endUs),
          flags: rows.map((row) => flagsOf(row, row.error)),
        };
        expect([...samplesOf({ samples })]).toEqual(rows);
      }),
    );
  });

  it('writes the flags that the format says: bit 0 cold, bit 1 warm-up, then 1 + index of the error', () => {
    expect(flagsOf({ cold: true, warmup: false })).toBe(1);
    expect(flagsOf({ cold: false, warmup: true })).toBe(2);
    expect(flagsOf({ cold: false, warmup: false }, 'timeout')).toBe(4);
    expect(flagsOf({ cold: true, warmup: true }, 'dropped')).toBe(35);
  });
});
