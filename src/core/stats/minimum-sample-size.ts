/**
 * The smallest n for which order statistics can bound the q-quantile on both sides at this confidence: the largest
 * value lies above it, and the smallest below it, with probability 1 - (1 - confidence)/2. So
 * n = ceil(ln((1 - confidence)/2) / ln(max(q, 1 - q))): 6 for the median, 368 for p99, 3688 for p99.9 at 95 %.
 * @param q 0 < q < 1
 */
export const minimumSampleSize = (q: number, confidence = 0.95): number =>
  Math.ceil(Math.log((1 - confidence) / 2) / Math.log(Math.max(q, 1 - q)));
