/** What a report says of tuning a function's memory. Milliseconds where the name says Ms; dollars by the lab's own prices. */
import * as v from 'valibot';
import { number, oneOf, openFields, type Output, whole } from './fields.ts';
import { strategies } from './tuning.ts';
import { arrayOf, flag, text } from './report-fields.ts';

const size = whole(128, 10_240);
const atLeast0 = number(0, 1e12);

const tunedSize = openFields({
  memoryMb: size,
  /** Of one invocation inside the function, as the tuner averages. */
  averageMs: atLeast0,
  dollarsPerMillion: atLeast0,
  /** No other size is both no slower and no dearer. */
  onFront: flag,
});

/** The deployed size or the winner, measured again through its trigger. */
const confirmedSize = openFields({
  memoryMb: size,
  /** Warm requests. */
  n: whole(1, 1e9),
  p50Ms: atLeast0,
  /** Absent where so few cannot carry it. */
  p99Ms: v.exactOptional(atLeast0),
  dollarsPerMillion: atLeast0,
  /** The other is not both no slower (p99, or p50 where that is unknown) and no dearer. */
  onFront: flag,
});

const confirmation = openFields({
  outcome: oneOf(['confirmed', 'overturned', 'undecided']),
  /** One sentence with numbers. */
  why: text,
  sizes: arrayOf(confirmedSize),
});

export const targetTuning = openFields({
  tunerArn: text,
  deployedMb: size,
  /** Why there is no result. */
  failure: v.exactOptional(text),
  /** Ascending. */
  sizes: arrayOf(tunedSize),
  /** Asked for and not measured. */
  missing: arrayOf(size),
  strategy: oneOf(strategies),
  /** Which size each strategy takes, in MB; absent where none was measured. */
  winners: v.exactOptional(openFields(v.entriesFromList(strategies, size))),
  /** Of the deployed size against the winner of the run's strategy. */
  provision: v.exactOptional(oneOf(['over', 'under', 'right'])),
  confirmation: v.exactOptional(confirmation),
  /** A link; what follows its # stays in the browser. */
  visualization: v.exactOptional(text),
});

export type TargetTuning = Output<typeof targetTuning>;
export type Confirmation = Output<typeof confirmation>;
