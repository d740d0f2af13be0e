import { httpConnection } from '../../../src/adapters/http/client.ts';
import { memoryObjectStore, unused } from '../../support/memory.ts';
import { startPacer } from '../../../src/adapters/pacer.ts';
import { systemClock, watchVitals } from '../../../src/adapters/system.ts';
import { generate } from '../../../src/app/generate/generate.ts';
import { Histogram } from '../../../src/core/histogram/histogram.ts';
import { parseLoad } from '../../../src/core/schema/load.ts';
import type { SamplePart } from '../../../src/core/schema/part.ts';
import { distributionFromSamples, quantile } from '../../../src/core/stats/distribution.ts';
import type { Exchange, Connection } from '../../../src/ports/index.ts';
import { startDelayServer } from '../../support/delay-server.ts';

// Nothing may ever seem faster than the server was. How much slower it may seem depends on the machine: under other
// load most requests wait for a processor, so only the luckiest tenth is held to a bound, and a wide one. How well the
// two agree on an idle machine is measured by bench/generator-agreement.mjs.
const luckyMs = 15;

/** Hands every exchange on to `seen` and changes nothing. */
const watched = (connection: Connection, seen: (exchange: Exchange) => void): Connection => ({
  close: () => {
    connection.close();
  },
  send: async (timeoutMs) => {
    const exchange = await connection.send(timeoutMs);
    seen(exchange);
    return exchange;
  },
});

const measure = async (url: string, load: object) => {
  const exchanges: Exchange[] = [];
  const objects = new Map<string, string>();
  const deps = {
    clock: systemClock,
    store: memoryObjectStore(objects),
    ...unused,
    httpConnection: (request: Parameters<typeof httpConnection>[0]) =>
      watched(httpConnection(request, { clock: systemClock }), (exchange) => exchanges.push(exchange)),
    watchVitals,
    startPacer,
  };
  const assignment = {
    ...{ runId: 'r', round: 1, cellId: 'c', segment: 0, attempt: 1, worker: 0, workers: 1 },
    target: { version: 1, id: 'c', kind: 'sync-counter', url } as const,
    load: parseLoad({ warmup: 0, ...load }),
  };
  const surroundings = { remainingMs: 600_000, coldStart: false, memoryMb: 1, node: process.version };
  const { output } = await generate(deps, { assignment }, surroundings);
  const parts = [...objects.values()].map((body) => JSON.parse(body) as SamplePart);
  const service = Histogram.create();
  for (const part of parts) service.merge(Histogram.decode(part.histograms.service.warm));
  return { exchanges, output, service };
};

describe('the generator beside a server that records its own delays', () => {
  let server: Awaited<ReturnType<typeof startDelayServer>>;

  beforeEach(async () => {
    server = await startDelayServer();
  });

  afterEach(async () => {
    await server.stop();
  });

  it.each([
    ['closed, one connection', { requests: 100 }],
    ['closed, eight connections', { requests: 300, concurrency: 8 }],
    ['open', { rate: 150, durationSeconds: 2, maxConnections: 50 }],
  ])('agrees with it request by request and in its quantiles: %s', async (_, load) => {
    const { exchanges, output, service } = await measure(server.url, load);
    const delays = await server.records();
    expect(output).toMatchObject({ ok: delays.length, failed: 0, unsent: 0 });

    const added = exchanges.map(({ sentMs, endMs, result }) => {
      const id = 'headers' in result ? Number(result.headers.get('x-request-id')) : NaN;
      return endMs - sentMs - delays[id]!;
    });
    const all = distributionFromSamples(added)!;
    expect(all.n).toBe(delays.length);
    expect(Math.min(...added)).toBeGreaterThan(-0.1);
    expect(quantile(all, 0.1)).toBeLessThan(luckyMs);

    const timed = distributionFromSamples(exchanges.map(({ sentMs, endMs }) => endMs - sentMs))!;
    for (const q of [0.1, 0.5, 0.9, 0.99]) {
      const raw = quantile(timed, q);
      expect(Math.abs(service.quantile(q) / 1000 - raw)).toBeLessThan(raw / 1000 + 0.002);
      expect(service.quantile(q) / 1000).toBeGreaterThan(quantile(distributionFromSamples(delays)!, q) - 0.1);
    }
  });
});
