/**
 * How much one request costs the generator's client, beside what Node brings along. All take turns, block by block, in
 * this process against a server in another one that answers a constant; each block is a closed load.
 *   generator  the connection of src/adapters/http: answer parsed and timed
 *   node:http  http.request with a keep-alive agent, body read
 *   fetch      Node's fetch (undici), body read
 *   raw        bytes on a socket, answers counted and not parsed: the floor
 * Run: node bench/generator-speed.mjs [connections] [blocks] [requests per block]
 */
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { host, importSources, quantileOf, startServer } from './generator-sources.mjs';

const [connections = 64, blocks = 15, requests = 6000] = process.argv.slice(2).map(Number);
/**
 * @typedef {typeof import('../src/app/generate/closed.ts') & typeof import('../src/adapters/http/client.ts')
 *   & typeof import('../src/adapters/system.ts')} Sources
 */
const sources = ['src/app/generate/closed.ts', 'src/adapters/http/client.ts', 'src/adapters/system.ts'];
const { driveClosed, httpConnection, systemClock } = /** @type {Sources} */ (await importSources(sources));
const server = await startServer('generator-constant-server.mjs');
const url = `${server.url}/hits`;
const agent = new Agent({ keepAlive: true, maxSockets: connections });

/** Sends `requests` by `send`, `connections` at a time, each when the last was answered. */
const closed = async (/** @type {() => Promise<unknown>} */ send) => {
  let next = 0;
  const connection = async () => {
    while (next++ < requests) await send();
  };
  await Promise.all(Array.from({ length: connections }, connection));
};

const byHttp = () =>
  new Promise((resolve, reject) => {
    request(url, { agent }, (response) => {
      response.resume().on('end', resolve);
    })
      .on('error', reject)
      .end();
  });

const byFetch = async () => (await fetch(url)).text();

const generator = () =>
  driveClosed(
    { requests, concurrency: connections, warmup: 0, timeoutMs: 10_000 },
    {
      clock: systemClock,
      openConnection: () => httpConnection({ url, method: 'GET', headers: {} }, { clock: systemClock }),
      onSent: ({ result }) => {
        if ('error' in result || result.status !== 200) throw new Error(JSON.stringify(result));
      },
      mayGoOn: () => true,
    },
  );

const raw = async () => {
  const bytes = `GET /hits HTTP/1.1\r\nhost: ${new URL(url).host}\r\n\r\n`;
  let next = 0;
  const connection = () =>
    new Promise((resolve, reject) => {
      const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', noDelay: true });
      const send = () => {
        if (next++ < requests) socket.write(bytes);
        else resolve(socket.destroy());
      };
      socket.on('connect', send).on('data', send).on('error', reject);
    });
  await Promise.all(Array.from({ length: connections }, connection));
};

/** @type {Record<string, () => Promise<unknown>>} */
const clients = { generator, 'node:http': () => closed(byHttp), fetch: () => closed(byFetch), raw };
/** @type {Record<string, { perSecond: number, cpuUs: number }[]>} */
const taken = Object.fromEntries(Object.keys(clients).map((name) => [name, []]));

for (let block = 0; block <= blocks; block++) {
  for (const [name, run] of Object.entries(clients)) {
    const cpu = process.cpuUsage();
    const begin = performance.now();
    await run();
    const seconds = (performance.now() - begin) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    // The first block warms up the compiler and the connections.
    if (block > 0) taken[name]?.push({ perSecond: requests / seconds, cpuUs: (user + system) / requests });
  }
}
agent.destroy();
await server.stop();

const median = (/** @type {string} */ name, /** @type {'perSecond' | 'cpuUs'} */ figure) =>
  quantileOf(
    (taken[name] ?? []).map((block) => block[figure]),
    0.5,
  );

console.log(`${host()}\n${connections} connections, ${blocks} blocks of ${requests} requests each; medians`);
console.log('             requests/s   CPU us/request   CPU of the generator over it');
for (const name of Object.keys(clients)) {
  const ratio = median('generator', 'cpuUs') / median(name, 'cpuUs');
  const figures = [
    median(name, 'perSecond').toFixed(0).padStart(10),
    median(name, 'cpuUs').toFixed(1).padStart(17),
  ];
  console.log(`${name.padEnd(12)}${figures.join('')}${ratio.toFixed(2).padStart(31)}`);
}
process.exit(0);
