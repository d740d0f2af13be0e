import { LabError } from '../../core/errors.ts';
import { openSchedule } from '../../core/load/schedule.ts';
import { defaultConnections } from '../../core/schema/load.ts';
import type { Clock, HttpRequest, Connection, OpenConnection, StartPacer } from '../../ports/index.ts';
import { type Drive, driveClosed, type Driven } from '../generate/closed.ts';
import { quiet } from '../secrets.ts';
import { driveOpen } from '../generate/open.ts';
import { HitLog, type HitResult, summarise } from './result.ts';
import { followingConnection } from './follow.ts';
import { known } from '../../core/known.ts';
import type { HitRequest } from './request.ts';

export interface HitDeps {
  readonly clock: Clock;
  readonly httpConnection: (request: HttpRequest) => Connection;
  readonly startPacer: StartPacer;
  /** Ends the sending early; what was measured by then is still told. */
  readonly mayGoOn?: () => boolean;
  /** Ends the sending at once: the request under way is given up and not counted. */
  readonly signal?: AbortSignal;
  /** Blots the request's secrets out of what an answer says, before anything of it is kept. */
  readonly hide?: (text: string) => string;
  readonly onProgress?: (done: number) => void;
}

/** Nothing answered at the URL, already at the first request. */
export class UnreachableError extends LabError {
  override readonly name = 'UnreachableError';
}

const connectionsOf = (
  { clock, httpConnection, signal, hide }: HitDeps,
  request: HitRequest,
): OpenConnection => {
  const { url, method = 'GET', headers = {}, body, insecure = false, follow } = request;
  const sent = { url, method, headers, insecure, ...(body === undefined ? {} : { body }) };
  const open = new Set<Connection>();
  const closeAll = (): void => {
    for (const connection of open) connection.close();
  };
  signal?.addEventListener('abort', closeAll, { once: true });
  return () => {
    const connection =
      follow === undefined ? httpConnection(sent) : followingConnection(httpConnection, clock, sent, follow);
    open.add(connection);
    // Around the redirects, which may repeat a secret that is to be sent again.
    return hide === undefined ? connection : quiet(connection, hide);
  };
};

/** How long an abort may go unnoticed between two planned requests, in milliseconds. */
const lookEveryMs = 250;

/** A clock whose sleep an abort ends. */
const wakeful = (clock: Clock, signal: AbortSignal | undefined): Clock => ({
  now: () => clock.now(),
  wallTime: () => clock.wallTime(),
  sleepUntil: async (atMs) => {
    while (clock.now() < atMs && signal?.aborted !== true)
      await clock.sleepUntil(Math.min(atMs, clock.now() + lookEveryMs));
  },
});

const drive = async (request: HitRequest, by: Drive, { startPacer, signal }: HitDeps): Promise<Driven> => {
  const { count, concurrency = 1, rate, durationSeconds = 0, timeoutMs } = request;
  if (rate === undefined) return driveClosed({ requests: count, concurrency, warmup: 0, timeoutMs }, by);
  const schedule = openSchedule({ totalRate: rate, durationSeconds, worker: 0, workers: 1 });
  const load = { warmup: 0, timeoutMs, maxConnections: defaultConnections(rate) };
  const pacer = await startPacer();
  try {
    return await driveOpen(load, schedule, by.clock.now(), { ...by, pacer, signal });
  } finally {
    pacer.end();
  }
};

/**
 * Calls a URL again and again: `count` requests in succession over one kept-alive connection (the reference method),
 * over `concurrency` of them, or at the times that a rate plans.
 * @throws UnreachableError when the first request finds no connection
 */
export const hit = async (deps: HitDeps, request: HitRequest): Promise<HitResult> => {
  const clock = wakeful(deps.clock, deps.signal);
  const { url, count, concurrency, rate, durationSeconds, maxRate } = request;
  const log = new HitLog(request);
  const startedAt = new Date(clock.wallTime()).toISOString();
  const startMs = clock.now();
  let lastSentMs = startMs;
  let unreachable: string | undefined;
  const isAborted = (): boolean => deps.signal?.aborted === true;
  const by: Drive = {
    clock,
    openConnection: connectionsOf(deps, request),
    mayGoOn: () => unreachable === undefined && !isAborted() && (deps.mayGoOn?.() ?? true),
    onSent: (sent) => {
      if (isAborted()) return;
      log.add(sent);
      lastSentMs = sent.sentMs;
      if (log.ended === 1) unreachable = log.examples.connect;
      if (unreachable === undefined) deps.onProgress?.(log.ended);
    },
    between: () =>
      maxRate === undefined || log.ended === count
        ? undefined
        : clock.sleepUntil(lastSentMs + 1000 / maxRate),
  };
  const { unsent } = await drive(request, by, deps);
  if (unreachable !== undefined) throw new UnreachableError(unreachable);
  const seconds = (clock.now() - startMs) / 1000;
  const asked = known({ concurrency, rate, durationSeconds, maxRate, timeoutMs: request.timeoutMs });
  return summarise(log, { url, count, unsent, startedAt, seconds, ...asked });
};
