/**
 * The report, `runs/<runId>/report.json`, schema "latency-lab.report.v1" (schemas/report.v1.schema.json).
 * Fields may be added within v1; one that changes its meaning or goes makes v2. Times are milliseconds where the name
 * says Ms; shares are 0 to 1. Nothing is rounded: rounding is for printing.
 */
import type { LoadProfile } from '../schema/load.ts';
import type { Reference } from '../schema/manifest.ts';
import type { LeftOut } from '../schema/request.ts';
import type { Verification } from '../schema/plan.ts';
import type { Target } from '../schema/target.ts';
import type { ColdAndWarm } from './latency-types.ts';
import type { ErrorCount, RequestCounts, RoundReport } from './round-types.ts';

export * from './latency-types.ts';
export type * from './round-types.ts';

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

interface Method {
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
export type TargetState = 'measured' | 'incomplete' | 'unanswered' | 'not-timed';

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
  /** Shared where no difference was shown; absent where rounds are too few for a verdict, or there is nobody to compare with. */
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
