import { hit, UnreachableError } from '../../../src/app/hit/hit.ts';
import { type HitRequest, parseHit, politely } from '../../../src/app/hit/request.ts';
import { hitText } from '../../../src/app/hit/result.ts';
import type { Connection, Opening } from '../../../src/ports/index.ts';
import { known } from '../../../src/core/known.ts';
import {
  type Behaviour,
  answer,
  stalling,
  takes,
  VirtualClock,
  virtualServer,
} from '../../support/virtual-clock.ts';
import { InputError } from '../../../src/core/errors.ts';

const request: HitRequest = { url: 'http://127.0.0.1:1/hits', count: 5, timeoutMs: 1000 };

/** A first connection takes 20 ms, as on a server where that is so. */
const connecting = (connection: Connection, clock: VirtualClock): Connection => {
  let opening: Opening | undefined = { dnsMs: 5, tcpMs: 15, tlsMs: 0 };
  return {
    ...connection,
    send: async (timeoutMs) => {
      const taken = known({ opening });
      await clock.sleepUntil(clock.now() + (opening === undefined ? 0 : 20));
      opening = undefined;
      return { ...(await connection.send(timeoutMs)), ...taken };
    },
  };
};

const run = async (behave: Behaviour, given: Partial<HitRequest> = {}, extra: object = {}) => {
  const clock = new VirtualClock();
  const server = virtualServer(clock, behave);
  const deps = {
    clock,
    startPacer: clock.startPacer,
    httpConnection: () => connecting(server.openConnection(), clock),
    ...extra,
  };
  return { clock, server, result: await clock.run(hit(deps, { ...request, ...given })) };
};

const cold = { status: 200, headers: new Map([['x-cold', '1']]), body: '' };
const firstSlow: Behaviour = (sentMs, index) =>
  index === 0 ? { endMs: sentMs + 100, result: cold } : { endMs: sentMs + index };

