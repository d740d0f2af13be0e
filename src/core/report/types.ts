/**
 * The report, `runs/<runId>/report.json`, schema "latency-lab.report.v1" (schemas/report.v1.schema.json).
 * Fields may be added within v1; one that changes its meaning or goes makes v2. Times are milliseconds where the name
 * says Ms; shares are 0 to 1. Nothing is rounded: rounding is for printing.
 */
import type { LoadProfile } from '../load/profile.ts';
import type { Reference } from '../manifest.ts';
import type { ErrorKind, LeftOut, SelfReport, Verification } from '../payloads.ts';
import type { Target } from '../target.ts';

export const reportSchema = 'latency-lab.report.v1';

export interface Report {
  readonly schema: typeof reportSchema;
  readonly runId: string;
  readonly labName: string;
  /** Local figures compare code, not clouds. */
  readonly plane: 'aws' | 'local';
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly finishedAt: string;
  readonly outcome: Outcome;
  readonly method: Method;
  /** Host, versions and the like, as the run was given them. */
  readonly labels: Readonly<Record<string, string>>;
  /** In the plan's order. */
  readonly targets: readonly TargetReport[];
  /** One per vantage and way of calling; figures are never ranked across them. */
  readonly rankings: readonly Ranking[];
  /** What went wrong with the report itself, as an unreadable object. */
  readonly remarks: readonly string[];
  /** Architectures that were not in the run at all. */
  readonly leftOut: readonly LeftOut[];
}

/** How the run itself ended; a failed one is reported with what it left. */
export interface Outcome {
  readonly ok: boolean;
  readonly error?: string;
  readonly cause?: string;
}

export interface Method {
  readonly load: LoadProfile;
  readonly rounds: number;
  readonly seed: number;
  /** Of the intervals shown: 0.95. */
  readonly confidence: number;
  /** Chance of calling two equal targets different, per pair. */
  readonly alpha: number;
  /** Smallest ratio of medians, less 1, that is called a difference. */
  readonly minimumEffect: number;
  /** Rounds below which there is no verdict. */
  readonly roundsForVerdict: number;
  /** Share of failed requests above which a target is not ranked. */
  readonly rankableErrorShare: number;
}

/** `measured`: every worker finished; `incomplete`: some samples are missing; `unanswered`: no request succeeded. */
export const targetStates = ['measured', 'incomplete', 'unanswered', 'not-timed'] as const;
export type TargetState = (typeof targetStates)[number];

export interface TargetReport {
  /** The cell: the target's id, with a memory sweep `<id>@<MB>`. */
  readonly id: string;
  readonly targetId: string;
  readonly title: string;
  readonly kind: Target['kind'];
  readonly vantage: string;
  readonly path: 'http' | 'invoke';
  readonly memoryMb?: number;
  readonly cpuArchitecture?: 'x86_64' | 'arm64';
  readonly runtime?: string;
  readonly state: TargetState;
  /** What a reader must know before using the figures, one sentence each. */
  readonly remarks: readonly string[];
  /** False when the generator could not keep its own bounds: the figures then say more about it than about the target. */
  readonly valid: boolean;
  readonly verification?: Verification;
  readonly requests: RequestCounts;
  readonly errors: readonly ErrorCount[];
  /** Successful answers per second of measurement. */
  readonly throughputPerSecond?: number;
  /** From the planned send: what a user waits. */
  readonly response: ColdAndWarm;
  /** From the actual send; in the closed model the same as response. */
  readonly service: ColdAndWarm;
  readonly rounds: readonly RoundReport[];
  readonly reference?: Reference;
}

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

/** Absent where no such request was answered. */
export interface ColdAndWarm {
  readonly cold?: LatencySummary;
  readonly warm?: LatencySummary;
}

export const quantileNames = ['p50', 'p90', 'p95', 'p99', 'p99.9'] as const;
export type QuantileName = (typeof quantileNames)[number];
export const quantileShares: Readonly<Record<QuantileName, number>> = {
  p50: 0.5,
  p90: 0.9,
  p95: 0.95,
  p99: 0.99,
  'p99.9': 0.999,
};

/** A quantile with its 95 % interval, or how many samples it would take. */
export type QuantileMs =
  { readonly ms: number; readonly lowMs: number; readonly highMs: number } | { readonly neededN: number };

export interface LatencySummary {
  readonly n: number;
  readonly meanMs: number;
  /** Of the sample (n - 1); absent for n = 1. */
  readonly standardDeviationMs?: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly quantiles: Readonly<Record<QuantileName, QuantileMs>>;
  /** Absent where either is unknown. */
  readonly p99OverP50?: number;
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

export interface Ranking {
  readonly vantage: string;
  readonly path: 'http' | 'invoke';
  /** Fastest first, by the median warm response time. */
  readonly rows: readonly RankingRow[];
  readonly unranked: readonly { readonly id: string; readonly reason: string }[];
  /** Every pair of rows. */
  readonly comparisons: readonly Comparison[];
}

export interface RankingRow {
  readonly id: string;
  /** Shared where no difference was shown; absent where the rounds are too few for a verdict. */
  readonly rank?: number;
}

/** Of the rounds' median warm response times, `other` over `base`: above 1 = other is slower. */
export interface Comparison {
  readonly base: string;
  readonly other: string;
  readonly outcome: 'different' | 'no-difference' | 'this-run-only';
  readonly ratio: number;
  /** Interval at 1 - alpha; absent for this-run-only. */
  readonly low?: number;
  readonly high?: number;
  readonly rounds: number;
}
