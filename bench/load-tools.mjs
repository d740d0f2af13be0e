/**
 * The whole generator beside other load tools, each as a program of its own: a closed load of 64 connections against a
 * constant answer. All take turns, round by round; a first round of one second warms up and is left out. The server has one
 * processor and the client another where the system can pin them, so requests/s may be the server's bound; CPU per request
 * is the client's own, without that of its start. Tools that are not installed are left out and named.
 * About two minutes for six tools.
 * Run: npm run bench, or node bench/load-tools.mjs [rounds] [seconds of each] [tool ...]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { host, importSources, quantileOf, startServer } from './generator-sources.mjs';
import { toolsIn, versionOf } from './load-tools-list.mjs';
import { find, pins, run, startNginx } from './load-tools-process.mjs';

/**
 * @typedef {typeof import('../src/core/stats/quantile-interval.ts') & typeof import('../src/core/stats/distribution.ts')
 *   & typeof import('../src/core/stats/verdict.ts')} Stats
 * @typedef {import('../src/core/stats/distribution.ts').Distribution} Distribution
 * @typedef {import('./load-tools-list.mjs').Tool} Tool
 * @typedef {{ perSecond: number, cpuUs: number, startMs: number, busy: number }} Figures CPU of a request, in microseconds
 *   and without the start's; of the start, in milliseconds; share of a processor that was used from start to end
 */
const sources = ['quantile-interval', 'distribution', 'verdict'].map((name) => `src/core/stats/${name}.ts`);
const stats = /** @type {Stats} */ (await importSources(sources));
const connections = 64;

/**
 * One load, which must not fail.
 * @param {string} name @param {Tool} tool @param {readonly string[]} pin @param {readonly (string | number)[]} words
 * @param {number} seconds that it takes, about
 */
const load = async (name, { program = '', outcome }, pin, words, seconds) => {
  const begin = performance.now();
  const { printed, cpuSeconds } = await run([...pin, program, ...words.map(String)], seconds);
  const took = (performance.now() - begin) / 1000;
  const { requests, failed, perSecond } = outcome(printed);
  if (!(requests > 0 && perSecond > 0 && cpuSeconds >= 0)) throw new Error(`${name} printed ${printed}`);
  if (failed > 0) throw new Error(`${name}: ${failed} of ${requests} requests failed`);
  return { requests, perSecond, cpuSeconds, took };
};

/**
 * A load of some seconds, after one of a single request for each connection: the CPU of the latter is that of the start. It is taken for
 * 0 where a tool cannot be told how much to send; wrk takes less than the 10 ms that can be measured.
 * @param {string} name @param {Tool} tool @param {readonly string[]} pin @param {string} url @param {number} seconds
 * @returns {Promise<Figures>}
 */
const measure = async (name, tool, pin, url, seconds) => {
  const words = (/** @type {readonly (string | number)[]} */ until) => tool.load(url, connections, until);
  const start = tool.count && (await load(name, tool, pin, words(tool.count(connections)), 1));
  const startSeconds = start?.cpuSeconds ?? 0;
  const long = await load(name, tool, pin, words(tool.during(seconds)), seconds);
  const cpuSeconds = long.cpuSeconds - startSeconds;
  return {
    perSecond: long.perSecond,
    cpuUs: (cpuSeconds / (long.requests - (start?.requests ?? 0))) * 1e6,
    startMs: startSeconds * 1000,
    busy: long.cpuSeconds / long.took,
  };
};

const shown = (/** @type {number} */ value, digits = 0) =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** The median over the rounds with its 95 % interval. @param {readonly number[]} values */
const median = (values, digits = 0) => {
  const all = /** @type {Distribution} */ (stats.distributionFromSamples(values));
  const found = stats.quantileInterval(all, 0.5);
  if (!found.known) throw new Error(`${values.length} rounds where it takes ${found.neededN}`);
  return `${shown(found.value, digits)} (${shown(found.low, digits)} to ${shown(found.high, digits)})`;
};

/** The median alone. @param {readonly number[]} values */
const middle = (values) => shown(quantileOf(values, 0.5));

/**
 * How many times the other's CPU per request ours is: the mean of the rounds' logarithms, with Student's interval of 95 %.
 * @param {readonly Figures[]} ours @param {readonly Figures[]} theirs
 */
