import { max, min, sum } from 'd3-array';
import { type SamplePart, samplesOf } from '../schema/part.ts';
import type { Timeline, TimelineBucket } from '../schema/report.ts';
import { distributionFromSamples, quantile } from '../stats/distribution.ts';

/** When a cell was measured, milliseconds since 1970; warm-up left out. */
export interface Extent {
  readonly startMs: number;
  /** Summed over segments, without the pauses between them. */
  readonly seconds: number;
  /** From the first planned send to the last answer, pauses included. */
  readonly spanSeconds: number;
}

interface MeasuredSample {
  readonly plannedMs: number;
  readonly endMs: number;
  readonly ok: boolean;
}

function* measuredSamples(part: SamplePart): Generator<MeasuredSample> {
  const epochMs = Date.parse(part.epoch);
  for (const sample of samplesOf(part)) {
    if (sample.warmup) continue;
    yield {
      plannedMs: epochMs + sample.plannedUs / 1000,
      endMs: epochMs + sample.endUs / 1000,
      ok: sample.error === undefined,
    };
  }
}

/** undefined when nothing was measured. Not from the raw samples: of a long cell they are only the beginning. */
export const extentOf = (parts: readonly SamplePart[]): Extent | undefined => {
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

/** What happened when, by planned send: medians, maxima and failures per bucket. */
export const timelineOf = (parts: readonly SamplePart[], extent: Extent | undefined): Timeline => {
  if (extent === undefined) return { bucketSeconds: shortestBucketSeconds, buckets: [] };
  const bucketSeconds = bucketSecondsFor(extent.spanSeconds);
  const latencies = new Map<number, number[]>();
  const failures = new Map<number, number>();
  for (const part of parts) {
    for (const { plannedMs, endMs, ok } of measuredSamples(part)) {
      const bucket = Math.floor((plannedMs - extent.startMs) / 1000 / bucketSeconds);
      const ofBucket = latencies.get(bucket) ?? [];
      latencies.set(bucket, ofBucket);
      if (ok) ofBucket.push(endMs - plannedMs);
      else failures.set(bucket, (failures.get(bucket) ?? 0) + 1);
    }
  }
  const buckets = [...latencies]
    .sort(([a], [b]) => a - b)
    .map(([bucket, ms]) => toBucket(bucket * bucketSeconds, ms, failures.get(bucket) ?? 0));
  return { bucketSeconds, buckets };
};

const toBucket = (atSeconds: number, latenciesMs: readonly number[], failed: number): TimelineBucket => {
  const distribution = distributionFromSamples(latenciesMs);
  const base = { atSeconds: Number(atSeconds.toFixed(3)), ok: latenciesMs.length, failed };
  if (distribution === undefined) return base;
  return { ...base, p50Ms: quantile(distribution, 0.5), maxMs: quantile(distribution, 1) };
};
