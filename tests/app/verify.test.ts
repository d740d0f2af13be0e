import { memoryObjectStore } from '../support/memory.ts';
import { verify } from '../../src/app/verify.ts';
import { InputError } from '../../src/core/errors.ts';
import { planKey } from '../../src/core/keys.ts';
import type { Verification } from '../../src/core/schema/plan.ts';
import type { Target } from '../../src/core/schema/target.ts';
import type { HttpReply, Failure } from '../../src/ports/index.ts';
import { VirtualClock, virtualServer } from '../support/virtual-clock.ts';
import { closedLoad } from '../support/loads.ts';
import { planOf, targetOf } from './run.ts';

const serviceMs = 20;
const coldMs = 500;

const hits = (count: number, headers: Record<string, string> = {}): HttpReply => ({
  status: 200,
  headers: new Map(Object.entries(headers)),
  body: JSON.stringify({ hits: count }),
});
const status = (code: number): HttpReply => ({ status: code, headers: new Map(), body: 'sorry' });
const refused: Failure = { error: 'connect', message: 'connection refused: nothing listens there' };

/** Verifies a target whose request `i`, counted from 0, is answered by `reply(i)`; the first one is slow. */
const verifying = async (
  reply: (index: number) => HttpReply | Failure | 'silence',
  change: Partial<Target> = {},
  timeoutMs = 10_000,
  concurrency = 1,
): Promise<
  Verification & { connections: [opened: number, closed: number]; mostAtOnce: number; tookMs: number }
> => {
  const clock = new VirtualClock();
  const load = { ...closedLoad, timeoutMs, concurrency };
  const plan = planOf({ load, targets: [targetOf('a', change)] });
  const store = memoryObjectStore(new Map([[planKey('run-1'), JSON.stringify(plan)]]));
  const server = virtualServer(clock, (sentMs, index) => {
    const result = reply(index);
    if (result === 'silence') return { endMs: Infinity };
    return { endMs: sentMs + (index === 0 ? coldMs : serviceMs), result };
  });
  const deps = { store, clock, connectionOpener: () => server.openConnection };
  const verification = await clock.run(verify(deps, { runId: 'run-1', targetId: 'a' }));
  return {
    ...verification,
    connections: [server.opened(), server.closed()],
    mostAtOnce: server.mostAtOnce(),
    tookMs: clock.now(),
  };
};

