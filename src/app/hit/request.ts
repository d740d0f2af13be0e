import * as v from 'valibot';
import { isLoopback } from '../../core/load/loopback.ts';
import { politeRate } from '../../core/load/permission.ts';
import { fields, type Output, read, whole } from '../../core/schema/fields.ts';
import { requests, timeoutMs } from '../../core/schema/load.ts';
import { httpUrl } from '../../core/schema/target.ts';

const hitRequest = fields({
  url: httpUrl,
  count: v.optional(requests, 100),
  timeoutMs: v.optional(timeoutMs, 10_000),
  /** Requests per second at most; absent = each as soon as the last one was answered. */
  maxRate: v.exactOptional(whole(1, 5_000)),
});

export type HitRequest = Output<typeof hitRequest>;

/**
 * Reads what a person or a payload asked for; default 100 requests with 10 s each.
 * @throws InputError on the first field that is wrong or unknown
 */
export const parseHit = (given: unknown): HitRequest => read(hitRequest, given, 'hit');

/** The rate that a hit is held to: 10 requests/s to another machine, unless the user said that they may load it. */
export const politely = (request: HitRequest, iMayLoadThis: boolean): HitRequest =>
  iMayLoadThis || isLoopback(request.url) ? request : { ...request, maxRate: politeRate };
