/** What Schedule and the generators are given and make. */
import * as v from 'valibot';
import { fields, line, list, number, type Output, time, whole } from './fields.ts';
import { loadProfile } from './load.ts';
import { executionName, verifications } from './plan.ts';
import { runId } from './request.ts';
import { target } from './target.ts';
import type { TunerInput } from './tuning.ts';

/** Input of Schedule: what Plan made, with the Map's results. */
export const scheduleInput = fields({ runId, executionName, verifications });

/** Input of CollectLogs. */
export const collectInput = fields({ runId });

/**
 * One Distributed Map: one cell of one round, or one segment of it. Its workers are read from `assignmentsKey`, whose
 * name says round, cell and segment. Nothing more belongs in here: 1,000 steps and an error's cause have to fit into 256 KiB.
 */
export interface Step {
  readonly assignmentsKey: string;
  readonly workers: number;
}

/** Trials that are made one after another, after a time without any; the object at `trialsKey` lists them. */
export interface TrialList {
  readonly trialsKey: string;
  readonly waitSeconds: number;
}

/** The object at `tuningsKey` lists the targets that are tuned, one after another. */
export interface TuningList {
  readonly tuningsKey: string;
}

/** One of them. */
export interface Tuning {
  readonly runId: string;
  readonly targetId: string;
  readonly tunerArn: string;
  readonly input: TunerInput;
  /** An earlier execution of the run has done it: only what confirms it may be left to do. */
  readonly tuned: boolean;
}

/** Made by Schedule: what is still to be measured; also writes verify.json, one assignments object per step, and the lists of trials. */
export interface Schedule {
  readonly runId: string;
  readonly coldStarts: readonly TrialList[];
  /** At most one. */
  readonly tunings: readonly TuningList[];
  readonly rounds: readonly { readonly round: number; readonly steps: readonly Step[] }[];
}

/** Which share of which cell one generator has. */
export const workerShare = {
  runId,
  /** From 1. */
  round: whole(1, 50),
  /** The target's id; with a memory sweep `<id>@<MB>`. */
  cellId: line(60),
  segment: whole(0, 100_000),
  /** 1 for the first try of this cell; a resumed run counts on. */
  attempt: whole(1, 100_000),
  worker: whole(0, 999),
  workers: whole(1, 1_000),
};

/** Raw samples of a target in a round, all its segments and workers together; histograms and counts have no such bound. */
export const mostRows = 1_000_000;

/** One item of a step's assignments object: all a generator needs to know. */
export const workerAssignment = fields({
  ...workerShare,
  target,
  /** This worker's share of the cell's load. */
  load: loadProfile,
  /** Open model: this worker sends at t0 + (worker + i * workers) / (rate of the whole cell). */
  totalRate: v.exactOptional(number(0, 5_000)),
  /** Raw samples that this worker may keep: its share of the 1e6 of its target and round. */
  maxRows: v.exactOptional(whole(0, mostRows)),
});

export const assignments = list(workerAssignment, 1_000);

/** What the Distributed Map hands to each generator: the assignment and the common clock. */
export const generateInput = fields({
  assignment: workerAssignment,
  /** When the Map was entered. Workers start together at this + startLeadMs; late ones at once, and say so. */
  enteredAt: v.exactOptional(time),
});

export type ScheduleInput = Output<typeof scheduleInput>;
export type WorkerAssignment = Output<typeof workerAssignment>;
export type GenerateInput = Output<typeof generateInput>;

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
