import {
  decodeCounts,
  encodeCounts,
  bucketCount,
  highestAt,
  highestTrackable,
  indexOf,
  lowestAt,
  medianAt,
} from './codec.ts';

/** Something of each of the four histograms that a part, a round or a target has. */
export type ByHistogram<T> = Readonly<Record<'response' | 'service', Readonly<Record<'cold' | 'warm', T>>>>;

/** @param of response times (from the planned send) and service times (from the actual one), cold and warm apart */
export const byHistogram = <T>(
  of: (time: 'response' | 'service', temperature: 'cold' | 'warm') => T,
): ByHistogram<T> => ({
  response: { cold: of('response', 'cold'), warm: of('response', 'warm') },
  service: { cold: of('service', 'cold'), warm: of('service', 'warm') },
});

const firstCapacity = 4096;

/**
 * Counts durations in microseconds, 0 to one hour, at 3 significant digits (HdrHistogram's layout). It holds nothing
 * but its counters, so merging and encoding lose nothing: merged parts equal the whole in every figure.
 * Figures of an empty histogram are NaN. Values below 2,048 us are exact; above, a bucket is at most 0.1 % wide.
 */
export class Histogram {
  #counts = new Float64Array(firstCapacity);
  #total = 0;
  #lowest = Infinity;
  #highest = -1;

  static create(): Histogram {
    return new Histogram();
  }

  /** The inverse of encode. @throws InputError on anything else than such an encoding. */
  static decode(text: string): Histogram {
    const histogram = new Histogram();
    histogram.mergeEncoded(text);
    return histogram;
  }

  /** Merges what `encode` made, without a histogram between. @throws InputError as decode; part of it may be merged then */
  mergeEncoded(text: string): void {
    if (text === emptyText) return;
    decodeCounts(text, (index, count) => {
      this.#add(index, count);
    });
  }

  get count(): number {
    return this.#total;
  }

  /** Microseconds; rounded to whole ones, above one hour counted as one hour. @throws RangeError below 0 or NaN. */
  record(microseconds: number): void {
    if (!(microseconds >= 0)) throw new RangeError(`a duration of ${microseconds} us cannot be recorded`);
    const value = microseconds > highestTrackable ? highestTrackable : Math.round(microseconds);
    this.#add(indexOf(value), 1);
  }

  merge(other: Histogram): void {
    if (other.#total === 0) return;
    if (other.#highest >= this.#counts.length) this.#grow(other.#highest);
    const into = this.#counts;
    for (let i = other.#lowest; i <= other.#highest; i++) into[i] = (into[i] ?? 0) + (other.#counts[i] ?? 0);
    this.#total += other.#total;
    this.#lowest = Math.min(this.#lowest, other.#lowest);
    this.#highest = Math.max(this.#highest, other.#highest);
  }

  /** The value of rank k (1 = smallest) as the top of its bucket. @throws RangeError outside 1..count. */
  valueAtRank(rank: number): number {
    if (!(rank >= 1 && rank <= this.#total)) throw new RangeError(`rank ${rank} of ${this.#total}`);
    let seen = 0;
    for (let i = this.#lowest; i < this.#highest; i++) {
      seen += this.#counts[i] ?? 0;
      if (seen >= rank) return highestAt(i);
    }
    return highestAt(this.#highest);
  }

  /** The smallest recorded value with at least the share q (0 to 1) of all values at or below it: rank ceil(q n). */
  quantile(q: number): number {
    if (!(q >= 0 && q <= 1)) throw new RangeError(`quantile ${q}`);
    if (this.#total === 0) return NaN;
    // 0.07 * 100 is 7.000000000000001: a product that should be whole must not be rounded up.
    const rank = Math.ceil(q * this.#total * (1 - Number.EPSILON * 2));
    return this.valueAtRank(Math.max(1, rank));
  }

  /** How many values are at or below `microseconds`, to the bucket's width. */
  countAtOrBelow(microseconds: number): number {
    if (microseconds < 0) return 0;
    const last = Math.min(this.#highest, indexOf(Math.min(Math.floor(microseconds), highestTrackable)));
    let seen = 0;
    for (let i = this.#lowest; i <= last; i++) seen += this.#counts[i] ?? 0;
    return seen;
  }

  get min(): number {
    return this.#total === 0 ? NaN : lowestAt(this.#lowest);
  }

  get max(): number {
    return this.#total === 0 ? NaN : highestAt(this.#highest);
  }

  /** Mean over the middles of the buckets. */
  get mean(): number {
    let sum = 0;
    for (const [value, count] of this.buckets()) sum += value * count;
    return sum / this.#total;
  }

  /** Standard deviation of the population (divided by n, as HdrHistogram does). */
  get stddev(): number {
    const mean = this.mean;
    let sum = 0;
    for (const [value, count] of this.buckets()) sum += (value - mean) ** 2 * count;
    return Math.sqrt(sum / this.#total);
  }

  /** Pairs of a bucket's middle in microseconds and its count, ascending, without the empty ones. */
  *buckets(): Generator<readonly [number, number]> {
    if (this.#total === 0) return;
    for (let i = this.#lowest; i <= this.#highest; i++) {
      const count = this.#counts[i] ?? 0;
      if (count > 0) yield [medianAt(i), count];
    }
  }

  /** V2 compressed base64, which any HdrHistogram library decodes. */
  encode(): string {
    return encodeCounts(this.#counts, this.#highest + 1);
  }

  #add(index: number, count: number): void {
    if (index >= this.#counts.length) this.#grow(index);
    this.#counts[index] = (this.#counts[index] ?? 0) + count;
    this.#total += count;
    if (index < this.#lowest) this.#lowest = index;
    if (index > this.#highest) this.#highest = index;
  }

  #grow(index: number): void {
    const grown = new Float64Array(Math.min(bucketCount, Math.max(index + 1, this.#counts.length * 2)));
    grown.set(this.#counts);
    this.#counts = grown;
  }
}

/** Half of all histograms are: most parts have no cold answer. */
const emptyText = new Histogram().encode();
