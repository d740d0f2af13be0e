/** What a generator writes down: objects in the results bucket, see keys.ts. */
import type { WorkerShare } from './payloads.ts';

/** What went wrong with one request. `status` = an answer with another status than expected. */
export const errorKinds = [
  'timeout',
  'connect',
  'reset',
  'protocol',
  'throttled',
  'status',
  'body',
  'dropped',
] as const;
export type ErrorKind = (typeof errorKinds)[number];

/** Milliseconds unless the name says otherwise. The generator accuses itself in every report. */
export interface SelfReport {
  readonly requests: number;
  readonly connectionsOpened: number;
  readonly sendLagP50Ms: number;
  readonly sendLagP99Ms: number;
  readonly sendLagMaxMs: number;
  readonly eventLoopDelayP99Ms: number;
  readonly eventLoopDelayMaxMs: number;
  /** CPU seconds used by the process over wall seconds of the measurement. */
  readonly cpuShare: number;
  readonly coldStart: boolean;
  /** How long after the planned common start this worker began. */
  readonly startedLateMs: number;
  readonly memoryMb: number;
  readonly node: string;
}

/**
 * One object `runs/<runId>/cells/<round>/<cell>/<worker>/<attempt>-<segment>-<part>.json`, written every 5 s (the most that
 * a crash can lose) and at the end. Parts add up; nothing is repeated from one part to the next.
 */
export interface SamplePart extends WorkerShare {
  readonly schema: 'latency-lab.part.v1';
  readonly part: number;
  /** The last part of this worker; without one the worker died midway. */
  readonly final: boolean;
  /** ISO 8601; the zero of the sample columns. */
  readonly epoch: string;
  /** HdrHistograms in V2 compressed base64, microseconds, warm-up and errors left out. */
  readonly histograms: {
    readonly service: { readonly cold: string; readonly warm: string };
    readonly response: { readonly cold: string; readonly warm: string };
  };
  readonly counts: {
    /** Measured requests (warm-up left out): sent = ok + sum(errors other than dropped). */
    readonly sent: number;
    readonly ok: number;
    readonly warmup: number;
    readonly errors: Partial<Record<ErrorKind, number>>;
    /** First example of each error kind, in words. */
    readonly examples: Partial<Record<ErrorKind, string>>;
    readonly unsent: number;
  };
  /** Of the measured requests: from the first planned send to the last answer. Absent where the part has none. */
  readonly measuredUs?: { readonly from: number; readonly to: number };
  /** At most 1e6 rows a cell: beyond it, histograms and counts go on alone. */
  readonly samples: SampleColumns;
  /** Request ids of the cold answers, to be joined with their REPORT lines. */
  readonly coldRequestIds: readonly string[];
  readonly self?: SelfReport;
}

/** Raw samples as columns of equal length, microseconds from `epoch`. Closed model: planned = sent. */
export interface SampleColumns {
  readonly plannedUs: readonly number[];
  readonly sentUs: readonly number[];
  readonly endUs: readonly number[];
  /** Bit 0: cold; bit 1: warm-up; bits 2..: 0 = ok, else 1 + index into errorKinds. */
  readonly flags: readonly number[];
}
