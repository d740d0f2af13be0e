/**
 * How late the open model sends and what waiting for the planned times costs, at 1,000/s, 5,000/s and 70 % of what this
 * generator can send at all to a server in another process that answers a constant. All take turns, block by block:
 *   thread  the generator's own pacer
 *   timer   the same over the event loop's timers, as where no thread can be started
 *   spin    turning the event loop for the last millisecond: what the thread replaced
 * Lag is from when a request could have been sent to when it was; "host" is the thread's with nothing to send. Medians of
 * blocks. Asked of the thread, where the host's p99 is at most 0.3 ms: a lag of at most 0.5 ms at p99 and 10 % of a core at
 * 1,000/s, 1 ms above. At last a rate beyond the capacity, and what the report would say of it.
 * Run: node bench/generator-pacing.mjs [blocks] [seconds per block]
 */
import { host, importSources, quantileOf, startServer } from './generator-sources.mjs';

const [blocks = 5, seconds = 3] = process.argv.slice(2).map(Number);
const connections = 64;
/**
 * @typedef {typeof import('../src/app/generate/closed.ts') & typeof import('../src/app/generate/open.ts')
 *   & typeof import('../src/app/generate/kept-plan.ts') & typeof import('../src/core/load/schedule.ts')
 *   & typeof import('../src/adapters/http/client.ts') & typeof import('../src/adapters/system.ts')
 *   & typeof import('../src/adapters/pacer.ts') & typeof import('../src/core/report/validity.ts')} Sources
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
  'src/core/report/validity.ts',
];
const {
  driveClosed,
  driveOpen,
  httpConnection,
  idleLagP99Ms,
  judgeCell,
  openSchedule,
  startPacer,
  systemClock,
  timerPacer,
  watchVitals,
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
  const endWatch = watchVitals();
  const { kept } = await driveOpen(load, schedule, startMs, { ...drive, pacer });
  const vitals = endWatch();
  pacer.end();
  if (kept === undefined) throw new Error('an open load keeps a plan');
  const { sendLagP50Ms: p50, sendLagP99Ms: p99, waitedForConnection: waited = 0, sentPerSecond = 0 } = kept;
  const { cpuShare } = vitals;
  return { p50, p99, idle, cpuShare, waited, kept: sentPerSecond / rate, self: { ...kept, ...vitals } };
};

/** What is asked of the thread at this rate. */
const verdict = (/** @type {{ rate: number, p99: number, idle: number, cpuShare: number }} */ of) => {
  if (!(of.idle <= 0.3)) return 'not judged';
  const kept = of.rate > 1000 ? of.p99 <= 1 : of.p99 <= 0.5 && of.cpuShare <= 0.1;
  return kept ? 'kept' : 'not kept';
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
    const median = (/** @type {'p50' | 'p99' | 'idle' | 'cpuShare' | 'waited' | 'kept'} */ figure) =>
      quantileOf(
        all.map((one) => one[figure]),
        0.5,
      );
    const [p99, idle, cpuShare] = [median('p99'), median('idle'), median('cpuShare')];
    const figures = [
      String(rate).padStart(9),
      median('p50').toFixed(3).padStart(13),
      p99.toFixed(3).padStart(13),
      (name === 'thread' ? idle.toFixed(3) : '').padStart(14),
      `${(cpuShare * 100).toFixed(1)} %`.padStart(13),
      ((median('waited') / (rate * seconds)) * 100).toFixed(1).padStart(11),
      (median('kept') * 100).toFixed(1).padStart(16),
    ];
    console.log(
      `${name.padEnd(8)}${figures.join('')}${name === 'thread' ? `  ${verdict({ rate, p99, idle, cpuShare })}` : ''}`,
    );
  }
}
const beyond = Math.round(most * 1.5);
const { self } = await measure('thread', beyond);
const workers = { planned: 1, finished: 1, died: [], missing: [] };
/** @type {import('../src/core/schema/report.ts').GeneratorReport} */
const generator = {
  ...{ workers: 1, requests: 1, connectionsOpened: 1, coldStart: false, coldStarts: 0, startedLateMs: 0 },
  ...{ memoryMb: 0, node: process.version, sendLagBoundMs: 2, ...self },
};
const load = { model: /** @type {const} */ ('open'), rate: beyond, durationSeconds: seconds, ...limits };
const { remarks } = judgeCell({ workers, unsent: 0, generator }, { ...load, maxConnections: connections });
console.log(`\nat ${beyond}/s:\n  ${remarks.join('\n  ')}`);
await server.stop();
