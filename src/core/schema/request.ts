/** Input of an execution, written by a person, a pipeline or the command line. Everything has a default. */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import {
  dictionary,
  pathTo,
  fields,
  type Input,
  line,
  list,
  matching,
  number,
  type Output,
  read,
  text,
  whole,
} from './fields.ts';
import { coldStartSettings } from './cold-starts.ts';
import { budgetDollars, costRequest } from './cost.ts';
import { goal } from './goal.ts';
import { loadInput } from './load.ts';
import { secretsPath } from '../keys.ts';
import { literalSecretIn, secretPrefix } from '../secrets.ts';
import { target, targetId } from './target.ts';
import { tuningRequest } from './tuning.ts';

/** Every target's verification travels through the state machine's data, which may not pass 256 KiB. */
export const maxTargets = 100;
const maxRunIdLength = 60;

export const runId = matching(/^[A-Za-z0-9-]{1,60}$/, '1 to 60 letters, digits and hyphens');
export const rounds = whole(1, 50);
export const seed = whole(0, 0xffff_ffff);

/** Share of a target's planned requests that may fail before the run is said to have failed on it. */
export const maxFailed = number(0, 1);

const mostMs = number(0.1, 60_000);

/** The most that percentiles of any target's planned requests may be. */
export const limits = fields({ p50Ms: v.exactOptional(mostMs), p99Ms: v.exactOptional(mostMs) });

/** What the report's face says about where it ran: host, versions. Printed as they are. */
export const labels = v.pipe(dictionary(text(1_000), v.string()), v.maxEntries(100, 'at most 100 labels'));

/** Architectures that are not in the run and why (a missing toolchain); printed by the report. */
export const leftOut = list(fields({ id: line(100), reason: text(4_000) }), maxTargets);

const extraTarget = v.pipe(
  target,
  v.rawCheck(({ dataset, addIssue }) => {
    const path = dataset.typed ? literalSecretIn(dataset.value) : undefined;
    if (path === undefined) return;
    const message = `a reference to an encrypted parameter, ${secretPrefix}${secretsPath('<LabName>', '<runId>')}1, since an execution's input is kept in clear`;
    addIssue({ message, path: pathTo(dataset.value, path, 'a secret as it is') });
  }),
);

/** Names that clash would be one row of the report. */
const extraTargets = v.pipe(
  list(extraTarget, maxTargets),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const ids = dataset.value.map(({ id }) => id);
    const twice = ids.findIndex((id, i) => ids.indexOf(id) !== i);
    if (twice === -1) return;
    addIssue({ message: 'each name once', path: pathTo(dataset.value, [twice, 'id'], ids[twice]) });
  }),
);

/** A run ends as failed where more of a target's planned requests failed. */
export const defaultMaxFailed = 0.01;

export const runRequest = fields({
  /** Default: derived from the execution's name. Naming an old run resumes it. */
  runId: v.exactOptional(runId),
  /** Ids of registered targets; default: all of them. */
  targets: v.exactOptional(list(targetId, maxTargets, 1, '; leave it out for all of them')),
  /** Targets that are not registered: the user's own URLs or function aliases. */
  extraTargets: v.optional(extraTargets, []),
  load: v.optional(loadInput, {}),
  rounds: v.optional(rounds, 10),
  coldStarts: v.optional(coldStartSettings, {}),
  tuning: v.optional(tuningRequest, {}),
  /** Of the shuffle inside each round, so that a run can be repeated. */
  seed: v.optional(seed, 1),
  /** Thresholds, as `limits` and `goal`: an execution that crosses one fails once everything is reported and stored. */
  maxFailed: v.optional(maxFailed, defaultMaxFailed),
  limits: v.exactOptional(limits),
  /** Whether the platform's log lines are read and joined with the samples (CloudWatch Logs Insights). */
  logs: v.optional(v.boolean('true or false'), true),
  /** Crossed where no target is known to reach it. */
  goal: v.exactOptional(goal),
  labels: v.optional(labels, {}),
  leftOut: v.optional(leftOut, []),
  cost: v.optional(costRequest, {}),
  /** Plan refuses a run that may cost more. */
  budgetDollars: v.optional(budgetDollars, 1),
});

export type RunRequest = Input<typeof runRequest>;
export type LeftOut = Output<typeof leftOut>[number];
/** With its defaults filled in. `targets` stays absent where all registered ones are meant. */
export type CheckedRequest = Output<typeof runRequest> & { readonly runId: string };

/**
 * The run id of an execution that names none: its name where that is a run id already, else the name with the other
 * characters replaced, cut, and 8 hex digits of its SHA-256 behind it, so that two executions never share a run.
 */
export const runIdOfExecution = (executionName: string): string => {
  const plain = executionName.replace(/[^A-Za-z0-9-]/g, '-');
  if (plain === executionName && plain.length >= 1 && plain.length <= maxRunIdLength) return plain;
  const digest = createHash('sha256').update(executionName).digest('hex').slice(0, 8);
  return `${plain.slice(0, maxRunIdLength - 9)}-${digest}`;
};

/** @throws InputError for the first field that cannot work */
export const parseRunRequest = (given: {
  readonly request: unknown;
  readonly executionName: string;
}): CheckedRequest => ({
  runId: runIdOfExecution(given.executionName),
  ...read(runRequest, given.request, 'input'),
});
