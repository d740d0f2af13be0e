/** Which target does what is wanted for the least, by the figures of one report. */
import * as v from 'valibot';
import { number, oneOf, openFields, type Output } from './fields.ts';
import { goal } from './goal.ts';
import { text, texts } from './report-fields.ts';

const atLeast0 = number(0, 1e15);

const candidate = openFields({
  id: text,
  /** At the traffic of `requestsPerSecond`; absent where nothing is known of what it takes of AWS. */
  dollarsPerMonth: v.exactOptional(atLeast0),
  /** Expected at that traffic; 0 of a server, which is always there. */
  coldShare: number(0, 1),
  /** Of warm and cold requests in that proportion; absent where it cannot be told. */
  p99Ms: v.exactOptional(atLeast0),
  /** Whether it reaches the goal; `unknown` where a figure is missing for it. */
  meets: oneOf(['yes', 'no', 'unknown']),
  /** Why not, or why not known. */
  reasons: texts,
});

export const recommendation = openFields({
  requestsPerSecond: atLeast0,
  goal: openFields(goal.entries),
  /** Idle time after which an instance is taken for gone. */
  idleSeconds: atLeast0,
  /** Those that reach the goal first, the cheapest of them first. */
  candidates: v.array(candidate, 'a JSON array'),
  /** The cheapest that reaches the goal; absent where none does, or none has a price. */
  best: v.exactOptional(text),
});

export type Recommendation = Output<typeof recommendation>;
export type Candidate = Recommendation['candidates'][number];
