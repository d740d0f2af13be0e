/** What Plan and Verify are given and make. */
import * as v from 'valibot';
import { dictionary, fields, line, list, number, oneOf, type Output, text, time, whole } from './fields.ts';
import { coldStartSettings } from './cold-starts.ts';
import { costRequest } from './cost.ts';
import { goal } from './goal.ts';
import { loadProfile } from './load.ts';
import { labels, leftOut, limits, maxFailed, maxTargets, rounds, runId, seed } from './request.ts';
import { functionArn, loadFrom, target, targetId } from './target.ts';
import { tunerArn, tuningRequest } from './tuning.ts';

/** `$$.Execution.Name`; the longest that Step Functions takes. */
export const executionName = line(80);

/** Input of Plan, made by the state machine. */
export const planInput = fields({
  /** What the caller gave, unchecked. */
  request: v.unknown(),
  executionName,
  /** The lab's own functions, for targets that name none. */
  loadFrom: v.exactOptional(loadFrom),
});

export const plane = oneOf(['aws', 'local']);

/** Made by Plan, at `runs/<runId>/plan.json`; the full truth about what the run will do. */
export const storedPlan = fields({
  schema: v.literal('latency-lab.plan.v1', 'latency-lab.plan.v1'),
  runId,
  labName: line(200),
  plane,
  createdAt: time,
  load: loadProfile,
  rounds,
  seed,
  maxFailed: v.exactOptional(maxFailed),
  limits: v.exactOptional(limits),
  /** Absent where an earlier release planned the run. */
  coldStarts: v.exactOptional(coldStartSettings),
  /** As coldStarts. */
  tuning: v.exactOptional(tuningRequest),
  /** Of the state machine that tunes; absent where nothing is tuned. */
  tunerArn: v.exactOptional(tunerArn),
  /** Absent in plans of earlier versions, which had none. */
  logs: v.exactOptional(v.boolean('true or false')),
  goal: v.exactOptional(goal),
  targets: list(target, maxTargets),
  leftOut,
  labels,
  /** With the region that its prices are of. */
  cost: v.exactOptional(costRequest),
  /** Of the run on AWS, by Plan's upper estimate. */
  estimatedDollars: v.exactOptional(number(0, 1e9)),
});

/** The object at `runs/lock.json`: one run at a time per lab. Held by an execution, whatever its run is called. */
export const runLock = fields({
  runId,
  executionName,
  /** Afterwards another execution may take the lock. */
  expiresAt: time,
});

/** Input of Verify: one target of the Map. */
export const verifyInput = fields({
  runId,
  targetId,
  /** Which function the state machine has it done by. */
  verifyFunctionArn: v.exactOptional(functionArn),
});

const requests = whole(0, 1_000_000);
const milliseconds = number(0, 1e9);

/**
 * Milliseconds from the actual send to the whole answer, in whole microseconds, of each acknowledged request that Verify
 * found cold. Absent where no answer says whether it was cold (`x-cold`), as with most of the users' own URLs.
 */
const verifyColdStarts = fields({
  /** Sent while nothing else was under way: the first request, where no process was there yet. */
  aloneMs: list(milliseconds, 1_000),
  /** Sent together with others over several connections, afterwards. */
  burstMs: list(milliseconds, 1_000),
});

/** Made by Verify (or by the Map's Catch, when Verify itself died): one target's fitness to be timed. */
export const verification = fields({
  targetId,
  ok: v.boolean('true or false'),
  sent: requests,
  acknowledged: requests,
  /** Of an acknowledged request, one after another; sizes the segments of long cells. */
  meanMs: v.exactOptional(milliseconds),
  /** The same of a warm one while as many connections as told sent at once. */
  burst: v.exactOptional(fields({ connections: whole(2, 1_000), meanMs: milliseconds })),
  /** Why it is not timed, in one sentence with numbers. */
  reason: v.exactOptional(text(4_000)),
  /** The first answer's cold flag and headers of interest, for the report's "what really ran". */
  observed: v.exactOptional(dictionary(v.string('a text'), v.string())),
  coldStarts: v.exactOptional(verifyColdStarts),
});

/** The Map's results, which Schedule also writes to `runs/<runId>/verify.json` as they are. */
export const verifications = list(verification, maxTargets);

export type PlanInput = Output<typeof planInput>;
export type Plan = Output<typeof storedPlan>;
export type RunLock = Output<typeof runLock>;
export type VerifyInput = Output<typeof verifyInput>;
export type Verification = Output<typeof verification>;
export type VerifyColdStarts = Output<typeof verifyColdStarts>;

/** Made by Plan for the states that follow: small, because a state's data may not pass 256 KiB. */
export interface PlanOutput {
  readonly runId: string;
  /** Who holds the lock: Schedule extends it. */
  readonly executionName: string;
  readonly verifications: readonly VerifyInput[];
}
