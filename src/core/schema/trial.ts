/** A trial: a few requests to the copy of a function, whose processes were all made useless just before. */
import * as v from 'valibot';
import { fields, line, list, number, oneOf, type Output, text, time, whole } from './fields.ts';
import { runId } from './request.ts';
import { memoryMb, targetId } from './target.ts';

const purposes = ['cold-starts', 'idle', 'confirm'] as const;
/** Forced cold starts; what a time without calls leaves; a memory size against another one. */
export type TrialPurpose = (typeof purposes)[number];

const input = {
  runId,
  targetId,
  purpose: oneOf(purposes),
  /** Of the copy, during the trial. */
  memoryMb,
  /** From 1. */
  round: whole(1, 100),
  /** First requests, sent at once over a connection each: 1 is alone, more are a burst. */
  simultaneous: whole(1, 50),
  /** Requests afterwards, one after another over the first connection. */
  warm: whole(0, 1_000),
  /** Whether the copy's configuration is changed before, so that no process that is there gets a request. */
  force: v.boolean('true or false'),
};

export const trialInput = fields(input);

const milliseconds = number(0, 1e9);

const request = fields({
  /** From the actual send to the whole answer. */
  ms: milliseconds,
  /** Of the connection that was opened for it, before it was sent. */
  openingMs: v.exactOptional(milliseconds),
  /** The answer came from a process's first request (`x-cold: 1`). */
  cold: v.boolean('true or false'),
  /** One of the later ones. */
  warm: v.boolean('true or false'),
  /** The function's own, which its log lines carry. */
  requestId: v.exactOptional(line(200)),
  /** Why it is not acknowledged; then its time is no latency. */
  fault: v.exactOptional(text(1_000)),
});

/** One object at trialKey. */
export const trial = fields({
  schema: v.literal('latency-lab.trial.v1', 'latency-lab.trial.v1'),
  ...input,
  startedAt: time,
  /** Until the change was in effect; 0 without one. */
  changeMs: milliseconds,
  requests: list(request, 1_100),
  /** Why it ended early, or did not begin. */
  reason: v.exactOptional(text(1_000)),
});

export type TrialInput = Output<typeof trialInput>;
export type TrialRequest = Output<typeof request>;
export type Trial = Output<typeof trial>;

/** Made by the handler for the state machine. */
export interface TrialOutput {
  readonly key: string;
  readonly requests: number;
  readonly reason?: string;
}
