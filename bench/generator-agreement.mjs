/**
 * Does the generator time what really happened? A server in another process delays each answer by 1 to 20 ms and
 * records the delay itself; the generator's times are compared with it, request by request and in their quantiles.
 * What is left over is the way there and back, two event loops and the machine's other work.
 * Run: node bench/generator-agreement.mjs; on a machine that is busy otherwise: chrt -f 10 node bench/generator-agreement.mjs
 */
import { host, importSources, quantileOf, startServer } from './generator-sources.mjs';

/** @typedef {import('../src/app/generate/closed.ts').Sent} Sent */
/**
 * @typedef {typeof import('../src/app/generate/closed.ts') & typeof import('../src/app/generate/open.ts')
 *   & typeof import('../src/adapters/http/client.ts') & typeof import('../src/adapters/system.ts')
 *   & typeof import('../src/adapters/pacer.ts') & typeof import('../src/core/histogram/histogram.ts')
 *   & typeof import('../src/core/load/schedule.ts')} Sources
 */

const sources = [
  'src/app/generate/closed.ts',
  'src/app/generate/open.ts',
  'src/adapters/http/client.ts',
  'src/adapters/system.ts',
  'src/adapters/pacer.ts',
  'src/core/histogram/histogram.ts',
  'src/core/load/schedule.ts',
];
const { driveClosed, driveOpen, httpConnection, Histogram, openSchedule, startPacer, systemClock } =
  /** @type {Sources} */ (await importSources(sources));

const measure = async (/** @type {{ rate?: number, requests: number, concurrency: number }} */ load) => {
  const server = await startServer('generator-delay-server.mjs');
  /** @type {Sent[]} */
  const all = [];
  const drive = {
    clock: systemClock,
    openConnection: () =>
      httpConnection({ url: `${server.url}/hits`, method: 'GET', headers: {} }, { clock: systemClock }),
    onSent: (/** @type {Sent} */ sent) => all.push(sent),
    mayGoOn: () => true,
  };
  const { rate, requests, concurrency } = load;
  const limits = { warmup: 0, timeoutMs: 10_000 };
  /** @type {Awaited<ReturnType<typeof driveOpen>>['kept']} */
  let kept;
  if (rate === undefined) {
    await driveClosed({ ...limits, requests, concurrency }, drive);
  } else {
    const share = { totalRate: rate, durationSeconds: requests / rate, worker: 0, workers: 1 };
    const pacer = await startPacer();
    const pool = { ...limits, maxConnections: concurrency };
    ({ kept } = await driveOpen(pool, openSchedule(share), systemClock.now() + 20, { ...drive, pacer }));
    pacer.end();
  }
  const records = /** @type {number[]} */ (await (await fetch(`${server.url}/records`)).json());
  await server.stop();
  return { all: all.slice(100), records, kept };
};

const row = (/** @type {string} */ name, /** @type {readonly number[]} */ values) => {
  console.log(`  ${name.padEnd(36)}${values.map((value) => value.toFixed(3).padStart(9)).join('')}`);
};

const shares = [0.5, 0.9, 0.99, 0.999];

const compare = async (/** @type {string} */ name, /** @type {Parameters<typeof measure>[0]} */ load) => {
  const { all, records, kept } = await measure(load);
  const histogram = Histogram.create();
  for (const { sentMs, endMs } of all) histogram.record((endMs - sentMs) * 1000);
  const idOf = (/** @type {Sent} */ { result }) =>
    'headers' in result ? Number(result.headers.get('x-request-id')) : NaN;
  const own = all.map((sent) => records[idOf(sent)] ?? NaN);
  const added = all.map((sent) => sent.endMs - sent.sentMs - (records[idOf(sent)] ?? NaN));
  const generator = shares.map((q) => histogram.quantile(q) / 1000);
  const server = shares.map((q) => quantileOf(own, q));
  console.log(`${name}: ${all.length} requests`);
  row('generator, ms', generator);
  row('server, ms', server);
  const differences = generator.map((value, i) => value - (server[i] ?? NaN));
  row('difference of the quantiles', differences);
  row(
    'difference request by request',
    shares.map((q) => quantileOf(added, q)),
  );
  const agree = differences.slice(0, 3).every((difference) => Math.abs(difference) <= 1);
  console.log(`  to p99 ${agree ? 'within' : 'not within'} 1 ms of what the server recorded`);
  if (kept !== undefined)
    console.log(`  send lag p50 ${kept.sendLagP50Ms.toFixed(3)} ms, p99 ${kept.sendLagP99Ms.toFixed(3)} ms`);
};

console.log(`${host()}\n${''.padEnd(38)}${shares.map((q) => `p${q * 100}`.padStart(9)).join('')}`);
await compare('closed, 1 connection', { requests: 1100, concurrency: 1 });
await compare('closed, 8 connections', { requests: 4100, concurrency: 8 });
await compare('open, 200/s', { rate: 200, requests: 2100, concurrency: 50 });
await compare('open, 500/s', { rate: 500, requests: 5100, concurrency: 50 });
