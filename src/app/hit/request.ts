import { loadBounds } from '../../core/load/bounds.ts';
import { isLoopback } from '../../core/load/loopback.ts';
import { politeRate } from '../../core/load/permission.ts';
import { asInteger, asObject, optional, rejectUnknownFields } from '../../core/validate.ts';
import { asHttpUrl } from '../../core/target/validate.ts';

export interface HitRequest {
  readonly url: string;
  /** 1 to 1e6. */
  readonly count: number;
  readonly timeoutMs: number;
  /** Requests per second at most; absent = each as soon as the last one was answered. */
  readonly maxRate?: number;
}

const bounded =
  (name: 'requests' | 'timeoutMs', field: string) =>
  (value: unknown): number =>
    asInteger(value, field, loadBounds[name].min, loadBounds[name].max);

/**
 * Reads what a person or a payload asked for; default 100 requests with 10 s each.
 * @throws InputError on the first field that is wrong or unknown
 */
export const parseHit = (given: unknown): HitRequest => {
  const object = asObject(given, 'hit');
  rejectUnknownFields(object, 'hit', ['url', 'count', 'timeoutMs', 'maxRate']);
  return {
    url: asHttpUrl(object['url'], 'url'),
    count: bounded('requests', 'count')(object['count'] ?? 100),
    timeoutMs: bounded('timeoutMs', 'timeoutMs')(object['timeoutMs'] ?? 10_000),
    ...optional(object, 'maxRate', (value) => asInteger(value, 'maxRate', 1, loadBounds.rate.max)),
  };
};

/** The rate that a hit is held to: 10 requests/s to another machine, unless the user said that they may load it. */
export const politely = (request: HitRequest, iMayLoadThis: boolean): HitRequest =>
  iMayLoadThis || isLoopback(request.url) ? request : { ...request, maxRate: politeRate };
