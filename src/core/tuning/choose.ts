/** Which size to take, by the strategies of AWS Lambda Power Tuning (its lambda/analyzer.js, 4.4.0). */
import type { Strategy } from '../schema/tuning.ts';

/** What one size takes: milliseconds of an invocation, and dollars of as many invocations as all others. */
export interface Choice {
  readonly memoryMb: number;
  readonly averageMs: number;
  readonly dollars: number;
}

type Order = (a: Choice, b: Choice) => number;

const byCost: Order = (a, b) => a.dollars - b.dollars;
const bySpeed: Order = (a, b) => a.averageMs - b.averageMs;
const bySize: Order = (a, b) => a.memoryMb - b.memoryMb;

/**
 * Least weight * dollars / largest dollars + (1 - weight) * ms / largest ms: 0 asks for speed alone, 1 for cost alone. As in
 * the original, a largest of 0 leaves its part out.
 */
const byBalance = (choices: readonly Choice[], weight: number): Order => {
  const most = (of: (choice: Choice) => number): number => Math.max(...choices.map(of)) || 1;
  const [mostDollars, mostMs] = [most(({ dollars }) => dollars), most(({ averageMs }) => averageMs)];
  const value = ({ dollars, averageMs }: Choice): number =>
    (weight * dollars) / mostDollars + ((1 - weight) * averageMs) / mostMs;
  return (a, b) => value(a) - value(b);
};

const orders = (choices: readonly Choice[], strategy: Strategy, balancedWeight: number): readonly Order[] => {
  if (strategy === 'cost') return [byCost, bySpeed];
  if (strategy === 'speed') return [bySpeed, byCost];
  // At the ends of the scale the same as cost and speed, ties included.
  return [
    byBalance(choices, balancedWeight),
    ...(balancedWeight > 0.5 ? [byCost, bySpeed] : [bySpeed, byCost]),
  ];
};

/** The best by the strategy; among equals the better by the other measure, then the smaller. undefined of none. */
export const chooseSize = <C extends Choice>(
  choices: readonly C[],
  strategy: Strategy,
  balancedWeight = 0.5,
): C | undefined => {
  const all = [...orders(choices, strategy, balancedWeight), bySize];
  const order: Order = (a, b) => all.map((compare) => compare(a, b)).find((sign) => sign !== 0) ?? 0;
  return [...choices].sort(order)[0];
};

/** Something with a latency and a price. */
export interface Priced {
  readonly ms: number;
  readonly dollars: number;
}

const isBeatenBy = (one: Priced, other: Priced): boolean =>
  other.ms <= one.ms && other.dollars <= one.dollars && (other.ms < one.ms || other.dollars < one.dollars);

/** Those that no other beats: none is both no slower and no dearer, and better in one of the two. In their order. */
export const paretoFront = <P extends Priced>(all: readonly P[]): readonly P[] =>
  all.filter((one) => !all.some((other) => isBeatenBy(one, other)));
