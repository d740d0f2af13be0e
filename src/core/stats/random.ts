/** A source of uniform numbers, 0 <= x < 1, with 32 random bits. */
export type Random = () => number;

/**
 * A seeded generator, so that a report built twice from the same parts is the same to the last digit.
 * sfc32 (Doty-Humphrey, PractRand): 128 bits of state, passes PractRand to 32 TB, not for secrets.
 * @param seed any integer; its low 32 bits count
 */
export const createRandom = (seed: number): Random => {
  let a = seed | 0;
  let b = 0x9e3779b9 | 0;
  let c = 0x243f6a88 | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // Neighbouring seeds start alike; fifteen steps tear them apart.
  for (let i = 0; i < 15; i++) next();
  return next;
};

/** A whole number, 0 <= x < n. */
export const randomBelow = (random: Random, n: number): number => Math.floor(random() * n);

/** A standard normal number: Box and Muller 1958, one of the pair. */
export const randomNormal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
