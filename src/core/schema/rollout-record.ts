/** A whole rollout as it was followed: what CodeDeploy said, what the hooks measured, and what a client saw of it. */
import * as v from 'valibot';
import { dictionary, fields, list, number, oneOf, type Output, text, time, whole } from './fields.ts';
import { deploymentId, evidence, functionVersion } from './rollout.ts';
import { functionArn, targetId } from './target.ts';

export const rolloutEnds = ['promoted', 'rolled-back', 'unfinished'] as const;

const milliseconds = number(0, 1e9);
const sampleCount = 500_000;
const numbers = v.custom<number[]>(
  (given) => Array.isArray(given) && given.length <= sampleCount && given.every(Number.isFinite),
  'a JSON array of numbers',
);

/** What a client saw that sent requests to the target's URL from before the rollout until after; columns of equal length. */
const traffic = fields({
  requestsPerSecond: number(0, 1_000),
  /** The versions that answered; `version` has indices into it, -1 for a request that none answered. */
  versions: list(text(200), 20),
  /** Of the planned send, after `startedAt`. */
  atMs: numbers,
  /** Of the response, from the planned send. */
  ms: numbers,
  version: numbers,
  /** 1 for an answer that the contract allows, else 0. */
  ok: numbers,
  /** What one of the failures said. */
  example: v.exactOptional(text(1_000)),
});

const lifecycleEvent = fields({
  name: text(100),
  status: text(100),
  startedAt: v.exactOptional(time),
  endedAt: v.exactOptional(time),
  /** Why it failed, where CodeDeploy says so. */
  message: v.exactOptional(text(4_000)),
});

/** How often the alias names which versions; the first entry is how it was before. */
const aliasState = fields({ atMs: milliseconds, version: functionVersion, newWeight: number(0, 1) });

export const rolloutRecord = fields({
  schema: v.literal('latency-lab.rollout-record.v1', 'latency-lab.rollout-record.v1'),
  deploymentId,
  targetId,
  functionArn,
  alias: text(128),
  baseVersion: functionVersion,
  newVersion: functionVersion,
  preference: text(200),
  /** Seconds that a minute of the rollout lasted: 60 on AWS. */
  minuteSeconds: number(0.001, 60),
  /** What was done to the new version on purpose. */
  injected: v.exactOptional(text(500)),
  startedAt: time,
  finishedAt: time,
  end: oneOf(rolloutEnds),
  /** Why it ended so, in CodeDeploy's words. */
  reason: v.exactOptional(text(4_000)),
  events: list(lifecycleEvent, 100),
  aliases: list(aliasState, 10_000, 1),
  traffic,
  /** Of the stages that came to it, in their order. */
  evidence: list(evidence, 10),
  labels: v.optional(dictionary(text(1_000), v.string()), {}),
  /** Of the requests sent after it had ended: how many, and how many the version answered that should. */
  afterwards: fields({ requests: whole(0, 1e6), asExpected: whole(0, 1e6) }),
});

export type RolloutRecord = Output<typeof rolloutRecord>;
export type Traffic = RolloutRecord['traffic'];
