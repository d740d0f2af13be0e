/**
 * Ranks that are shared where no difference was shown: 1 + the number of competitors shown to be better. "No
 * difference" does not carry over (A like B and B like C, yet A unlike C), and this rule needs no such thing.
 * @param isBetter whether a difference was shown in favour of the first
 * @returns one rank per item, in the items' order
 */
export const sharedRanks = <T>(items: readonly T[], isBetter: (a: T, b: T) => boolean): number[] =>
  items.map((item) => 1 + items.filter((other) => other !== item && isBetter(other, item)).length);
