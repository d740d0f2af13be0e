/** Reads an execution's input: fills in the defaults, or names the first thing that is wrong with it. */
import { createHash } from 'node:crypto';
import type { LeftOut, PlanInput } from '../payloads.ts';
import { type LoadProfile, parseLoad } from '../schema/load.ts';
import type { Target } from '../target/target.ts';
import { asTarget, asTargetId } from '../target/validate.ts';
import {
  asArray,
  asInteger,
  asLine,
  asMatch,
  asObject,
  asText,
  optional,
  rejectUnknownFields,
} from '../validate.ts';

/** A run request with its defaults filled in. `targets` stays absent where all registered ones are meant. */
export interface CheckedRequest {
  readonly runId: string;
  readonly targets?: readonly string[];
  readonly extraTargets: readonly Target[];
  readonly load: LoadProfile;
  readonly rounds: number;
  readonly seed: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly leftOut: readonly LeftOut[];
}

/** Every target's verification travels through the state machine's data, which may not pass 256 KiB. */
export const maxTargets = 100;
const maxRunIdLength = 60;
const requestFields = ['runId', 'targets', 'extraTargets', 'load', 'rounds', 'seed', 'labels', 'leftOut'];

const asRunId = (value: unknown, field: string): string =>
  asMatch(value, field, /^[A-Za-z0-9-]{1,60}$/, '1 to 60 letters, digits and hyphens');

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

const asLabels = (value: unknown, field: string): Record<string, string> => {
  const entries = Object.entries(asObject(value, field));
  asArray(entries, field, 100);
  return Object.fromEntries(entries.map(([name, text]) => [name, asText(text, `${field}.${name}`, 1_000)]));
};

const asLeftOut = (value: unknown, field: string): LeftOut => {
  const object = asObject(value, field);
  rejectUnknownFields(object, field, ['id', 'reason']);
  return {
    id: asLine(object['id'], `${field}.id`, 100),
    reason: asText(object['reason'], `${field}.reason`, 4_000),
  };
};

const listOf =
  <T>(field: string, read: (value: unknown, field: string) => T) =>
  (value: unknown): readonly T[] =>
    asArray(value, field, maxTargets).map((entry, i) => read(entry, `${field}[${i}]`));

/** @throws InputError for the first field that cannot work */
export const parseRunRequest = ({ request, executionName }: PlanInput): CheckedRequest => {
  const object = asObject(request, 'input');
  rejectUnknownFields(object, 'input', requestFields);
  const read = <T>(key: string, check: (value: unknown) => T, fallback: T): T =>
    object[key] === undefined ? fallback : check(object[key]);
  return {
    runId: read('runId', (v) => asRunId(v, 'runId'), runIdOfExecution(executionName)),
    ...optional(object, 'targets', listOf('targets', asTargetId)),
    extraTargets: read('extraTargets', listOf('extraTargets', asTarget), []),
    load: parseLoad(object['load']),
    rounds: read('rounds', (v) => asInteger(v, 'rounds', 1, 50), 3),
    seed: read('seed', (v) => asInteger(v, 'seed', 0, 0xffff_ffff), 1),
    labels: read('labels', (v) => asLabels(v, 'labels'), {}),
    leftOut: read('leftOut', listOf('leftOut', asLeftOut), []),
  };
};
