/**
 * What CloudWatch keeps of metrics, as far as alarms need it: per metric and minute the count, the sum, the extremes and
 * how values are spread. Nothing is published per second, as standard metrics on AWS are not.
 */

export type Dimensions = Readonly<Record<string, string>>;

export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Dimensions;
}

/** Percentiles are told from bins of this many per factor e: exact to 0.5 %. */
const binsPerE = 100;
/** Minutes that are kept, more than any alarm of ours looks back. */
const keptMinutes = 60;

/** Values of a time, folded. */
export class Aggregate {
  count = 0;
  sum = 0;
  min = Infinity;
  max = -Infinity;
  private readonly bins = new Map<number, number>();

  add(value: number): void {
    this.count++;
    this.sum += value;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    const bin = value > 0 ? Math.round(Math.log(value) * binsPerE) : -Infinity;
    this.bins.set(bin, (this.bins.get(bin) ?? 0) + 1);
  }

  /** Adds what another one holds. */
  merge(other: Aggregate): void {
    this.count += other.count;
    this.sum += other.sum;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
    for (const [bin, count] of other.bins) this.bins.set(bin, (this.bins.get(bin) ?? 0) + count);
  }

  /** The value that this share of them, 0 to 1, does not exceed. NaN where there are none. */
  quantile(share: number): number {
    let seen = 0;
    for (const [bin, count] of [...this.bins].sort(([a], [b]) => a - b)) {
      seen += count;
      if (seen >= share * this.count) return Math.min(this.max, Math.max(this.min, Math.exp(bin / binsPerE)));
    }
    return NaN;
  }
}

/** One metric. */
export class Series {
  private readonly minutes = new Map<number, Aggregate>();
  private latest = -Infinity;
  private current: Aggregate | undefined;
  private readonly minuteMs: number;

  constructor(minuteMs: number) {
    this.minuteMs = minuteMs;
  }

  /** @param at milliseconds since 1970 */
  add(value: number, at: number): void {
    const minute = Math.floor(at / this.minuteMs);
    const aggregate = minute === this.latest ? this.current : undefined;
    (aggregate ?? this.open(minute)).add(value);
  }

  private open(minute: number): Aggregate {
    const aggregate = this.minutes.get(minute) ?? new Aggregate();
    this.minutes.set(minute, aggregate);
    if (minute > this.latest) {
      this.latest = minute;
      this.current = aggregate;
      for (const old of this.minutes.keys()) if (old <= minute - keptMinutes) this.minutes.delete(old);
    }
    return aggregate;
  }

  /** All of the minutes from the one that begins at `fromMs` to the one that ends at `toMs`; undefined where there is nothing. */
  between(fromMs: number, toMs: number): Aggregate | undefined {
    const folded = new Aggregate();
    for (const [minute, aggregate] of this.minutes)
      if (minute * this.minuteMs >= fromMs && (minute + 1) * this.minuteMs <= toMs) folded.merge(aggregate);
    return folded.count === 0 ? undefined : folded;
  }
}

/** The same for the same metric, in whatever order its dimensions are named. */
const keyOf = ({ namespace, name, dimensions }: Metric): string =>
  JSON.stringify([namespace, name, ...Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))]);

export type Metrics = ReturnType<typeof createMetrics>;

/** @param minuteMs what a minute lasts, in milliseconds: less than 60,000 where time is compressed */
export const createMetrics = (minuteMs: number) => {
  const all = new Map<string, Series>();
  const series = (metric: Metric): Series => {
    const key = keyOf(metric);
    const known = all.get(key) ?? new Series(minuteMs);
    all.set(key, known);
    return known;
  };
  return {
    minuteMs,
    series,
    /** Of the minutes that lie in the time as a whole. */
    between: (metric: Metric, fromMs: number, toMs: number): Aggregate | undefined =>
      all.get(keyOf(metric))?.between(fromMs, toMs),
  };
};