const ratio = (ours, theirs) => {
  const cpu = (/** @type {readonly Figures[]} */ all) =>
    all.map(({ cpuUs }, round) => ({ round, value: cpuUs, n: 1 }));
  const difference = stats.pairedDifference(cpu(theirs), cpu(ours));
  const verdict = difference && stats.verdictOf(difference, { ...stats.verdictDefaults, alpha: 0.05 });
  if (verdict === undefined || verdict.outcome === 'this-run-only') return '';
  return `${shown(verdict.ratio, 2)} (${shown(verdict.low, 2)} to ${shown(verdict.high, 2)})`;
};

/** @param {ReadonlyMap<string, readonly Figures[]>} measured @param {Readonly<Record<string, Tool>>} tools */
const print = (measured, tools) => {
  console.log(
    '| tool | requests/s | client CPU µs per request | its start, CPU ms | of its processor | generator’s CPU over it |',
  );
  console.log('| --- | --- | --- | --- | --- | --- |');
  const ours = measured.get('generator');
  for (const [name, figures] of measured) {
    const cells = [
      `${name} ${versionOf(/** @type {Tool} */ (tools[name]))}`.trim(),
      median(figures.map(({ perSecond }) => perSecond)),
      median(
        figures.map(({ cpuUs }) => cpuUs),
        1,
      ),
      figures.some(({ startMs }) => startMs > 0) ? middle(figures.map(({ startMs }) => startMs)) : '-',
      `${middle(figures.map(({ busy }) => busy * 100))} %`,
      ours === undefined || ours === figures ? '' : ratio(ours, figures),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
};

/** @param {readonly string[]} given @param {readonly string[]} all names of tools */
const parse = (given, all) => {
  const isNumber = (/** @type {string} */ word) => /^\d+$/.test(word);
  const [rounds = 6, seconds = 3] = given.filter(isNumber).map(Number);
  const asked = given.filter((word) => !isNumber(word));
  const unknown = asked.find((name) => !all.includes(name));
  const leastRounds = stats.minimumSampleSize(0.5);
  if (unknown !== undefined) throw new Error(`tool: given ${unknown}; allowed: ${all.join(', ')}`);
  if (rounds < leastRounds) throw new Error(`rounds: given ${rounds}; allowed: ${leastRounds} or more`);
  if (seconds < 1) throw new Error(`seconds: given ${seconds}; allowed: 1 or more`);
  return { rounds, seconds, wanted: all.filter((name) => asked.length === 0 || asked.includes(name)) };
};

const directory = mkdtempSync(join(tmpdir(), 'bench-load-tools-'));
try {
  const tools = await toolsIn(directory);
  const { rounds, seconds, wanted } = parse(process.argv.slice(2), Object.keys(tools));
  const names = wanted.filter((name) => tools[name]?.program !== undefined);
  const absent = wanted.filter((name) => !names.includes(name));
  const nginx = find('nginx');
  const pin = pins();
  console.log(`${host()}, load average before it ${shown(loadavg()[0] ?? NaN, 1)}`);
  console.log(
    `Server: ${nginx === undefined ? 'generator-constant-server.mjs' : 'nginx'}; ${pin.said}. ` +
      `${connections} connections, ${rounds} rounds of ${seconds} s each; medians (95 % intervals).\n`,
  );
  const server =
    nginx === undefined
      ? await startServer('generator-constant-server.mjs', ['keeps'], pin.server)
      : await startNginx(nginx, directory, pin.server);
  const measured = new Map(names.map((name) => [name, /** @type {Figures[]} */ ([])]));
  try {
    for (let round = 0; round <= rounds; round++) {
      for (const [turn] of names.entries()) {
        const name = names[(round + turn) % names.length] ?? '';
        const tool = /** @type {Tool} */ (tools[name]);
        const figures = await measure(
          name,
          tool,
          pin.client,
          `${server.url}/hits`,
          round === 0 ? 1 : seconds,
        );
        if (round > 0) measured.get(name)?.push(figures);
      }
    }
  } finally {
    await server.stop();
  }
  print(measured, tools);
  console.log(`\nNot installed here: ${absent.length === 0 ? 'none of them' : absent.join(', ')}.`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