describe('hit', () => {
  it('sends N in succession over one connection and keeps connecting and the first request apart', async () => {
    const { result, server } = await run(firstSlow);
    expect(server.opened()).toBe(1);
    expect(result).toMatchObject({
      schema: 'latency-lab.hit.v1',
      startedAt: '2026-01-01T00:00:00.000Z',
      seconds: 0.13,
      sent: 5,
      ok: 5,
      connections: 1,
      unsent: 0,
      errors: {},
      referenceMeanMs: (20 + 100 + 1 + 2 + 3 + 4) / 5,
      first: { connectMs: 20, serviceMs: 100, cold: true },
      rest: { n: 4, meanMs: 2.5, minMs: 1, maxMs: 4 },
    });
  });

  it('gives a quantile only where there are enough requests for it', async () => {
    const { result } = await run(takes(2), { count: 101 });
    expect(result.rest?.quantiles['p50']).toEqual({ known: true, value: 2, low: 2, high: 2 });
    expect(result.rest?.quantiles['p99.9']).toEqual({ known: false, neededN: 3688 });
  });

  it('goes on after errors, counts them by kind and leaves them out of the figures', async () => {
    const { result } = await run((sentMs, index) =>
      index === 1
        ? { endMs: sentMs + 9, result: answer({}, 500) }
        : { endMs: sentMs + (index === 2 ? 5000 : 1) },
    );
    expect(result).toMatchObject({
      sent: 5,
      ok: 3,
      errors: { status: 1, timeout: 1 },
      examples: { status: 'answered 500 instead of 2xx: "{\\"hits\\": 1}"', timeout: 'too late' },
      rest: { n: 2, maxMs: 1 },
    });
  });

  it('does not flatter survivors: requests without an answer are slower than any in the quantiles', async () => {
    const { result } = await run((sentMs, index) => ({ endMs: sentMs + (index % 20 === 7 ? 5000 : 1) }), {
      count: 401,
    });
    expect(result.rest).toMatchObject({ n: 380, failed: 20, maxMs: 1 });
    expect(result.rest?.quantiles).toMatchObject({
      p90: { known: true, value: 1, low: 1, high: 1 },
      p99: { known: true, aboveMs: 1000 },
    });
    expect(hitText(result)).toContain('p99       > 1000 ms: so many had no answer');
  });

  it('fails at once when nothing listens there', async () => {
    const refused = {
      error: 'connect',
      message: 'no connection to 127.0.0.1:1: connection refused',
    } as const;
    const attempt = run((sentMs) => ({ endMs: sentMs + 1, result: refused }), { count: 1_000_000 });
    await expect(attempt).rejects.toThrow(UnreachableError);
    await expect(attempt).rejects.toThrow('no connection to 127.0.0.1:1: connection refused');
  });

  it('is held to a rate, counted from send to send', async () => {
    const { clock } = await run((sentMs, index) => ({ endMs: sentMs + (index === 2 ? 250 : 1) }), {
      maxRate: 10,
    });
    // Sent at 20, 120, 220, then when the slow one is done at 470, then at 570.
    expect(clock.now()).toBe(571);
  });

  it('can be ended early, and tells what it has', async () => {
    let asked = 0;
    const { result } = await run(takes(1), {}, { mayGoOn: () => ++asked <= 2 });
    expect(result).toMatchObject({ sent: 2, ok: 2, unsent: 3 });
  });

  it('tells its progress', async () => {
    const done: number[] = [];
    await run(takes(1), {}, { onProgress: (n: number) => done.push(n) });
    expect(done).toEqual([1, 2, 3, 4, 5]);
  });

  it('times from the planned times where a rate plans them, so that a stall shows in all that it held up', async () => {
    const planned = parseHit({ url: request.url, rate: 10, durationSeconds: 2 });
    const { result, clock } = await run(stalling(1, 500, 1000), planned);
    expect(result).toMatchObject({ count: 20, sent: 20, ok: 20, rate: 10, durationSeconds: 2, unsent: 0 });
    // Those planned at 500, 600, ... 1400 wait for 1500; each opened a connection, which takes 20 ms.
    expect(result.response).toMatchObject({ n: 20, maxMs: 1001 });
    expect(clock.now()).toBeGreaterThanOrEqual(1901);
    expect(hitText(result)).toContain('20 requests at 10/s over ');
    expect(hitText(result)).toContain('All from their planned times');
    expect(hitText(result)).not.toContain('reference method');
  });

  it('keeps several connections busy, and does not call that the reference method', async () => {
    const { result, server } = await run(takes(10), { count: 30, concurrency: 3 });
    expect(server.mostAtOnce()).toBe(3);
    expect(result).toMatchObject({ sent: 30, ok: 30, connections: 3, concurrency: 3, seconds: 0.12 });
    expect(hitText(result)).toContain('30 requests, 3 at a time, over 3 connections');
    expect(hitText(result)).not.toContain('reference method');
  });

  it('stops all connections when nothing listens there', async () => {
    const refused = { error: 'connect', message: 'refused' } as const;
    const asked: number[] = [];
    const behave: Behaviour = (sentMs, index) => {
      asked.push(index);
      return { endMs: sentMs + 1, result: refused };
    };
    await expect(run(behave, { count: 1000, concurrency: 3 })).rejects.toThrow(UnreachableError);
    expect(asked).toEqual([0, 1, 2]);
  });

  it('expects a status where one is given', async () => {
    const { result } = await run(
      (sentMs, index) => ({ endMs: sentMs + 1, result: answer({}, index === 0 ? 200 : 404) }),
      { expectedStatus: 404 },
    );
    expect(result).toMatchObject({ ok: 4, examples: { status: expect.stringContaining('instead of 404') } });
  });

  it('has no figures when nothing was answered', async () => {
    const { result } = await run((sentMs) => ({ endMs: sentMs + 1, result: answer({}, 404) }));
    expect(result).toMatchObject({ sent: 5, ok: 0, errors: { status: 5 } });
    expect(result.first).toBeUndefined();
    expect(hitText(result)).not.toContain('mean');
  });
});

