/**
 * How much CPU one request costs the whole generator, beside other clients and beside sockets that parse nothing. All take
 * turns, block by block, in this process against servers in others that answer a constant; each block is a closed load of
 * generator-clients.mjs. Process CPU counts, garbage collection included, so a client's speed cannot hide its cost.
 * Required (medians of one run): generator <= 1.5 x raw and <= autocannon / 1.4, over http and https; where the server
 * closes every connection <= 1.3 x bare sockets that open one for each request.
 * Run: node bench/generator-speed.mjs [connections] [blocks] [requests per block]
 */
import { rmSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as clients from './generator-clients.mjs';
import { host, importSources, quantileOf, startServer } from './generator-sources.mjs';

const [connections = 64, blocks = 9, requests = 20_000] = process.argv.slice(2).map(Number);
const { generator, raw, rawFresh, undici, nodeHttp, byAutocannon } = clients;

/**
 * @typedef {(load: import('./generator-clients.mjs').Load) => Promise<void>} Client
 * @param {string} title
 * @param {string} url
 * @param {number} count requests of a block
 * @param {Readonly<Record<string, Client>>} takingTurns
 */
const compare = async (title, url, count, takingTurns) => {
  const taken = Object.entries(takingTurns).map(([name, client]) => ({
    ...{ name, client },
    cpuUs: /** @type {number[]} */ ([]),
    perSecond: /** @type {number[]} */ ([]),
  }));
  for (let block = 0; block <= blocks; block++) {
    for (const { client, cpuUs, perSecond } of taken) {
      const cpu = process.cpuUsage();
      const begin = performance.now();
      await client({ url, connections, requests: count });
      const seconds = (performance.now() - begin) / 1000;
      const { user, system } = process.cpuUsage(cpu);
      // The first block warms up the compiler.
      if (block === 0) continue;
      cpuUs.push((user + system) / count);
      perSecond.push(count / seconds);
    }
  }
  console.log(`\n${title}: ${connections} connections, ${blocks} blocks of ${count} requests each; medians`);
  console.log('             requests/s   CPU us/request   CPU of the generator over it   in the blocks');
  const ours = taken[0]?.cpuUs ?? [];
  for (const { name, cpuUs, perSecond } of taken) {
    const ratios = cpuUs.map((us, block) => (ours[block] ?? NaN) / us);
    const figures = [
      quantileOf(perSecond, 0.5).toFixed(0).padStart(10),
      quantileOf(cpuUs, 0.5).toFixed(1).padStart(17),
      quantileOf(ratios, 0.5).toFixed(2).padStart(31),
      `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`.padStart(16),
    ];
    console.log(`${name.padEnd(13)}${figures.join('')}`);
  }
};

/** @typedef {typeof import('../tests/support/certificate.ts')} Certificate */
const { selfSigned } = /** @type {Certificate} */ (await importSources(['tests/support/certificate.ts']));
const directory = mkdtempSync(join(tmpdir(), 'bench-generator-'));
const pemFile = join(directory, 'server.pem');
const { key, cert } = selfSigned('127.0.0.1');
writeFileSync(pemFile, key + cert, { mode: 0o600 });

const everyone = { generator, raw, undici, autocannon: byAutocannon, 'node:http': nodeHttp };
console.log(host());
// Such as one of listeners that leak, where connections are opened and closed by the thousand.
process.on('warning', (warning) => {
  throw warning;
});
for (const [title, arguments_, count, takingTurns] of /** @type {const} */ ([
  ['http', ['keeps'], requests, everyone],
  ['https', ['keeps', pemFile], requests, everyone],
  [
    'a server that closes every connection',
    ['closes'],
    Math.ceil(requests / 10),
    { generator, raw: rawFresh },
  ],
])) {
  const server = await startServer('generator-constant-server.mjs', arguments_);
  const url = `${arguments_.length > 1 ? server.url.replace('http:', 'https:') : server.url}/hits`;
  await compare(title, url, count, takingTurns);
  await server.stop();
}
rmSync(directory, { recursive: true, force: true });
process.exit(0);
