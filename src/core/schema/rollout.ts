/** What the hooks of a rollout and its probe write down: the objects under rollouts/ in the results bucket, see keys.ts. */
import * as v from 'valibot';
import {
  dictionary,
  fields,
  list,
  matching,
  number,
  oneOf,
  openFields,
  type Output,
  text,
  time,
  whole,
} from './fields.ts';
import { errorKinds } from './part.ts';
import { functionArn, targetId } from './target.ts';

/** Before the new version gets any traffic; while weights shift; when the alias names it alone. */
export const rolloutStages = ['pre-traffic', 'shift', 'post-traffic'] as const;
export type RolloutStage = (typeof rolloutStages)[number];

/** CodeDeploy's ids are `d-` and nine letters or digits. */
export const deploymentId = matching(/^[A-Za-z0-9-]{1,60}$/, '1 to 60 letters, digits and hyphens');

export const functionVersion = matching(/^\d{1,10}$/, 'the number of a published version');
const aliasName = matching(/^[A-Za-z0-9_-]{1,128}$/, 'the name of an alias');

const perSecond = number(0.1, 1_000);
/** The shortest look of a probe has ten rounds in half a second. */
const seconds = number(0.05, 3_600);
const count = whole(0, 1e9);
const share = number(0, 1);
const ratio = number(0, 1e9);

/** What one of the two got in a round. */
const side = fields({
  planned: count,
  /** Answered as the contract says, cold ones among them. */
  ok: count,
  cold: count,
  /** Planned requests that were not answered so, for whatever reason. */
  failed: count,
  errors: v.optional(dictionary(count, oneOf(errorKinds)), {}),
  /** What one of the errors said. */
  example: v.exactOptional(text(1_000)),
  /** HdrHistograms (V2, compressed, base64) of the response times, from the planned send, of `ok` ones, in microseconds. */
  warmUs: v.string('a histogram'),
  coldUs: v.string('a histogram'),
});

/** The two were sent the same load at the same time, request by request in turns. */
const round = fields({
  round: whole(1, 1e6),
  startedAt: time,
  /** The version that was live. */
  base: side,
  /** The new version; after the shift, the alias that names it. */
  next: side,
  /** Of the new version behind the alias, where that was shifting. */
  weight: v.exactOptional(share),
});

export const ruleNames = ['measured', 'contract', 'errors', 'p50', 'p99'] as const;
/** `measured`: that there is something to judge by at all. */
export type RuleName = (typeof ruleNames)[number];

const ruleOutcome = fields({
  rule: oneOf(ruleNames),
  stop: v.boolean('true or false'),
  /** What was found, in one sentence. */
  sentence: text(1_000),
  /** Quantiles: new / old, and the bound that it is above at the rule's own error rate. Errors: the rise of the share, in the same way. */
  change: v.exactOptional(number(-1, 1e9)),
  atLeast: v.exactOptional(ratio),
  /** Quantiles: the smallest slowdown, as a share, that is found in 95 of 100 rollouts with this many rounds. */
  smallestFound: v.exactOptional(ratio),
});

export const evidence = fields({
  schema: v.literal('latency-lab.rollout.v1', 'latency-lab.rollout.v1'),
  stage: oneOf(rolloutStages),
  deploymentId,
  targetId,
  /** Without a qualifier. */
  functionArn,
  alias: aliasName,
  baseVersion: functionVersion,
  newVersion: functionVersion,
  /** Of the hook that CodeDeploy waits for. */
  executionId: v.exactOptional(text(1_000)),
  startedAt: time,
  /** When this was last written: while it has no `finishedAt`, after each round. */
  writtenAt: v.exactOptional(time),
  finishedAt: v.exactOptional(time),
  load: fields({
    /** To each of the two. */
    requestsPerSecond: perSecond,
    roundSeconds: seconds,
    timeoutMs: whole(1, 60_000),
  }),
  /** How much was planned, and why so much. */
  size: fields({ rounds: whole(0, 1e6), requestsPerRound: whole(0, 1e6), why: text(1_000) }),
  /** The latest, where there are more. */
  rounds: list(round, 1_000),
  rules: list(ruleOutcome, 20),
  outcome: oneOf(['go-on', 'stop']),
});

/** Of a function, from before its traffic shifts until after: what its probe is to compare. */
export const activeRollout = fields({
  deploymentId,
  targetId,
  functionArn,
  alias: aliasName,
  baseVersion: functionVersion,
  newVersion: functionVersion,
});

/** What CodeDeploy invokes a hook with. */
export const hookCall = openFields({
  DeploymentId: deploymentId,
  LifecycleEventHookExecutionId: text(1_000),
});

/** What else may be said to a hook, and to a probe: where CodeDeploy or a schedule calls, nothing is. */
export const hookOptions = openFields({
  /** To each of the two versions. */
  requestsPerSecond: v.exactOptional(perSecond),
  roundSeconds: v.exactOptional(seconds),
  /** At most. */
  rounds: v.exactOptional(whole(5, 1_000)),
});

export const probeOptions = openFields({
  seconds: v.exactOptional(number(0.5, 90)),
  requestsPerSecond: v.exactOptional(perSecond),
});

export type HookCall = Output<typeof hookCall>;
export type HookOptions = Output<typeof hookOptions>;
export type ProbeOptions = Output<typeof probeOptions>;
export type Evidence = Output<typeof evidence>;
export type RolloutRound = Output<typeof round>;
export type RolloutSide = Output<typeof side>;
export type RuleOutcome = Output<typeof ruleOutcome>;
export type ActiveRollout = Output<typeof activeRollout>;
