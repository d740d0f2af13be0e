/** What a hit is asked for, by a person or by the payload of the generator function. */
import * as v from 'valibot';
import { InputError } from '../../core/errors.ts';
import { isLoopback, politeRate, requirePermission } from '../../core/load/permission.ts';
import { reaches } from './follow.ts';
import { fields, grouped, oneOf, type Output, read, whole } from '../../core/schema/fields.ts';
import {
  concurrency,
  durationSeconds,
  mostRequests,
  openSends,
  rate,
  requests,
  timeoutMs,
} from '../../core/schema/load.ts';
import { httpUrl, requestSpec } from '../../core/schema/target.ts';

// A hit is sent as it is: signing is for targets, whose redirects are not followed.
const { auth: _, ...unsigned } = requestSpec.entries;

const hitFields = fields({
  url: httpUrl,
  ...unsigned,
  /** Any certificate of the server will do. */
  insecure: v.exactOptional(v.boolean('true or false')),
  /** Redirects are followed, where they lead there; absent = they are answers as others. */
  follow: v.exactOptional(oneOf(reaches)),
  /** Requests in all: with a rate, those that it plans for the duration. */
  count: v.exactOptional(requests),
  /** Connections that send at the same time; absent = 1. */
  concurrency: v.exactOptional(concurrency),
  rate: v.exactOptional(rate),
  durationSeconds: v.exactOptional(durationSeconds),
  timeoutMs: v.optional(timeoutMs, 10_000),
  /** Requests per second at most over one connection; absent = each as soon as the last one was answered. */
  maxRate: v.exactOptional(whole(1, 5_000)),
});

type HitFields = v.InferOutput<typeof hitFields>;

const defaultCount = 100;

const plannedBy = ({ rate: perSecond, durationSeconds: seconds }: HitFields): number | undefined =>
  perSecond === undefined || seconds === undefined
    ? undefined
    : openSends({ rate: perSecond, durationSeconds: seconds });

/** A condition over several fields, whose fault is said of one of them. */
const holds = (field: keyof HitFields, condition: (hit: HitFields) => boolean, allowed: string) =>
  v.forward(v.check(condition, allowed), [field]);

const hitRequest = v.pipe(
  hitFields,
  holds(
    'rate',
    (hit) => hit.durationSeconds === undefined || hit.rate !== undefined,
    'a number from 0.01 to 5,000, together with a duration',
  ),
  holds(
    'durationSeconds',
    (hit) => hit.rate === undefined || hit.durationSeconds !== undefined,
    'a number from 1 to 43,200, together with a rate',
  ),
  holds(
    'durationSeconds',
    (hit) => {
      const planned = plannedBy(hit) ?? 1;
      return planned >= 1 && planned <= mostRequests;
    },
    `a time in which the rate makes 1 to ${grouped(mostRequests)} requests`,
  ),
  holds(
    'count',
    (hit) => hit.count === undefined || hit.count === (plannedBy(hit) ?? hit.count),
    'nothing: rate and durationSeconds make the count',
  ),
  holds(
    'concurrency',
    (hit) => hit.concurrency === undefined || hit.rate === undefined,
    'nothing: a rate opens as many connections as it needs',
  ),
  holds(
    'maxRate',
    (hit) => hit.maxRate === undefined || (hit.rate === undefined && (hit.concurrency ?? 1) === 1),
    'nothing: it is for requests in succession over one connection',
  ),
  v.transform((hit) => ({ ...hit, count: hit.count ?? plannedBy(hit) ?? defaultCount })),
);

export type HitRequest = Output<typeof hitRequest>;

/**
 * Reads what a person or a payload asked for; default 100 requests in succession with 10 s each.
 * @throws InputError on the first field that is wrong or unknown
 */
export const parseHit = (given: unknown): HitRequest => read(hitRequest, given, 'hit');

const permissionHint = 'If the server is yours or its owner agreed, say so with --i-may-load-this';

/**
 * The rate that a hit is held to: 10 requests/s to another machine, unless the user said that they may load it.
 * @throws InputError without that for a higher rate, for several connections and for following redirects
 */
export const politely = (request: HitRequest, iMayLoadThis: boolean): HitRequest => {
  const { url, rate: perSecond, concurrency: connections = 1, follow } = request;
  if (iMayLoadThis) return request;
  if (isLoopback(url)) return follow === undefined ? request : { ...request, follow: 'this machine' };
  // Each redirect is a request more.
  if (follow !== undefined) throw new InputError('follow', true, 'a URL of this machine', permissionHint);
  if (perSecond !== undefined) {
    requirePermission(url, { model: 'open', rate: perSecond }, false);
    return request;
  }
  if (connections === 1) return { ...request, maxRate: politeRate };
  throw new InputError('concurrency', connections, '1 to another machine than this one', permissionHint);
};
