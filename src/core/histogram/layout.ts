/**
 * The bucket layout of HdrHistogram (Gil Tene) for 3 significant digits and a unit of 1: values below 2,048 have a
 * bucket each; above, every doubling of the value is cut into 1,024 buckets, so a bucket is at most 0.1 % wide.
 */

export const significantDigits = 3;
/** Microseconds: one hour. It fits 32 bits without sign, which lets the index be computed by shifts. */
export const highestTrackable = 3_600_000_000;

const halfBits = 10;
const half = 1 << halfBits;

const bucketOf = (value: number): number => {
  const magnitude = 31 - Math.clz32(value) - halfBits;
  return magnitude < 0 ? 0 : magnitude;
};

/** Index of the counter for `value`, an integer from 0 to highestTrackable. */
export const indexOf = (value: number): number => {
  const bucket = bucketOf(value);
  return (bucket << halfBits) + (value >>> bucket);
};

const shiftOf = (index: number): number => Math.max(0, (index >>> halfBits) - 1);

/** The smallest value that is counted at `index`. */
export const lowestAt = (index: number): number => {
  const shift = shiftOf(index);
  return (index - shift * half) * 2 ** shift;
};

const widthAt = (index: number): number => 2 ** shiftOf(index);

/** The largest value that is counted at `index`: what HdrHistogram reports for a quantile. */
export const highestAt = (index: number): number => lowestAt(index) + widthAt(index) - 1;

/** The middle of the bucket, as HdrHistogram takes it for mean and standard deviation. */
export const medianAt = (index: number): number => lowestAt(index) + Math.floor(widthAt(index) / 2);

export const bucketCount = indexOf(highestTrackable) + 1;