describe('hitText', () => {
  it('tells a person what was measured and how', async () => {
    const { result } = await run(firstSlow, { count: 11, maxRate: 1000 });
    expect(hitText(result)).toBe(
      [
        'http://127.0.0.1:1/hits',
        '11 requests in succession over 1 connection in 0.2 s, at most 1000/s: 11 answered',
        '  mean      15.9 ms, connecting and first request included (the reference method)',
        '  connect   20 ms   DNS 5 ms, TCP 15 ms, TLS 0 ms',
        '  first     100 ms (cold)',
        'The 10 after the first, connecting left out:',
        '  mean      5.5 ms   standard deviation 3.03 ms',
        '  min       1 ms',
        '  p50       5 ms   95 % interval 2 ms to 9 ms',
        '  p90       needs 36 requests',
        '  p95       needs 72 requests',
        '  p99       needs 368 requests',
        '  p99.9     needs 3688 requests',
        '  max       10 ms',
      ].join('\n'),
    );
  });

  it('tells of errors and of an early end', async () => {
    let asked = 0;
    const { result } = await run(
      (sentMs) => ({ endMs: sentMs + 1, result: answer({}, 503) }),
      {},
      { mayGoOn: () => ++asked <= 1 },
    );
    expect(hitText(result)).toContain('  status    1 error, the first: answered 503 instead of 2xx');
    expect(hitText(result)).toContain('  unsent    4, because the run was ended early');
  });
});

const url = 'https://example.com/hits';

describe('parseHit', () => {
  it('sends 100 requests with 10 s each unless told otherwise', () => {
    expect(parseHit({ url })).toEqual({ url, count: 100, timeoutMs: 10_000 });
    expect(parseHit({ url, count: 1_000_000, timeoutMs: 5, maxRate: 3 })).toEqual({
      url,
      count: 1_000_000,
      timeoutMs: 5,
      maxRate: 3,
    });
  });

  it.each([
    [{}, 'url'],
    [{ url: 'example.com/hits' }, 'url'],
    [{ url: 'localhost:3000' }, 'url'],
    [{ url: 'ftp://example.com' }, 'url'],
    [{ url, count: 0 }, 'count'],
    [{ url, count: -1 }, 'count'],
    [{ url, count: 1e12 }, 'count'],
    [{ url, count: 1.5 }, 'count'],
    [{ url, count: '7' }, 'count'],
    [{ url, timeoutMs: 60_001 }, 'timeoutMs'],
    [{ url, maxRate: 0 }, 'maxRate'],
    [{ url, counts: 3 }, 'counts'],
    [{ url, method: 'brew' }, 'method'],
    [{ url, headers: { te: 'x' } }, 'headers'],
    [{ url, expectedStatus: 600 }, 'expectedStatus'],
    [{ url, concurrency: 1001 }, 'concurrency'],
    [{ url, rate: 5 }, 'durationSeconds'],
    [{ url, durationSeconds: 5 }, 'rate'],
    [{ url, rate: 5001, durationSeconds: 5 }, 'rate'],
    [{ url, rate: 5000, durationSeconds: 201 }, 'durationSeconds'],
    [{ url, rate: 0.01, durationSeconds: 1 }, 'durationSeconds'],
    [{ url, rate: 5, durationSeconds: 5, count: 24 }, 'count'],
    [{ url, rate: 5, durationSeconds: 5, concurrency: 2 }, 'concurrency'],
    [{ url, concurrency: 2, maxRate: 5 }, 'maxRate'],
    [7, 'hit'],
  ])('refuses %j, naming %s', (given, field) => {
    expect(() => parseHit(given)).toThrow(InputError);
    expect(() => parseHit(given)).toThrow(new RegExp(`^${field}: given `));
  });
});

describe('politely', () => {
  it('holds a hit on another machine to 10 requests/s unless the user may load it', () => {
    expect(politely(parseHit({ url }), false).maxRate).toBe(10);
    expect(politely(parseHit({ url }), true).maxRate).toBeUndefined();
    expect(politely(parseHit({ url: 'http://a.localhost:1/' }), false).maxRate).toBeUndefined();
  });

  it.each([
    [{ rate: 10, durationSeconds: 5 }, { rate: 11, durationSeconds: 5 }, 'url'],
    [{ concurrency: 1 }, { concurrency: 2 }, 'concurrency'],
  ])('lets %j pass and refuses %j without that', (allowed, refused, field) => {
    expect(politely(parseHit({ url, ...allowed }), false)).toMatchObject(allowed);
    expect(politely(parseHit({ url, ...refused }), true)).toMatchObject(refused);
    expect(() => politely(parseHit({ url, ...refused }), false)).toThrow(new RegExp(`^${field}: given `));
  });
});
