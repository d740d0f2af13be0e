import { holm, priorOf, verdictsOf } from '../../../src/core/stats/many.ts';
import { roundsToFind, smallestFound } from '../../../src/core/stats/planner.ts';
import { createRandom, type Random, randomNormal } from '../../../src/core/stats/random.ts';
import {
  type Difference,
  leastPerRound,
  pairedDifference,
  relativeTo,
  type RoundQuantile,
  unpairedDifference,
  type Verdict,
  verdictDefaults,
  verdictOf,
} from '../../../src/core/stats/verdict.ts';

const known = (difference: Difference | undefined): Difference => {
  if (difference === undefined) throw new Error('no shared round');
  return difference;
};

const rounds = (values: readonly number[], n = 150): RoundQuantile[] =>
  values.map((value, i) => ({ round: i + 1, value, n }));

/** Of medians of 150 log-normal latencies of sigma 0.3 in rounds that differ by `weather`: in logarithms, next to normal. */
const spreadOf = (weather: number): number => Math.sqrt(weather ** 2 + (1.2533 * 0.3) ** 2 / 150);

const drawn = (random: Random, scale: number, weather: number): RoundQuantile[] =>
  rounds(Array.from({ length: 10 }, () => scale * Math.exp(spreadOf(weather) * randomNormal(random))));

const decided = (verdict: Verdict) => {
  if (verdict.outcome === 'this-run-only') throw new Error('enough rounds');
  return verdict;
};

const before = rounds([10, 11, 9.5, 10.4, 10.1]);
const after = rounds([12, 11.9, 10.4, 12.9, 11.2]);

describe('pairedDifference', () => {
  it('is the paired t-test on logarithms', () => {
    // scipy.stats.ttest_rel(log(after), log(before)) and its confidence_interval(0.99), SciPy 1.17.1
    const difference = known(pairedDifference(before, after));
    expect(difference.estimate / difference.error).toBeCloseTo(4.918437645942146, 9);
    const { p, low, high } = decided(verdictOf(difference));
    expect(p).toBeCloseTo(0.007938276110648627, 9);
    expect(Math.log(low)).toBeCloseTo(0.008567648295710106, 8);
    expect(Math.log(high)).toBeCloseTo(0.25954377223550334, 8);
  });

  it('uses the rounds that both have', () => {
    const { rounds: shared } = known(pairedDifference(before.slice(1), after.slice(0, 4)));
    expect(shared).toBeCloseTo(3, 12);
    expect(pairedDifference(before.slice(0, 1), after.slice(1))).toBeUndefined();
  });

  it('turns round when the sides are swapped', () => {
    const [there, back] = [known(pairedDifference(before, after)), known(pairedDifference(after, before))];
    expect(there.estimate).toBeCloseTo(-back.estimate, 12);
    expect(there.error).toBeCloseTo(back.error, 12);
  });

  it('does not let a round of 5 requests weigh as one of 300', () => {
    const base = rounds([10, 10, 10, 10, 10, 10], 300);
    const other = [...rounds([10.1, 9.9, 10, 10.1, 9.9], 300), { round: 6, value: 40, n: 5 }];
    const { estimate, rounds: worth } = known(pairedDifference(base, other));
    expect(Math.exp(estimate)).toBeLessThan(1.02);
    expect(worth).toBeLessThan(5.5);
  });

  it('is infinite where a quantile falls among requests without an answer, and gives no verdict', () => {
    const difference = known(pairedDifference(before, rounds([12, Infinity, 10.4, 12.9, 11.2])));
    expect(difference.estimate).toBe(Infinity);
    expect(verdictOf(difference).outcome).toBe('this-run-only');
  });
});

describe('unpairedDifference', () => {
  it('is Welch’s t-test on logarithms', () => {
    // scipy.stats.ttest_ind(log(after), log(before), equal_var=False)
    const difference = known(unpairedDifference(before, after));
    expect(difference.estimate / difference.error).toBeCloseTo(3.0850227896719145, 9);
    expect(difference.degrees).toBeCloseTo(6.967998118843358, 9);
    const { p, low, high } = decided(verdictOf(difference));
    expect(p).toBeCloseTo(0.017792101539420676, 9);
    expect(Math.log(low)).toBeCloseTo(-0.018248061642983232, 8);
    expect(Math.log(high)).toBeCloseTo(0.28635948217419593, 8);
  });
});

describe('relativeTo', () => {
  it('takes the floor out of each round, and drops rounds without one', () => {
    const floor = rounds([1, 2, 4]);
    expect(relativeTo(floor, rounds([10, 20, 40, 80])).map(({ value }) => value)).toEqual([10, 10, 10]);
  });
});

