/** What Report and CleanUp are given and make. */
import * as v from 'valibot';
import { fields, list, number, oneOf, type Output, time } from './fields.ts';
import { executionName } from './plan.ts';
import { maxTargets, runId } from './request.ts';
import { targetId } from './target.ts';

/** What Step Functions tells of an error that it caught. */
export const caught = v.object({ Error: v.string(), Cause: v.exactOptional(v.string()) });

/** A target that lost more of its planned requests than the run allows. */
const failure = v.object({
  id: targetId,
  /** Of its planned requests, 0 to 1. */
  share: number(0, 1),
  /** The first, in words. */
  error: v.exactOptional(v.string('a text')),
});
const failures = list(failure, maxTargets);

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
  report: v.exactOptional(v.object({ output: v.object({ failures: v.exactOptional(failures) }) })),
});

/** Input of CleanUp: the lock is released only where this execution holds it. */
export const cleanUpInput = fields({ executionName, run: finishInput });

/** Made by CleanUp, at `runs/<runId>/outcome.json`; without a run (bad input) it is only returned. */
export const outcome = fields({
  schema: v.literal('latency-lab.outcome.v1', 'latency-lab.outcome.v1'),
  runId: v.exactOptional(runId),
  status: oneOf(['succeeded', 'failed']),
  error: v.exactOptional(fields({ name: v.string(), message: v.string() })),
  /** Absent where every target kept within the bound. */
  failures: v.exactOptional(failures),
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
  readonly failures: Output<typeof failures>;
  /** The cheapest target that reaches the goal, where there is one. */
  readonly recommended?: string;
  /** In words, where a goal was given and no target is known to reach it. */
  readonly goalMissed?: string;
}
