/**
 * Coordinated omission on a real clock, by the example of wrk2: 2,000 requests/s for 30 s while the server stops once for
 * 1.4 s. 2,800 planned requests wait. Timed from the plan, p99 is 1.4 - 600/2000 = 1.10 s and the draining; timed from
 * the actual send, it looks as if nothing had happened. The exact values are asserted on a virtual clock by the tests.
 * Run: node bench/generator-stall.mjs
 */
import { host, importSources, quantileOf, startServer } from './generator-sources.mjs';

/** @typedef {import('../src/app/generate/closed.ts').Sent} Sent */
/**
 * @typedef {typeof import('../src/app/generate/open.ts') & typeof import('../src/core/load/schedule.ts')
 *   & typeof import('../src/adapters/http/client.ts') & typeof import('../src/adapters/system.ts')
 *   & typeof import('../src/adapters/pacer.ts')} Sources
 */
const sources = [
  'src/app/generate/open.ts',
  'src/core/load/schedule.ts',
  'src/adapters/http/client.ts',
  'src/adapters/system.ts',
  'src/adapters/pacer.ts',
];
const { driveOpen, openSchedule, httpConnection, startPacer, systemClock } = /** @type {Sources} */ (
  await importSources(sources)
);
const server = await startServer('generator-stalling-server.mjs');

/** @type {Sent[]} */
const all = [];
const request = { url: `${server.url}/hits`, method: 'GET', headers: {} };
const pacer = await startPacer();
const cpu = process.cpuUsage();
const { kept } = await driveOpen(
  { warmup: 0, timeoutMs: 10_000, maxConnections: 10 },
  openSchedule({ totalRate: 2000, durationSeconds: 30, worker: 0, workers: 1 }),
  systemClock.now() + 100,
  {
    clock: systemClock,
    openConnection: () => httpConnection(request, { clock: systemClock }),
    onSent: (sent) => all.push(sent),
    mayGoOn: () => true,
    pacer,
  },
);
const { user, system } = process.cpuUsage(cpu);
pacer.end();
await server.stop();

const failed = all.filter(({ result }) => 'error' in result).length;
const shares = [0.5, 0.9, 0.99, 0.999, 1];
const rows = {
  'response time, from the plan': all.map(({ plannedMs, endMs }) => endMs - plannedMs),
  'service time, from the send': all.map(({ sentMs, endMs }) => endMs - sentMs),
};
console.log(
  `${host()}\n${all.length} requests, ${failed} failed, CPU share ${((user + system) / 30e6).toFixed(2)}`,
);
console.log(`${'ms'.padEnd(30)}${shares.map((q) => `p${q * 100}`.padStart(10)).join('')}`);
for (const [name, values] of Object.entries(rows)) {
  console.log(name.padEnd(30) + shares.map((q) => quantileOf(values, q).toFixed(2).padStart(10)).join(''));
}
console.log(
  `send lag p99 ${kept?.sendLagP99Ms.toFixed(2) ?? '?'} ms: the generator's own; ${kept?.waitedForConnection ?? '?'} requests waited for a connection`,
);
