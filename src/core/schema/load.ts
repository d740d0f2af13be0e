import * as v from 'valibot';
import { fields, number, oneBy, type Output, read, whole } from './fields.ts';

/** What load a cell gets. The two models of load testing, named as the field names them. */

const modelNames = '"closed" or "open"';
const closedModel = v.literal('closed', modelNames);
const openModel = v.literal('open', modelNames);

export const mostRequests = 1_000_000;
/** Measured requests of a cell over all workers. Warm-up comes on top. */
export const requests = whole(1, mostRequests);
/** A request without a full answer after this is an error of kind `timeout`. */
export const timeoutMs = whole(1, 60_000);
/** Requests sent first, kept in the raw samples and left out of every figure. */
const warmup = whole(0, 100_000);
/** Connections of the cell over all workers. */
export const concurrency = whole(1, 1_000);
/** Requests per second of the cell over all workers. */
export const rate = number(0.01, 5_000, ', together with a duration');
export const durationSeconds = number(1, 43_200, ', together with a rate');
/** Over all workers; a planned send that finds none free waits, and is `dropped` after timeoutMs. */
const maxConnections = whole(1, 10_000);

const inClosed = 'in the closed model the fields';
const inOpen = 'in the open model the fields';

/** `concurrency` connections, each sending its next request when the last was answered. 1 = N in succession. */
const closedLoad = fields({ model: closedModel, requests, concurrency, warmup, timeoutMs }, inClosed);

/** Requests sent at planned times t0 + i/rate, whether or not earlier ones were answered. */
const openLoad = fields(
  { model: openModel, rate, durationSeconds, warmup, timeoutMs, maxConnections },
  inOpen,
);

const closedInput = fields(
  {
    model: v.optional(closedModel, 'closed'),
    requests: v.optional(requests, 300),
    concurrency: v.optional(concurrency, 1),
    warmup: v.optional(warmup, 10),
    timeoutMs: v.optional(timeoutMs, 10_000),
  },
  inClosed,
);

/** Of an open load, warm-up included. */
export const openSends = (load: { readonly rate: number; readonly durationSeconds: number }): number =>
  Math.round(load.rate * load.durationSeconds);

/** Enough connections for answers that take a second, unless the caller knows better. */
export const defaultConnections = (perSecond: number): number =>
  Math.min(1_000, Math.max(50, Math.ceil(perSecond)));

const openInput = v.pipe(
  fields(
    {
      model: v.optional(openModel, 'open'),
      rate,
      durationSeconds,
      warmup: v.exactOptional(warmup),
      timeoutMs: v.optional(timeoutMs, 10_000),
      maxConnections: v.exactOptional(maxConnections),
    },
    inOpen,
  ),
  v.transform((load) => ({
    ...load,
    warmup: load.warmup ?? Math.min(10, Math.floor(openSends(load) / 10)),
    maxConnections: load.maxConnections ?? defaultConnections(load.rate),
  })),
  v.forward(
    v.check(
      (load) => load.warmup < openSends(load),
      ({ input }) => `fewer than rate times duration = ${openSends(input)}, or nothing would be measured`,
    ),
    ['warmup'],
  ),
);

/** A load with all its fields, as it stands in a plan. */
export const loadProfile = oneBy(closedLoad, openLoad, ({ model }) =>
  model === 'open' ? openLoad : closedLoad,
);

/**
 * What a person asks for; what is missing gets the defaults: closed, 300 requests, 1 connection, 10 warm-up requests
 * (open: at most a tenth of the planned sends), 10 s timeout. A rate makes the model open and needs a duration.
 */
export const loadInput = oneBy(closedInput, openInput, (load) => {
  const open = load['rate'] !== undefined || load['durationSeconds'] !== undefined;
  return (load['model'] ?? (open ? 'open' : 'closed')) === 'open' ? openInput : closedInput;
});

export type LoadProfile = Output<typeof loadProfile>;
export type ClosedLoad = Output<typeof closedLoad>;
export type OpenLoad = Output<typeof openLoad>;

/** @throws InputError on the first field that is unknown, of the wrong type or out of bounds */
export const parseLoad = (given: unknown = {}): LoadProfile => read(loadInput, given, 'load');
