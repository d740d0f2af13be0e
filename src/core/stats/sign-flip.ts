/**
 * An exact test of paired differences: were the two sides of every pair alike, each difference might as well have come with the other
 * sign. Fisher's randomization test (1935, section 21). It takes nothing for granted about how the values of one side hang together, so
 * that thirty failures in one round are one event.
 */

/**
 * The chance that random signs make a sum at least as large as the one that was seen.
 * @param differences whole numbers; zeros say nothing   @returns 2^-n at least, for n that are not 0; 1 for none
 */
export const signFlipP = (differences: readonly number[]): number => {
  const sizes = differences.filter((one) => one !== 0).map(Math.abs);
  const seen = differences.reduce((sum, one) => sum + Math.max(0, one), 0);
  const most = sizes.reduce((sum, one) => sum + one, 0);
  // Chances of each sum of those that got a plus, one difference after the other.
  const chances = new Float64Array(most + 1);
  chances[0] = 1;
  let upTo = 0;
  for (const size of sizes) {
    upTo += size;
    for (let sum = upTo; sum >= size; sum--)
      chances[sum] = ((chances[sum] ?? 0) + (chances[sum - size] ?? 0)) / 2;
    for (let sum = Math.min(size, upTo + 1) - 1; sum >= 0; sum--) chances[sum] = (chances[sum] ?? 0) / 2;
  }
  let p = 0;
  for (let sum = most; sum >= seen; sum--) p += chances[sum] ?? 0;
  return Math.min(1, p);
};
