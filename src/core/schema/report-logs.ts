/** What a report says of a target by the platform's own log lines: `targets[].logs`. */
import * as v from 'valibot';
import { number, openFields, type Output, whole } from './fields.ts';
import { logSection, logSource } from './logs.ts';
import { text } from './report-fields.ts';

const atLeast0 = number(0, 1e15);

/**
 * Where the time of a request goes: medians over requests whose log line was joined with the client's sample. Medians of parts
 * need not add up to the median of the whole.
 */
const waterfall = openFields({
  source: logSource,
  cold: v.boolean('true or false'),
  /** Requests that were joined. */
  n: whole(1, 1e6),
  /** From the actual send to the whole answer. */
  clientMs: atLeast0,
  /** Of cold ones: the runtime's and the code's initialisation. */
  initMs: v.exactOptional(atLeast0),
  /** What the handler took. */
  functionMs: atLeast0,
  /** What is left of the client's time: network, gateway, and of cold ones whatever came before initialisation. */
  extraMs: number(-1e15, 1e15),
});

const overProvisioned = openFields({
  givenMb: atLeast0,
  /** The most that an execution environment used. */
  usedMb: atLeast0,
  /** What the difference costs in a million requests at the same billed time. */
  dollarsPerMillion: atLeast0,
});

export const logsReport = openFields({
  live: v.exactOptional(logSection),
  copy: v.exactOptional(logSection),
  waterfalls: v.array(waterfall, 'a JSON array'),
  overProvisioned: v.exactOptional(overProvisioned),
  /** One sentence each. */
  remarks: v.array(text, 'a JSON array of texts'),
});

export type LogsReport = Output<typeof logsReport>;
export type Waterfall = LogsReport['waterfalls'][number];
