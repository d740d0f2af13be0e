/** What an execution may ask of the cost model. */
import * as v from 'valibot';
import { priceFile } from '../cost/prices.ts';
import { shapes } from '../cost/traffic.ts';
import { fields, line, number, oneOf } from './fields.ts';

const aboveZero = 'a number of dollars above 0, or "not billed" where nothing is';

/** The most that the run may cost by Plan's estimate; `not billed` where nothing is, as on the local plane. */
export const budgetDollars = v.union(
  [
    v.literal('not billed', aboveZero),
    v.pipe(v.number(aboveZero), v.finite(aboveZero), v.gtValue(0, aboveZero)),
  ],
  aboveZero,
);

export const costRequest = fields({
  /** Of the prices. Default: the lab's own where there are prices of it, else us-east-1. */
  region: v.exactOptional(line(30)),
  /** With what AWS gives for nothing every month. */
  freeTier: v.optional(v.boolean('true or false'), false),
  /** The traffic for which the report gives dollars a month, beside its own three. */
  requestsPerSecond: v.exactOptional(number(0.001, 100_000)),
  /** Default: steady. */
  shape: v.exactOptional(oneOf(shapes)),
  /** A price file's content, in place of those that come with the lab. */
  prices: v.exactOptional(priceFile),
});
