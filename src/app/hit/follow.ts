/** Redirects (RFC 9110, 15.4), each chain counted as the one request that began it. */
import { isLoopback } from '../../core/load/permission.ts';
import type { Clock, Connection, Exchange, Failure, HttpReply, HttpRequest } from '../../ports/index.ts';

/** Where a redirect may lead. */
export const reaches = ['this machine', 'anywhere'] as const;
export type Reach = (typeof reaches)[number];

export const mostRedirects = 10;

const redirects: readonly number[] = [301, 302, 303, 307, 308];
/** Headers that another origin may see; of any other it is not known whether it is a secret. */
const harmless = /^(accept|accept-language|content-type|user-agent)$/i;

const refused = (message: string): Failure => ({ error: 'status', message });

/** POST becomes GET, as browsers have it; 303 makes everything but HEAD a GET. */
const becomesGet = (status: number, method: string): boolean =>
  status === 303 ? method !== 'HEAD' : status < 303 && method === 'POST';

const repeated = (request: HttpRequest, status: number, to: URL): HttpRequest | Failure => {
  const isSame = to.origin === new URL(request.url).origin;
  const bare = becomesGet(status, request.method);
  const { body, ...rest } = request;
  if (!isSame && !bare && body !== undefined)
    return refused(`redirected to ${to.origin} with the body, which another server is not sent`);
  const headers = Object.entries(request.headers).filter(
    ([name]) => (isSame || harmless.test(name)) && !(bare && /^content-/i.test(name)),
  );
  return {
    ...rest,
    url: to.href,
    method: bare ? 'GET' : request.method,
    headers: Object.fromEntries(headers),
    ...(bare || body === undefined ? {} : { body }),
  };
};

/** What is to be sent after an answer; undefined where the answer is no redirect. */
export const nextRequest = (
  request: HttpRequest,
  { status, headers }: HttpReply,
  reach: Reach,
): HttpRequest | Failure | undefined => {
  const location = headers.get('location');
  if (!redirects.includes(status) || location === undefined) return undefined;
  if (!URL.canParse(location, request.url)) return refused('redirected to what is no URL');
  const to = new URL(location, request.url);
  to.hash = '';
  if (!/^https?:$/.test(to.protocol) || to.username + to.password !== '')
    return refused('redirected to what is no http(s) URL without user name');
  if (reach === 'this machine' && !isLoopback(to.href))
    return refused(`redirected to ${to.origin}: not followed to another machine without --i-may-load-this`);
  return repeated(request, status, to);
};

/**
 * A connection that follows redirects. A request's time goes from its first send to its last answer, connecting to
 * further addresses included; the timeout is for all of it.
 */
export const followingConnection = (
  open: (request: HttpRequest) => Connection,
  clock: Pick<Clock, 'now'>,
  request: HttpRequest,
  reach: Reach,
): Connection => {
  /** By what they send; those of the last chain are kept alive for the next one. */
  let held = new Map<string, Connection>([[JSON.stringify(request), open(request)]]);
  let closed = false;
  const keep = (used: ReadonlyMap<string, Connection>): void => {
    for (const [key, connection] of held) if (!used.has(key)) connection.close();
    held = new Map(used);
  };
  const connectionFor = (current: HttpRequest, used: Map<string, Connection>): Connection => {
    const key = JSON.stringify(current);
    const connection = held.get(key) ?? open(current);
    if (closed) connection.close();
    held.set(key, connection);
    used.set(key, connection);
    return connection;
  };
  return {
    send: async (timeoutMs) => {
      const beganMs = clock.now();
      const used = new Map<string, Connection>();
      let first: Exchange | undefined;
      let current = request;
      for (let hops = 0; ; hops++) {
        const leftMs = Math.max(1, timeoutMs - (clock.now() - beganMs));
        const exchange = await connectionFor(current, used).send(leftMs);
        first ??= exchange;
        const { result } = exchange;
        const next = 'error' in result ? undefined : nextRequest(current, result, reach);
        const isLast = next === undefined || 'error' in next || hops === mostRedirects;
        if (!isLast) {
          current = next;
          continue;
        }
        keep(used);
        const tooMany = refused(`redirected more than ${mostRedirects} times`);
        const end = next === undefined ? result : 'error' in next ? next : tooMany;
        return { ...first, endMs: exchange.endMs, result: end };
      }
    },
    close: () => {
      closed = true;
      for (const connection of held.values()) connection.close();
    },
  };
};
