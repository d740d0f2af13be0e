/**
 * The payloads between the states of statemachines/compare.asl.json and the objects in the results bucket.
 * Each type says which state made it. Keys in the bucket are built in keys.ts and nowhere else.
 */
import type { LoadProfile } from './schema/load.ts';
import type { LoadFrom, Target } from './target/target.ts';

/** Input of an execution, written by a person, a pipeline or the CLI. Everything has a default (see app/plan.ts). */
export interface RunRequest {
  /** Letters, digits and hyphens, at most 60. Default: derived from the execution's name. Naming an old run resumes it. */
  readonly runId?: string;
  /** Ids of registered targets; default: all of them. */
  readonly targets?: readonly string[];
  /** Targets that are not registered: the user's own URLs or function aliases. */
  readonly extraTargets?: readonly Target[];
  readonly load?: Partial<LoadProfile>;
  /** 1 to 50; default 3. */
  readonly rounds?: number;
  /** Seed of the shuffle inside each round, so that a run can be repeated. Default 1. */
  readonly seed?: number;
  /** What the report's face says about where it ran: host, versions, builds left out. Printed as they are. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Architectures that were left out and why (a missing toolchain); printed by the report. */
  readonly leftOut?: readonly LeftOut[];
}

/** Input of Plan, made by the state machine: what the caller gave, unchecked, and `$$.Execution.Name`. */
export interface PlanInput {
  readonly request: unknown;
  readonly executionName: string;
  /** The lab's own functions, for targets that name none. */
  readonly loadFrom?: LoadFrom;
}

/** The object at `runs/lock.json`: one run at a time per lab. Held by an execution, whatever its run is called. */
export interface RunLock {
  readonly runId: string;
  readonly executionName: string;
  /** ISO 8601, UTC; afterwards another execution may take the lock. */
  readonly expiresAt: string;
}

export interface LeftOut {
  readonly id: string;
  readonly reason: string;
}

/** Made by Plan, at `runs/<runId>/plan.json`; the full truth about what the run will do. */
export interface Plan {
  readonly schema: 'latency-lab.plan.v1';
  readonly runId: string;
  readonly labName: string;
  readonly plane: 'aws' | 'local';
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly load: LoadProfile;
  readonly rounds: number;
  readonly seed: number;
  readonly targets: readonly Target[];
  readonly leftOut: readonly LeftOut[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Made by Plan for the states that follow: small, because a state's data may not pass 256 KiB. */
export interface PlanOutput {
  readonly runId: string;
  readonly verifications: readonly VerifyInput[];
}

/** Input of Verify: one target of the Map. */
export interface VerifyInput {
  readonly runId: string;
  readonly targetId: string;
  /** Which function the state machine has it done by. */
  readonly verifyFunctionArn?: string;
}

/** Made by Verify (or by the Map's Catch, when Verify itself died): one target's fitness to be timed. */
export interface Verification {
  readonly targetId: string;
  readonly ok: boolean;
  readonly sent: number;
  readonly acknowledged: number;
  /** Mean milliseconds of an acknowledged request, one after another; sizes the segments of long cells. */
  readonly meanMs?: number;
  /** Why it is not timed, in one sentence with numbers. */
  readonly reason?: string;
  /** The first answer's cold flag and headers of interest, for the report's "what really ran". */
  readonly observed?: Readonly<Record<string, string>>;
  readonly coldStarts?: VerifyColdStarts;
}

/**
 * Milliseconds from the actual send to the whole answer, in whole microseconds, of each acknowledged request that Verify
 * found cold. Absent where no answer says whether it was cold (`x-cold`), as with most of the users' own URLs.
 */
export interface VerifyColdStarts {
  /** Sent while nothing else was under way: the first request, where no process was there yet. */
  readonly aloneMs: readonly number[];
  /** Sent together with others over several connections, afterwards. */
  readonly burstMs: readonly number[];
}

/** Input of Schedule: the Map's results, which it also writes to `runs/<runId>/verify.json` as they are. */
export interface ScheduleInput {
  readonly runId: string;
  readonly verifications: readonly Verification[];
}

/** Made by Schedule: what is still to be measured; also writes verify.json and one assignments object per step. */
export interface Schedule {
  readonly runId: string;
  readonly rounds: readonly { readonly round: number; readonly steps: readonly Step[] }[];
}

/**
 * One Distributed Map: one cell of one round, or one segment of it. Its workers are read from `assignmentsKey`, whose
 * name says round, cell and segment. Nothing more belongs in here: 1,000 steps and an error's cause have to fit into 256 KiB.
 */
export interface Step {
  readonly assignmentsKey: string;
  readonly workers: number;
}

/** Which share of which cell one generator has. */
export interface WorkerShare {
  readonly runId: string;
  readonly round: number;
  /** The target's id; with a memory sweep `<id>@<MB>`. */
  readonly cellId: string;
  readonly segment: number;
  /** 1 for the first try of this cell; a resumed run counts on. */
  readonly attempt: number;
  readonly worker: number;
  readonly workers: number;
}

/** One item of a step's assignments object: all a generator needs to know. */
export interface WorkerAssignment extends WorkerShare {
  readonly target: Target;
  /** This worker's share of the cell's load. */
  readonly load: LoadProfile;
  /** Open model: this worker sends at t0 + (worker + i * workers) / (rate of the whole cell). */
  readonly totalRate?: number;
}

/** What the Distributed Map hands to each generator: the assignment and the common clock. */
export interface GenerateInput {
  readonly assignment: WorkerAssignment;
  /** ISO 8601: when the Map was entered. Workers start together at this + startLeadMs; late ones at once, and say so. */
  readonly enteredAt?: string;
}

/** Made by a generator for the state machine; the measurements themselves are in the bucket. */
export interface GenerateOutput {
  readonly worker: number;
  readonly parts: number;
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  /** Planned but never sent because time ran out (stops 20 s before the function's own timeout). */
  readonly unsent: number;
}

/** Input of Report, and of CleanUp as its `run`. `error` is there when an earlier state failed; `runId` only after Plan. */
export interface FinishInput {
  readonly runId?: string;
  readonly error?: { readonly Error: string; readonly Cause?: string };
  /** There for CleanUp when Report failed. */
  readonly reportError?: { readonly Error: string; readonly Cause?: string };
}

/** Input of CleanUp: the state as it was left, and who asks. */
export interface CleanUpInput {
  /** `$$.Execution.Name`: the lock is released only where this execution holds it. */
  readonly executionName: string;
  readonly run: FinishInput;
}

/** Made by CleanUp, at `runs/<runId>/outcome.json`; without a run (bad input) it is only returned. */
export interface Outcome {
  readonly schema: 'latency-lab.outcome.v1';
  readonly runId?: string;
  readonly status: 'succeeded' | 'failed';
  readonly error?: { readonly name: string; readonly message: string };
  /** ISO 8601, UTC. */
  readonly finishedAt: string;
}

/** Made by Report. */
export interface ReportOutput {
  readonly runId: string;
  readonly reportKey: string;
  readonly htmlKey: string;
  /** Targets measured without any failed request. */
  readonly measured: readonly string[];
  readonly failed: readonly string[];
}
