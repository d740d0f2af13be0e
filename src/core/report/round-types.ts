/** What the report says of one target in one round. Schema and units: see types.ts. */
import type { ErrorKind, SelfReport } from '../schema/part.ts';
import type { ColdAndWarm } from './latency-types.ts';

/** Measured requests; warm-up is left out. sent = ok + failed, but `dropped` ones failed unsent. */
export interface RequestCounts {
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  /** Planned but not sent because time ran out. */
  readonly unsent: number;
  readonly warmup: number;
}

export interface ErrorCount {
  readonly kind: ErrorKind;
  readonly count: number;
  readonly example?: string;
}

/** One target in one round. */
export interface RoundReport {
  readonly round: number;
  /** ISO 8601 of the first measured planned send; absent when nothing was sent. */
  readonly startedAt?: string;
  /** From the first planned send to the last answer, summed over the cell's segments. */
  readonly seconds: number;
  readonly requests: RequestCounts;
  readonly throughputPerSecond?: number;
  readonly response: ColdAndWarm;
  readonly workers: WorkerCounts;
  readonly generator?: GeneratorReport;
  readonly valid: boolean;
  readonly remarks: readonly string[];
  readonly timeline: Timeline;
  readonly histograms: EncodedHistograms;
}

export interface WorkerCounts {
  readonly planned: number;
  /** Wrote a last part. */
  readonly finished: number;
  /** Wrote parts, but no last one: died midway; their samples up to then are in the figures. */
  readonly died: readonly number[];
  /** Left nothing at all. */
  readonly missing: readonly number[];
}

/** The generators' word about themselves: of each figure the worst worker's, because percentiles do not average. */
export interface GeneratorReport extends SelfReport {
  /** Workers that gave a self-report. */
  readonly workers: number;
  /** How many of them started cold. */
  readonly coldStarts: number;
  /** The bound that sendLagP99Ms is held to in the open model. */
  readonly sendLagBoundMs: number;
}

/** Answers by planned send time, warm and cold together. Empty buckets are left out. */
export interface Timeline {
  readonly bucketSeconds: number;
  readonly buckets: readonly TimelineBucket[];
}

export interface TimelineBucket {
  /** The bucket's beginning, after the round's startedAt. */
  readonly atSeconds: number;
  readonly ok: number;
  readonly failed: number;
  /** Median and largest response time; absent where nothing succeeded. */
  readonly p50Ms?: number;
  readonly maxMs?: number;
}

/** HdrHistograms, V2 compressed base64, microseconds: mergeable by any HdrHistogram library. */
export interface EncodedHistograms {
  readonly response: { readonly cold: string; readonly warm: string };
  readonly service: { readonly cold: string; readonly warm: string };
}
