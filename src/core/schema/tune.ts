/** Input of Tune, made by the state machine of what Schedule made and of a tuner's execution. */
import * as v from 'valibot';
import { fields, type Output } from './fields.ts';
import { caught } from './outcome.ts';
import { runId } from './request.ts';
import { targetId } from './target.ts';
import { tunerArn, tunerInput } from './tuning.ts';

export const tuneInput = fields({
  runId,
  targetId,
  tunerArn,
  input: tunerInput,
  tuned: v.boolean('true or false'),
  /** What the tuner answered. */
  ended: v.exactOptional(fields({ output: v.unknown() })),
  /** Why it did not, or was not started. */
  error: v.exactOptional(caught),
});

export type TuneInput = Output<typeof tuneInput>;
