/**
 * How late the open model sends and what waiting for the planned times costs, at 1,000/s, 5,000/s and 70 % of what this
 * generator can send at all to a server in another process that answers a constant. All take turns, block by block:
 *   thread  the generator's own pacer
 *   timer   the same over the event loop's timers, as where no thread can be started
 *   spin    turning the event loop for the last millisecond: what the thread replaced
 * Lag is from when a request could have been sent to when it was; "host" is the thread's with nothing to send. Medians of
 * blocks. A lag is judged where that host's p99 is at most 0.3 ms.
 * Run: node bench/generator-pacing.mjs [blocks] [seconds per block]
 */
import { host, importSources, quantileOf, startServer } from './generator-sources.mjs';

const [blocks = 5, seconds = 3] = process.argv.slice(2).map(Number);
const connections = 64;
/**
 * @typedef {typeof import('../src/app/generate/closed.ts') & typeof import('../src/app/generate/open.ts')
 *   & typeof import('../src/app/generate/kept-plan.ts') & typeof import('../src/core/load/schedule.ts')
 *   & typeof import('../src/adapters/http/client.ts') & typeof import('../src/adapters/system.ts')
 *   & typeof import('../src/adapters/pacer.ts')} Sources
 */
/** @typedef {import('../src/ports/index.ts').Pacer} Pacer */
const sources = [
  'src/app/generate/closed.ts',
  'src/app/generate/open.ts',
  'src/app/generate/kept-plan.ts',
  'src/core/load/schedule.ts',
  'src/adapters/http/client.ts',
  'src/adapters/system.ts',
  'src/adapters/pacer.ts',
];
const {
  driveClosed,
  driveOpen,
  httpConnection,
  idleLagP99Ms,
  openSchedule,
  startPacer,
  systemClock,
  timerPacer,
} = /** @type {Sources} */ (await importSources(sources));
const server = await startServer('generator-constant-server.mjs');
const request = { url: `${server.url}/hits`, method: 'GET', headers: {} };

/** @returns {Pacer} */
const spinPacer = () => {
  let ended = false;
  return {
    pace: (times, wake) => {
      let next = 0;
      const turn = () => {
        const now = performance.now();
        const before = next;
        while ((times[next] ?? Infinity) <= now) next++;
        if (ended) return;
        if (next > before) wake();
        const left = (times[next] ?? 0) - performance.now();
        if (next >= times.length) return;
        if (left >= 2) setTimeout(turn, Math.floor(left - 1));
        else setImmediate(turn);
      };
      turn();
    },
    end: () => {
      ended = true;
    },
  };
};

const drive = {
  clock: systemClock,
  openConnection: () => httpConnection(request, { clock: systemClock }),
  onSent: (/** @type {import('../src/app/generate/closed.ts').Sent} */ { result }) => {
    if ('error' in result || result.status !== 200) throw new Error(JSON.stringify(result));
  },
  mayGoOn: () => true,
};
const limits = { warmup: 0, timeoutMs: 10_000 };

const capacity = async () => {
  const requests = 60_000;
  await driveClosed({ ...limits, requests, concurrency: connections }, drive);
  const begin = performance.now();
  await driveClosed({ ...limits, requests, concurrency: connections }, drive);
  return (requests * 1000) / (performance.now() - begin);
};

/** @type {Record<string, () => Promise<Pacer> | Pacer>} */
const pacers = { thread: startPacer, timer: () => timerPacer(systemClock), spin: spinPacer };

const measure = async (/** @type {keyof pacers} */ name, /** @type {number} */ rate) => {
  const pacer = (await pacers[name]?.()) ?? spinPacer();
  const idle = name === 'thread' ? await idleLagP99Ms(systemClock, pacer) : NaN;
  const schedule = openSchedule({ totalRate: rate, durationSeconds: seconds, worker: 0, workers: 1 });
  const load = { ...limits, warmup: 50, maxConnections: connections };
  const startMs = systemClock.now() + 20;
  const cpu = process.cpuUsage();
  const { kept } = await driveOpen(load, schedule, startMs, { ...drive, pacer });
  const { user, system } = process.cpuUsage(cpu);
  const cpuShare = (user + system) / 1000 / (systemClock.now() - startMs);
  pacer.end();
  if (kept === undefined) throw new Error('an open load keeps a plan');
  const { sendLagP50Ms: p50, sendLagP99Ms: p99, waitedForConnection: waited = 0, sentPerSecond = 0 } = kept;
  return { p50, p99, idle, cpuShare, waited, kept: sentPerSecond / rate };
};

const most = await capacity();
const rates = [1000, 5000, Math.round((most * 0.7) / 100) * 100];
console.log(`${host()}\ncapacity, closed over ${connections} connections: ${most.toFixed(0)} requests/s`);
console.log(`${blocks} blocks of ${seconds} s each; medians\n`);
console.log(
  '             rate  lag p50, ms  lag p99, ms  host p99, ms  of one core  waited, %  of the rate, %',
);
for (const rate of rates) {
  /** @type {Record<string, Awaited<ReturnType<typeof measure>>[]>} */
  const taken = {};
  for (let block = 0; block < blocks; block++)
    for (const name of Object.keys(pacers)) (taken[name] ??= []).push(await measure(name, rate));
  for (const [name, all] of Object.entries(taken)) {
    const median = (/** @type {keyof (typeof all)[number]} */ figure) =>
      quantileOf(
        all.map((one) => one[figure]),
        0.5,
      );
    const idle = median('idle');
    const figures = [
      String(rate).padStart(9),
      median('p50').toFixed(3).padStart(13),
      median('p99').toFixed(3).padStart(13),
      (name === 'thread' ? idle.toFixed(3) : '').padStart(14),
      `${(median('cpuShare') * 100).toFixed(1)} %`.padStart(13),
      ((median('waited') / (rate * seconds)) * 100).toFixed(1).padStart(11),
      (median('kept') * 100).toFixed(1).padStart(16),
    ];
    console.log(`${name.padEnd(8)}${figures.join('')}${idle > 0.3 ? '  not judged' : ''}`);
  }
}
await server.stop();
