import * as v from 'valibot';
import { longestSendingMs } from '../schedule/time-budget.ts';
import { fields, grouped, list, number, oneBy, oneOf, type Output, read, whole } from './fields.ts';

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

/**
 * Whether a connection is kept for the next request or each request opens its own (DNS, TCP, TLS). Absent = reuse. A target
 * without URL is invoked over connections that the AWS SDK keeps, whatever this says.
 */
const connection = v.exactOptional(oneOf(['reuse', 'fresh']));

/** Planned sends of a load whose times are not simply i/rate. */
const mostPlanned = 1_000_000;

/** A stretch of a profile: `rate` requests per second for `seconds`, or changing evenly to `toRate` by its end. */
const phase = fields({
  rate: number(0, 5_000),
  toRate: v.exactOptional(number(0, 5_000)),
  seconds: number(0.1, 43_200),
});
/** How the rate of an open load changes over time, of the cell over all workers. */
const profile = list(phase, 100, 1);
/** Sends at random times with exponential gaps, a Poisson process, the same ones for the same seed; absent = evenly spaced. */
const poissonSeed = whole(0, 0xffff_ffff);

export type Phase = Output<typeof phase>;

/** A phase's planned sends. */
export const sendsIn = ({ rate: from, toRate = from, seconds }: Phase): number =>
  ((from + toRate) / 2) * seconds;

const inClosed = 'in the closed model the fields';
const inOpen = 'in the open model the fields';

/** `concurrency` connections, each sending its next request when the last was answered. 1 = N in succession. */
const closedLoad = fields(
  { model: closedModel, requests, concurrency, warmup, timeoutMs, connection },
  inClosed,
);

const optionalProfile = v.exactOptional(profile);

/**
 * Requests sent at planned times t0 + i/rate, whether or not earlier ones were answered. With a profile `rate` is its
 * highest and `durationSeconds` its length; a worker's share has the whole cell's.
 */
const openLoad = fields(
  {
    ...{ model: openModel, rate, durationSeconds, warmup, timeoutMs, maxConnections },
    ...{ profile: optionalProfile, poissonSeed: v.exactOptional(poissonSeed), connection },
  },
  inOpen,
);

const closedInput = fields(
  {
    model: v.optional(closedModel, 'closed'),
    requests: v.optional(requests, 150),
    concurrency: v.optional(concurrency, 1),
    warmup: v.optional(warmup, 10),
    timeoutMs: v.optional(timeoutMs, 10_000),
    connection,
  },
  inClosed,
);

/** What sets the times of an open load, of the cell over all workers. */
export interface Arrivals {
  readonly rate: number;
  readonly durationSeconds: number;
  readonly profile?: readonly Phase[];
  readonly poissonSeed?: number;
}

/** Of an open load, warm-up included. */
export const openSends = ({ rate: even, durationSeconds: seconds, profile: phases }: Arrivals): number =>
  Math.round(phases === undefined ? even * seconds : phases.reduce((sum, one) => sum + sendsIn(one), 0));

/** Enough connections for answers that take a second, unless the caller knows better. */
export const defaultConnections = (perSecond: number): number =>
  Math.min(1_000, Math.max(50, Math.ceil(perSecond)));

/** Of an open load, beside what gives its rate. */
const openDefault = v.optional(openModel, 'open');
const openEntries = {
  poissonSeed: v.exactOptional(poissonSeed),
  warmup: v.exactOptional(warmup),
  timeoutMs: v.optional(timeoutMs, 10_000),
  maxConnections: v.exactOptional(maxConnections),
  connection,
};
const rateFields = fields({ model: openDefault, rate, durationSeconds, ...openEntries }, inOpen);
const profileFields = fields({ model: openDefault, profile, ...openEntries }, 'with a profile the fields');

const peakOf = (phases: readonly Phase[]): number =>
  Math.max(...phases.map(({ rate: from, toRate = from }) => Math.max(from, toRate)));

const withRate = (load: v.InferOutput<typeof rateFields> | v.InferOutput<typeof profileFields>) =>
  'profile' in load
    ? {
        ...load,
        rate: peakOf(load.profile),
        durationSeconds: load.profile.reduce((sum, { seconds }) => sum + seconds, 0),
      }
    : load;

type Timed = v.InferOutput<typeof rateFields> & { profile?: Phase[] };

const atMostPlanned = (load: Timed): boolean => openSends(load) <= mostPlanned;

const openInput = v.pipe(
  oneBy([rateFields, profileFields], (load) => (load['profile'] === undefined ? rateFields : profileFields)),
  v.transform((load): Timed => withRate(load)),
  v.forward(
    v.check(
      (load) =>
        load.profile === undefined || (load.rate >= 0.01 && openSends(load) >= 1 && atMostPlanned(load)),
      `phases that reach 0.01 requests per second and make 1 to ${grouped(mostPlanned)} together`,
    ),
    ['profile'],
  ),
  v.forward(
    v.check(
      (load) => load.profile === undefined || load.durationSeconds * 1000 <= longestSendingMs(load.timeoutMs),
      ({ input }) =>
        `phases of at most ${longestSendingMs(input.timeoutMs) / 1000} s together: a profile is not cut into segments`,
    ),
    ['profile'],
  ),
  v.forward(
    v.check(
      (load) => load.poissonSeed === undefined || atMostPlanned(load),
      `a time in which the rate makes at most ${grouped(mostPlanned)} requests, with a poissonSeed`,
    ),
    ['durationSeconds'],
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
export const loadProfile = oneBy([closedLoad, openLoad], ({ model }) =>
  model === 'open' ? openLoad : closedLoad,
);

/** Any of them makes the model open. */
const fieldsOfOpen = ['rate', 'durationSeconds', 'profile', 'poissonSeed'];

/**
 * What a person asks for; what is missing gets the defaults: closed, 150 requests, 1 connection, 10 warm-up requests
 * (open: at most a tenth of the planned sends), 10 s timeout. A rate makes the model open and needs a duration; a profile has both.
 */
export const loadInput = oneBy([closedInput, openInput], (load) => {
  const open = fieldsOfOpen.some((field) => load[field] !== undefined);
  return (load['model'] ?? (open ? 'open' : 'closed')) === 'open' ? openInput : closedInput;
});

export type LoadProfile = Output<typeof loadProfile>;
export type ClosedLoad = Output<typeof closedLoad>;
export type OpenLoad = Output<typeof openLoad>;

/** @throws InputError on the first field that is unknown, of the wrong type or out of bounds */
export const parseLoad = (given: unknown = {}): LoadProfile => read(loadInput, given, 'load');
