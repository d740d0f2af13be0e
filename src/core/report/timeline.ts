import { max, min, sum } from 'd3-array';
import { isOk, isWarmup, type SamplePart } from '../schema/part.ts';
import type { Timeline, TimelineBucket } from '../schema/report.ts';
import type { LightPart } from './parts.ts';
import { known } from '../known.ts';

/** When a cell was measured, milliseconds since 1970; warm-up left out. */
export interface Extent {
  readonly startMs: number;
  /** Summed over segments, without the pauses between them. */
  readonly seconds: number;
  /** From the first planned send to the last answer, pauses included. */
  readonly spanSeconds: number;
}

/** undefined when nothing was measured. Not from the raw samples: of a long cell they are only the beginning. */
export const extentOf = (parts: readonly LightPart[]): Extent | undefined => {
  const segments = new Map<number, { startMs: number; endMs: number }>();
  for (const { epoch, segment, measuredUs } of parts) {
    if (measuredUs === undefined) continue;
    const epochMs = Date.parse(epoch);
    const { startMs, endMs } = segments.get(segment) ?? { startMs: Infinity, endMs: -Infinity };
    segments.set(segment, {
      startMs: Math.min(startMs, epochMs + measuredUs.from / 1000),
      endMs: Math.max(endMs, epochMs + measuredUs.to / 1000),
    });
  }
  const all = [...segments.values()];
  const startMs = min(all, (s) => s.startMs);
  const endMs = max(all, (s) => s.endMs);
  if (startMs === undefined || endMs === undefined) return undefined;
  return {
    startMs,
    seconds: sum(all, (s) => s.endMs - s.startMs) / 1000,
    spanSeconds: (endMs - startMs) / 1000,
  };
};

const mostBuckets = 60;
const shortestBucketSeconds = 0.1;

/** The shortest of 0.1, 0.2, 0.5, 1, 2, 5, ... seconds that cuts the span into at most 60 buckets. */
export const bucketSecondsFor = (spanSeconds: number): number => {
  const least = Math.max(shortestBucketSeconds, spanSeconds / mostBuckets);
  const decade = 10 ** Math.floor(Math.log10(least) + 1e-9);
  const step = [1, 2, 5, 10].find((s) => s * decade >= least * (1 - 1e-9)) ?? 10;
  return Number((step * decade).toPrecision(1));
};

const firstRows = 4096;

/**
 * What happened when, by planned send: medians, maxima and failures per bucket. Buckets are cut by the span of the whole
 * cell, which is known at its end only, so until then each raw sample is kept in 16 bytes: 16 MB for the 1e6 of a cell.
 */
export class TimelineFold {
  /** Of each row its planned send, milliseconds since 1970, and its response time in milliseconds; NaN where it failed. */
  #columns = new Float64Array(2 * firstRows);
  #rows = 0;

  add(part: SamplePart): void {
    const epochMs = Date.parse(part.epoch);
    const { plannedUs, endUs, flags } = part.samples;
    this.#reserve(this.#rows + flags.length);
    for (const [i, flag] of flags.entries()) {
      if (isWarmup(flag)) continue;
      const planned = plannedUs[i] ?? NaN;
      const at = 2 * this.#rows++;
      this.#columns[at] = epochMs + planned / 1000;
      this.#columns[at + 1] = isOk(flag) ? ((endUs[i] ?? NaN) - planned) / 1000 : NaN;
    }
  }

  timeline(extent: Extent | undefined): Timeline {
    if (extent === undefined) return { bucketSeconds: shortestBucketSeconds, buckets: [] };
    const bucketSeconds = bucketSecondsFor(extent.spanSeconds);
    const found = new Map<number, { latenciesMs: number[]; failed: number }>();
    for (let at = 0; at < 2 * this.#rows; at += 2) {
      const ms = this.#columns[at + 1] ?? NaN;
      const bucket = Math.floor(((this.#columns[at] ?? NaN) - extent.startMs) / 1000 / bucketSeconds);
      const own = found.get(bucket) ?? { latenciesMs: [], failed: 0 };
      found.set(bucket, own);
      if (Number.isNaN(ms)) own.failed++;
      else own.latenciesMs.push(ms);
    }
    const buckets = [...found]
      .sort(([a], [b]) => a - b)
      .map(([bucket, { latenciesMs, failed }]) => toBucket(bucket * bucketSeconds, latenciesMs, failed));
    return { bucketSeconds, buckets };
  }

  #reserve(rows: number): void {
    if (2 * rows <= this.#columns.length) return;
    const grown = new Float64Array(Math.max(2 * rows, 2 * this.#columns.length));
    grown.set(this.#columns.subarray(0, 2 * this.#rows));
    this.#columns = grown;
  }
}

const toBucket = (atSeconds: number, latenciesMs: readonly number[], failed: number): TimelineBucket => {
  const n = latenciesMs.length;
  const sorted = Float64Array.from(latenciesMs).sort();
  const p50Ms = sorted[Math.ceil(n / 2) - 1];
  return known({ atSeconds: Number(atSeconds.toFixed(3)), ok: n, failed, p50Ms, maxMs: sorted.at(-1) });
};
