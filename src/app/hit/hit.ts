import { LabError } from '../../core/errors.ts';
import { judge } from '../../core/load/judge.ts';
import type { ErrorKind } from '../../core/schema/part.ts';
import type { Clock, HttpRequest, Connection } from '../../ports/index.ts';
import { driveClosed, type Sent } from '../generate/closed.ts';
import { type HitResult, type Hits, summarise } from './result.ts';
import * as v from 'valibot';
import { isLoopback, politeRate } from '../../core/load/permission.ts';
import { fields, type Output, read, whole } from '../../core/schema/fields.ts';
import { requests, timeoutMs } from '../../core/schema/load.ts';
import { httpUrl } from '../../core/schema/target.ts';

export interface HitDeps {
  readonly clock: Clock;
  readonly httpConnection: (request: HttpRequest) => Connection;
  /** Ends the sending early; what was measured by then is still told. */
  readonly mayGoOn?: () => boolean;
  /** Ends the sending at once: the request under way is given up and not counted. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number) => void;
}

/** Nothing answered at the URL, already at the first request. */
export class UnreachableError extends LabError {
  override readonly name = 'UnreachableError';
}

/** Books one request after another; milliseconds. */
class HitLog implements Hits {
  readonly serviceMs: number[] = [];
  readonly errors: Partial<Record<ErrorKind, number>> = {};
  readonly examples: Partial<Record<ErrorKind, string>> = {};
  connections = 0;
  connectMs = 0;
  sent = 0;
  first: Hits['first'];

  add({ sentMs, endMs, connectMs, result }: Sent): void {
    this.sent++;
    if (connectMs !== undefined) this.connections++;
    const { cold, error } =
      'error' in result
        ? { cold: false, error: { kind: result.error, message: result.message } }
        : judge(result, { kind: 'url' });
    if (error !== undefined) {
      this.errors[error.kind] = (this.errors[error.kind] ?? 0) + 1;
      this.examples[error.kind] ??= error.message;
      return;
    }
    this.connectMs += connectMs ?? 0;
    this.first ??= { connectMs: connectMs ?? 0, serviceMs: endMs - sentMs, cold };
    this.serviceMs.push(endMs - sentMs);
  }
}

const openConnection = ({ httpConnection, signal }: HitDeps, url: string): Connection => {
  const connection = httpConnection({ url, method: 'GET', headers: {} });
  const close = (): void => {
    connection.close();
  };
  signal?.addEventListener('abort', close, { once: true });
  return connection;
};

/**
 * The reference method: `count` requests in succession over one kept-alive connection.
 * @throws UnreachableError when the first request finds no connection
 */
export const hit = async (deps: HitDeps, request: HitRequest): Promise<HitResult> => {
  const { clock } = deps;
  const { url, count, timeoutMs, maxRate } = request;
  const log = new HitLog();
  const startedAt = new Date(clock.wallTime()).toISOString();
  const startMs = clock.now();
  let lastSentMs = startMs;
  const { unsent } = await driveClosed(
    { requests: count, concurrency: 1, warmup: 0, timeoutMs },
    {
      clock,
      openConnection: () => openConnection(deps, url),
      mayGoOn: () => deps.signal?.aborted !== true && (deps.mayGoOn?.() ?? true),
      onSent: (sent) => {
        if (deps.signal?.aborted === true) return;
        log.add(sent);
        lastSentMs = sent.sentMs;
        if (log.sent === 1 && log.examples.connect !== undefined)
          throw new UnreachableError(log.examples.connect);
        deps.onProgress?.(log.sent);
      },
      between: () =>
        maxRate === undefined || log.sent === count
          ? undefined
          : clock.sleepUntil(lastSentMs + 1000 / maxRate),
    },
  );
  const seconds = (clock.now() - startMs) / 1000;
  return summarise(log, {
    url,
    count,
    unsent,
    startedAt,
    seconds,
    ...(maxRate === undefined ? {} : { maxRate }),
  });
};

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