describe('verdictOf', () => {
  it('gives no verdict under five rounds, whatever the difference', () => {
    const four = known(pairedDifference(rounds([1, 1, 1, 1]), rounds([3, 3, 3, 3])));
    expect(verdictOf(four)).toEqual({ outcome: 'this-run-only', ratio: expect.closeTo(3, 9), rounds: 4 });
  });

  it('does not call 3 % a difference, however sure it is', () => {
    const exact = known(
      pairedDifference(rounds([1, 1.001, 1, 1.002, 1]), rounds([1.03, 1.031, 1.03, 1.032, 1.031])),
    );
    const verdict = decided(verdictOf(exact));
    expect(verdict.outcome).toBe('no-difference');
    expect(verdict.low).toBeGreaterThan(1);
  });

  it('is sure of rounds that are alike to the last digit', () => {
    const same = known(pairedDifference(rounds([2, 2, 2, 2, 2]), rounds([2, 2, 2, 2, 2])));
    const twice = known(pairedDifference(rounds([2, 2, 2, 2, 2]), rounds([4, 4, 4, 4, 4])));
    expect(verdictOf(same)).toMatchObject({ outcome: 'no-difference', p: 1 });
    expect(verdictOf(twice)).toMatchObject({ outcome: 'different', p: 0 });
  });

  it('errs no more often than alpha, and finds 20 %, when rounds vary by 5 %', () => {
    const random = createRandom(2);
    const different = (scale: number): number =>
      Array.from({ length: 300 }, () =>
        known(pairedDifference(drawn(random, 10, 0.05), drawn(random, 10 * scale, 0.05))),
      ).filter((difference) => verdictOf(difference).outcome === 'different').length;
    // 300 at alpha = 0.01 give 3 on average; 10 or more have a chance of 0.1 % (scipy binom.sf(9, 300, 0.01)).
    expect(different(1)).toBeLessThan(10);
    expect(different(1.2)).toBeGreaterThan(285);
  });

  it('gains from pairing when both sides share the weather of a round', () => {
    const random = createRandom(10);
    const shifts = Array.from({ length: 6 }, () => Math.exp(0.5 * randomNormal(random)));
    const side = (scale: number) =>
      rounds(shifts.map((s) => s * scale * Math.exp(0.02 * randomNormal(random))));
    const [base, other] = [side(1), side(1.5)];
    expect(verdictOf(known(pairedDifference(base, other))).outcome).toBe('different');
    expect(verdictOf(known(unpairedDifference(base, other))).outcome).toBe('no-difference');
  });
});

describe('leastPerRound', () => {
  it.each([
    [0.5, 3],
    [0.9, 15],
    [0.99, 150],
    [0.999, 1500],
  ])('of the %f quantile is %i', (q, n) => {
    expect(leastPerRound(q)).toBe(n);
  });
});

describe('holm', () => {
  it('is p.adjust of R and multipletests of statsmodels', () => {
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
    for (const [i, expected] of [0.03, 0.06, 0.06, 0.02].entries())
      expect(adjusted[i]).toBeCloseTo(expected, 12);
    expect(holm([])).toEqual([]);
  });
});

describe('priorOf', () => {
  it('finds the distribution that variances were drawn from', () => {
    // 4,000 variances s0² d0 / chi²(d0), each seen with 4 degrees: s0² = 2, d0 = 6.
    const random = createRandom(4);
    const chiSquare = (degrees: number): number =>
      Array.from({ length: degrees }, () => randomNormal(random) ** 2).reduce((a, b) => a + b, 0);
    const all = Array.from({ length: 4000 }, () => {
      const variance = (2 * 6) / chiSquare(6);
      return { variance: (variance * chiSquare(4)) / 4, degrees: 4 };
    });
    const prior = priorOf(all);
    expect(prior?.variance).toBeCloseTo(2, 0);
    expect(Math.abs((prior?.degrees ?? 0) - 6)).toBeLessThan(1);
  });

  it('says nothing of a single variance', () => {
    expect(priorOf([{ variance: 1, degrees: 4 }])).toBeUndefined();
  });
});

describe('verdictsOf', () => {
  it('judges one pair as verdictOf does', () => {
    const difference = known(pairedDifference(before, after));
    expect(verdictsOf([difference], verdictDefaults)).toEqual([verdictOf(difference)]);
  });

  it('errs on any of 21 pairs of equal targets no more often than alpha', () => {
    const random = createRandom(8);
    const settings = { alpha: 0.05, minimumEffect: 0 };
    const anyDifferent = (): boolean => {
      const all = Array.from({ length: 7 }, () => drawn(random, 10, 0.05));
      const pairs = all.flatMap((a, i) => all.slice(i + 1).map((b) => known(pairedDifference(a, b))));
      return verdictsOf(pairs, settings).some(({ outcome }) => outcome === 'different');
    };
    // 100 at 5 % give 5 on average; 13 or more have a chance of 0.1 % (scipy binom.sf(12, 100, 0.05)).
    expect(Array.from({ length: 100 }, anyDifferent).filter(Boolean).length).toBeLessThan(13);
  });

  it('leaves pairs with too few rounds out of the family', () => {
    const few = known(pairedDifference(before.slice(0, 3), after.slice(0, 3)));
    const enough = known(pairedDifference(before, after));
    expect(verdictsOf([few, enough], verdictDefaults)).toEqual([verdictOf(few), verdictOf(enough)]);
  });
});

describe('the planner', () => {
  it('names the smallest difference that is found in about 95 of 100 comparisons', () => {
    const random = createRandom(12);
    const spread = Math.SQRT2 * spreadOf(0.05);
    const effect = smallestFound(spread / Math.sqrt(10), 9, verdictDefaults);
    const found = Array.from({ length: 300 }, () =>
      known(pairedDifference(drawn(random, 10, 0.05), drawn(random, 10 * (1 + effect), 0.05))),
    ).filter((difference) => verdictOf(difference).outcome === 'different').length;
    expect(found).toBeGreaterThan(270);
    expect(found).toBeLessThan(300);
  });

  it('asks for more rounds for less, and says when 50 are too few', () => {
    const rounded = [0.5, 0.2, 0.1].map((effect) => roundsToFind(effect, 0.08, verdictDefaults) ?? NaN);
    expect(rounded).toEqual([...rounded].sort((a, b) => a - b));
    expect(roundsToFind(0.06, 0.3, verdictDefaults)).toBeUndefined();
    expect(smallestFound(0, 9, verdictDefaults)).toBeCloseTo(0.05, 12);
  });
});
