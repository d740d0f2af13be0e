/** What Report and CleanUp are given and make. */
import * as v from 'valibot';
import { fields, oneOf, type Output, time } from './fields.ts';
import { executionName } from './plan.ts';
import { runId } from './request.ts';

/** What Step Functions tells of an error that it caught. */
export const caught = v.object({ Error: v.string(), Cause: v.exactOptional(v.string()) });

/** Input of Report, and of CleanUp as its `run`: the state as it was left, with whatever else is in it. */
export const finishInput = v.object({
  /** Only after Plan. */
  runId: v.exactOptional(runId),
  /** There when an earlier state failed. */
  error: v.exactOptional(caught),
  /** There when forcing cold starts failed, which ends nothing else. */
  coldStartsError: v.exactOptional(caught),
  /** The same of tuning. */
  tuningError: v.exactOptional(caught),
  /** There when CollectLogs failed: what the log lines say is missing then, and nothing else. */
  logsError: v.exactOptional(caught),
  /** There for CleanUp when Report failed. */
  reportError: v.exactOptional(caught),
  /** There for CleanUp when Report did not fail. */
  report: v.exactOptional(v.object({ output: v.object({ crossed: v.exactOptional(v.string()) }) })),
});

/** Input of CleanUp: the lock is released only where this execution holds it. */
export const cleanUpInput = fields({ executionName, run: finishInput });

/** Made by CleanUp, at `runs/<runId>/outcome.json`; without a run (bad input) it is only returned. */
export const outcome = fields({
  schema: v.literal('latency-lab.outcome.v1', 'latency-lab.outcome.v1'),
  runId: v.exactOptional(runId),
  status: oneOf(['succeeded', 'failed']),
  error: v.exactOptional(fields({ name: v.string(), message: v.string() })),
  finishedAt: time,
});

export type FinishInput = Output<typeof finishInput>;
export type CleanUpInput = Output<typeof cleanUpInput>;
export type Outcome = Output<typeof outcome>;

/** Made by Report. */
export interface ReportOutput {
  readonly runId: string;
  readonly reportKey: string;
  readonly htmlKey: string;
  /** Targets measured without any failed request. */
  readonly measured: readonly string[];
  readonly failed: readonly string[];
  /** The cheapest target that reaches the goal, where there is one. */
  readonly recommended?: string;
  /** The thresholds that were crossed, in words: what the execution then fails with. */
  readonly crossed?: string;
}
