/** Shares of requests, as of failed ones: their intervals, and whether two differ. */
import { sum } from 'd3-array';
import { studentTUpper } from './student-t.ts';

/** Of one thing, round by round. */
export interface RoundCount {
  readonly count: number;
  readonly of: number;
}

const total = (rounds: readonly RoundCount[]): RoundCount => ({
  count: sum(rounds, ({ count }) => count),
  of: sum(rounds, ({ of }) => of),
});

/** Wilson's score interval (1927) of a share. @param of above 0, not necessarily whole   @returns bounds, 0 to 1 */
export const wilson = ({ count, of }: RoundCount, confidence: number): readonly [number, number] => {
  const z = studentTUpper((1 - confidence) / 2, Infinity);
  const share = count / of;
  const centre = share + z ** 2 / (2 * of);
  const reach = z * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2));
  const scale = 1 + z ** 2 / of;
  return [Math.max(0, (centre - reach) / scale), Math.min(1, (centre + reach) / scale)];
};

/**
 * How many times more the rounds' shares vary than independent requests' would, at least 1 (Kish's design effect): failures come in bursts,
 * and a burst of thirty in one round is one event, not thirty.
 */
const designEffect = (sides: readonly (readonly RoundCount[])[]): number => {
  const terms = sides.map((rounds) => {
    const { count, of } = total(rounds);
    const share = count / of;
    const squares = sum(rounds, (round) => (round.count - share * round.of) ** 2);
    return {
      squares: rounds.length < 2 ? 0 : (squares * rounds.length) / (rounds.length - 1),
      binomial: of * share * (1 - share),
    };
  });
  const binomial = sum(terms, (term) => term.binomial);
  return binomial === 0 ? 1 : Math.max(1, sum(terms, ({ squares }) => squares) / binomial);
};

export interface ShareDifference {
  /** Of the other side, less that of the base. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The difference of two shares with Newcombe's hybrid score interval (1998, method 10) of Wilson's, on as many requests as they are
 * worth: their number over the design effect.
 * @returns undefined where a side has no request
 */
export const shareDifference = (
  base: readonly RoundCount[],
  other: readonly RoundCount[],
  confidence: number,
): ShareDifference | undefined => {
  const [a, b] = [total(base), total(other)];
  if (a.of === 0 || b.of === 0) return undefined;
  const effect = designEffect([base, other]);
  const worth = ({ count, of }: RoundCount) => wilson({ count: count / effect, of: of / effect }, confidence);
  const [[lowA, highA], [lowB, highB]] = [worth(a), worth(b)];
  const [pa, pb] = [a.count / a.of, b.count / b.of];
  const difference = pb - pa;
  return {
    difference,
    low: difference - Math.hypot(pb - lowB, highA - pa),
    high: difference + Math.hypot(highB - pb, pa - lowA),
  };
};
