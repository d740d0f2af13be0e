/** What is good enough, at the traffic of `cost.requestsPerSecond`. The report says who does it for the least. */
import * as v from 'valibot';
import { fields, number, type Output } from './fields.ts';

export const goal = fields({
  /** The most that 99 of 100 requests may take, the cold ones expected at that traffic among them. */
  p99Ms: v.exactOptional(number(0.1, 60_000)),
  /** The most of the requests that may be cold at that traffic. */
  coldShare: v.exactOptional(number(0, 1)),
});

export type Goal = Output<typeof goal>;