describe('verify a sync-counter', () => {
  it('sends in turn, then together, and finds an exact counter fit', async () => {
    const headers = { 'x-architecture': 'a', 'x-cold': '1', 'x-request-id': 'r', server: 'uvicorn' };
    const found = await verifying((i) => hits(i + 1, i === 0 ? headers : {}));
    expect(found).toEqual({
      targetId: 'a',
      ok: true,
      sent: 50,
      acknowledged: 50,
      // The cold first request does not size the segments.
      meanMs: serviceMs,
      burst: { connections: 5, meanMs: serviceMs },
      observed: { 'x-architecture': 'a', 'x-cold': '1', server: 'uvicorn' },
      coldStarts: { aloneMs: [coldMs], burstMs: [] },
      connections: [5, 5],
      mostAtOnce: 5,
      tookMs: coldMs + 9 * serviceMs + 8 * serviceMs,
    });
  });

  it.each([
    [1, 5, 50],
    [7, 7, 45],
    [10, 10, 50],
    [300, 10, 50],
  ])(
    'opens for a load of %i connections %i, and sends %i requests',
    async (concurrency, connections, sent) => {
      const found = await verifying((i) => hits(i + 1), {}, 10_000, concurrency);
      expect(found).toMatchObject({ connections: [connections, connections], mostAtOnce: connections, sent });
    },
  );

  it('tells cold answers that came alone from those of the burst', async () => {
    const burst = [10, 11, 12];
    const cold = (i: number): boolean => i === 0 || burst.includes(i);
    const found = await verifying((i) => hits(i + 1, { 'x-cold': cold(i) ? '1' : '0' }));
    expect(found.coldStarts).toEqual({ aloneMs: [coldMs], burstMs: burst.map(() => serviceMs) });
  });

  it('measures the pace of the burst by its warm answers alone', async () => {
    const found = await verifying((i) => hits(i + 1, { 'x-cold': i < 15 ? '1' : '0' }), { kind: 'null' });
    expect(found.burst).toEqual({ connections: 5, meanMs: serviceMs });
    const cold = await verifying((i) => hits(i + 1, { 'x-cold': '1' }));
    expect(cold.burst).toBeUndefined();
  });

  it('says nothing about cold starts of a target that does not', async () => {
    expect((await verifying((i) => hits(i + 1))).coldStarts).toBeUndefined();
  });

  it('refuses one that loses an update under concurrency', async () => {
    const found = await verifying((i) => hits(i < 30 ? i + 1 : i));
    expect(found).toMatchObject({ ok: false, sent: 50, acknowledged: 50 });
    expect(found.reason).toBe(
      'updates are lost: 50 acknowledged requests gave only 49 different counts (30 came more than once)',
    );
  });

  it('refuses one that counts twice', async () => {
    expect(await verifying((i) => hits(2 * i))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('49 counts are missing between 0 and 98, but only 0 requests failed'),
    });
  });

  it.each<[string, (i: number) => HttpReply | Failure | 'silence', string]>([
    ['is not there', () => refused, 'connection refused: nothing listens there'],
    ['fails', () => status(500), 'answered 500 instead of 200: "sorry"'],
    ['throttles', () => status(429), 'answered 429: "sorry"'],
    ['answers a page', () => ({ ...hits(1), body: '<html>' }), 'answered 200 without a count: "<html>"'],
  ])('gives up after three requests on one that %s', async (_, reply, why) => {
    const found = await verifying(reply);
    expect(found).toMatchObject({ ok: false, sent: 3, acknowledged: 0, connections: [5, 5] });
    expect(found.reason).toBe(`none of 3 requests was acknowledged; the first: ${why}`);
    expect(found.meanMs).toBeUndefined();
  });

  it('gives up after three time-outs on one that hangs', async () => {
    const found = await verifying(() => 'silence');
    expect(found).toMatchObject({ ok: false, sent: 3, tookMs: 30_000, observed: {} });
  });

  it('lets one be measured that fails now and then: its errors are figures', async () => {
    const found = await verifying((i) => (i % 7 === 6 ? status(503) : hits(i + 1)));
    expect(found).toMatchObject({ ok: true, sent: 50, acknowledged: 43, meanMs: serviceMs });
  });

  it('sends nothing more after 200 s, however long a time-out is', async () => {
    const found = await verifying((i) => (i === 0 ? hits(1) : 'silence'), {}, 60_000);
    expect(found).toMatchObject({ ok: true, sent: 5, acknowledged: 1, tookMs: coldMs + 4 * 60_000 });
  });
});

describe('verify the other kinds', () => {
  it('wants a constant status of the null target', async () => {
    expect(
      await verifying(() => ({ status: 200, headers: new Map(), body: 'ok' }), { kind: 'null' }),
    ).toMatchObject({
      ok: true,
      sent: 50,
    });
    expect(await verifying(() => status(404), { kind: 'null' })).toMatchObject({ ok: false, sent: 3 });
  });

  it('asks a URL of the user three times and wants the status that it names', async () => {
    const request = { expectedStatus: 202 };
    const found = await verifying(() => status(202), { kind: 'url', request });
    expect(found).toMatchObject({ ok: true, sent: 3, acknowledged: 3, connections: [1, 1] });
    expect(found.burst).toBeUndefined();
    expect(await verifying(() => status(200), { kind: 'url', request })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('answered 200 instead of 202'),
    });
  });

  it('sends it a small burst where it is to be loaded over several connections', async () => {
    const found = await verifying(() => status(200), { kind: 'url' }, 10_000, 4);
    expect(found).toMatchObject({ ok: true, sent: 3 + 4 * 2, connections: [4, 4], mostAtOnce: 4 });
    expect(found.burst).toEqual({ connections: 4, meanMs: serviceMs });
  });

  it('refuses a queue by name without sending anything', async () => {
    const found = await verifying(() => hits(1), { kind: 'async-queue' });
    expect(found).toMatchObject({
      ok: false,
      sent: 0,
      reason: expect.stringContaining('"async-queue"'),
      connections: [0, 0],
    });
  });
});

describe('verify', () => {
  const clock = new VirtualClock();
  const deps = { clock, connectionOpener: () => virtualServer(clock, () => ({ endMs: 0 })).openConnection };

  it('names the run that was never planned', async () => {
    const verifyNothing = verify({ ...deps, store: memoryObjectStore() }, { runId: 'x', targetId: 'a' });
    await expect(verifyNothing).rejects.toThrow(InputError);
  });

  it('names the target that is not in the plan', async () => {
    const store = memoryObjectStore(new Map([[planKey('run-1'), JSON.stringify(planOf())]]));
    await expect(verify({ ...deps, store }, { runId: 'run-1', targetId: 'x' })).rejects.toThrow(
      'targetId: given "x"; allowed: a target of the run: a, b, null',
    );
  });
});
