import fc from 'fast-check';
import { signFlipP } from '../../../src/core/stats/sign-flip.ts';

/** By going through all signs. */
const counted = (differences: readonly number[]): number => {
  const seen = differences.reduce((sum, one) => sum + one, 0);
  let reached = 0;
  for (let signs = 0; signs < 2 ** differences.length; signs++) {
    const sum = differences.reduce((total, one, i) => total + ((signs >> i) & 1 ? 1 : -1) * Math.abs(one), 0);
    if (sum >= seen) reached++;
  }
  return reached / 2 ** differences.length;
};

describe('signFlipP', () => {
  it('is the share of all signs that make as large a sum', () => {
    const few = fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 8 });
    fc.assert(
      fc.property(few, (differences) => {
        expect(signFlipP(differences)).toBeCloseTo(counted(differences), 12);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('says nothing of no difference', () => {
    expect(signFlipP([])).toBe(1);
    expect(signFlipP([0, 0])).toBe(1);
  });

  it('is one in 2^n where all are on one side', () => {
    expect(signFlipP([3, 1, 2, 0, 4])).toBeCloseTo(2 ** -4, 15);
    expect(signFlipP(Array.from({ length: 40 }, () => 150))).toBeCloseTo(2 ** -40, 15);
  });
});
