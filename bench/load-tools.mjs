/**
 * The whole generator beside other load tools, each as a program of its own, start included: a closed load of 64 connections
 * against a constant answer. All take turns, round by round; a first round of one second warms up and is left out. The server has
 * one processor and the client another where the system can pin them, so requests/s may be the server's bound; CPU per
 * request is the client's own. Tools that are not installed are left out and named. About two minutes for six tools.
 * Run: npm run bench, or node bench/load-tools.mjs [rounds] [seconds of each] [tool ...]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { host, importSources, startServer } from './generator-sources.mjs';
import { toolsIn, versionOf } from './load-tools-list.mjs';
import { find, pins, run, startNginx } from './load-tools-process.mjs';

/**
 * @typedef {typeof import('../src/core/stats/quantile-interval.ts') & typeof import('../src/core/stats/distribution.ts')
 *   & typeof import('../src/core/stats/verdict.ts')} Stats
 * @typedef {import('../src/core/stats/distribution.ts').Distribution} Distribution
 * @typedef {import('./load-tools-list.mjs').Tool} Tool
 * @typedef {{ perSecond: number, cpuUs: number, busy: number }} Figures `busy`: share of a processor, from start to end
 */
const sources = ['quantile-interval', 'distribution', 'verdict'].map((name) => `src/core/stats/${name}.ts`);
const stats = /** @type {Stats} */ (await importSources(sources));
const connections = 64;

/**
 * @param {string} name @param {Tool} tool @param {readonly string[]} pin @param {string} url @param {number} seconds
 * @returns {Promise<Figures>}
 */
const measure = async (name, { program = '', load, outcome }, pin, url, seconds) => {
  const begin = performance.now();
  const command = [...pin, program, ...load(url, connections, seconds).map(String)];
  const { printed, cpuSeconds } = await run(command, seconds);
  const took = (performance.now() - begin) / 1000;
  const { requests, failed, perSecond } = outcome(printed);
  if (!(requests > 0 && perSecond > 0 && cpuSeconds > 0)) throw new Error(`${name} printed ${printed}`);
  if (failed > 0) throw new Error(`${name}: ${failed} of ${requests} requests failed`);
  return { perSecond, cpuUs: (cpuSeconds / requests) * 1e6, busy: cpuSeconds / took };
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
    '| tool | requests/s | client CPU µs per request | of its processor | generator’s CPU over it |',
  );
  console.log('| --- | --- | --- | --- | --- |');
  const ours = measured.get('generator');
  for (const [name, figures] of measured) {
    const cells = [
      `${name} ${versionOf(/** @type {Tool} */ (tools[name]))}`.trim(),
      median(figures.map(({ perSecond }) => perSecond)),
      median(
        figures.map(({ cpuUs }) => cpuUs),
        1,
      ),
      `${median(figures.map(({ busy }) => busy * 100)).replace(/ .*/, '')} %`,
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
