/** What a report says of the cold starts that a run forced on the copies of its functions. Milliseconds where the name says Ms. */
import * as v from 'valibot';
import { number, oneOf, openFields, type Output, whole } from './fields.ts';
import { arrayOf, text } from './report-fields.ts';

const count = whole(0, 1e9);
const atLeast0 = number(0, 1e12);

const call = openFields({
  round: count,
  /** From the actual send to the whole answer. */
  ms: atLeast0,
  /** Of its connection, before that. */
  openingMs: v.exactOptional(atLeast0),
  requestId: v.exactOptional(text),
  /** As the platform logged the same request; absent where its line was not joined. */
  logged: v.exactOptional(
    openFields({
      /** Of the runtime and the code. */
      initMs: atLeast0,
      /** Of the handler. */
      durationMs: atLeast0,
      /** Initialisation included. */
      billedMs: atLeast0,
    }),
  ),
});

/** Of the calls' `ms`. Intervals are of 95 %; a bound is absent where it lies beyond what was measured. */
const summary = openFields({
  n: whole(1, 1e9),
  meanMs: atLeast0,
  medianMs: atLeast0,
  minMs: atLeast0,
  maxMs: atLeast0,
  /** These only from 30 calls on, and where so many can carry them. */
  medianLowMs: v.exactOptional(atLeast0),
  medianHighMs: v.exactOptional(atLeast0),
  p90Ms: v.exactOptional(atLeast0),
  p90LowMs: v.exactOptional(atLeast0),
  p90HighMs: v.exactOptional(atLeast0),
});

/** Cold starts that were made in the same way. */
const group = openFields({
  /** Nothing else under way; several first requests at once; after a time without calls, the configuration unchanged. */
  kind: oneOf(['alone', 'burst', 'idle']),
  memoryMb: count,
  /** First requests at once. */
  simultaneous: count,
  /** Requests. */
  planned: count,
  /** Without a valid answer, or never sent. */
  failed: count,
  /** Answered, but by a process that had answered before. */
  warm: count,
  calls: arrayOf(call),
  /** Absent where no call was cold. */
  summary: v.exactOptional(summary),
});

export const targetColdStarts = openFields({
  groups: arrayOf(group),
  /** Why some are missing. */
  remarks: arrayOf(text),
});

/** Alone, at one memory size: `other` against the fastest, from round to round. Ratio above 1 = slower. */
export const coldStartComparison = openFields({
  memoryMb: count,
  base: text,
  other: text,
  outcome: oneOf(['different', 'no-difference']),
  ratio: atLeast0,
  low: atLeast0,
  high: atLeast0,
  /** Adjusted for all comparisons. */
  p: number(0, 1),
  rounds: count,
});

export type TargetColdStarts = Output<typeof targetColdStarts>;
export type ColdStartGroup = Output<typeof group>;
export type ColdStartComparison = Output<typeof coldStartComparison>;
