/** `npm run bench [-- NAME ...]`: runs benchmarks one after the other, each with its defaults; their own files take arguments. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** @type {Readonly<Record<string, string>>} */
const benchmarks = {
  'load-tools':
    'the whole generator beside wrk, autocannon, k6, hey and oha (what runs where nothing is named)',
  'generator-speed': 'its CPU per request beside other clients in Node, http and https',
  'generator-pacing': 'how late it sends an open load, and what waiting costs',
  'generator-agreement': 'its times beside those of a server that knows them',
  'generator-stall': 'a server that stops for 1.4 s',
  rollouts: 'how many rollouts the rules stop that should, and that should not',
  'rollouts-real': 'the same for a real function on the local plane',
  truth: 'how often verdicts, gates and intervals err',
  histogram: 'histograms beside hdr-histogram-js',
  'report-merge': 'what a report of many parts takes',
  host: 'what the function host adds',
  'tuning-curve': 'whether memory buys CPU on the local plane as on Lambda',
  start: 'how long the command line takes to start',
};

const given = process.argv.slice(2);
const unknown = given.find((name) => !Object.hasOwn(benchmarks, name));
if (unknown !== undefined) {
  const lines = Object.entries(benchmarks).map(([name, what]) => `  ${name.padEnd(20)} ${what}`);
  console.error(`benchmark: given "${unknown}"; allowed:\n${lines.join('\n')}`);
  process.exit(2);
}
for (const name of given.length === 0 ? ['load-tools'] : given) {
  const file = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
  const { status } = spawnSync(process.execPath, [file], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
