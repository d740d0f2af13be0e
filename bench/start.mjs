/**
 * How long the command line takes to start: our bundle, tsx, and Node's own type stripping (Node 22.18 or later), block by block
 * in one run. `node bench/start.mjs [DIRECTORY]`: of a node_modules with tsx, which the project does not depend on.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureTools } from '../tools/setup/ensure.mjs';

const blocks = 11;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { 'node-runtime': newer } = await ensureTools(root, ['node-runtime']);
const directory = mkdtempSync(join(tmpdir(), 'start-'));
const entry = join(directory, 'entry.mjs');
writeFileSync(
  entry,
  `const { main } = await import(${JSON.stringify(join(root, 'src/cli/main.ts'))});
process.exit(await main(process.argv.slice(2), ${JSON.stringify({ root, version: '0' })}));`,
);
const tsx = process.argv[2] === undefined ? [] : [join(process.argv[2], 'tsx', 'dist', 'loader.mjs')];
/** @type {[string, string[]][]} */
const contestants = [
  ...[process.execPath, newer.exec].flatMap((node) => {
    const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
    const named = (/** @type {string} */ name, /** @type {string[]} */ args) =>
      /** @type {[string, string[]]} */ ([`${name}, Node ${stdout.trim()}`, [node, ...args]]);
    return [
      named('bundle', [join(root, 'bin', 'latency-lab.mjs')]),
      ...tsx.map((loader) => named('tsx', ['--import', loader, entry])),
    ];
  }),
  ['type stripping, newer Node', [newer.exec, entry]],
];

const median = (/** @type {number[]} */ values) => values.sort((a, b) => a - b)[values.length >> 1] ?? NaN;
// `targets` is a real command; help and version are answered before anything is loaded.
for (const command of [['--version'], ['targets']]) {
  const times = contestants.map(() => /** @type {number[]} */ ([]));
  for (let block = 0; block <= blocks; block += 1) {
    contestants.forEach(([, [program = '', ...args]], i) => {
      const start = performance.now();
      const { status } = spawnSync(program, [...args, ...command], { stdio: 'ignore' });
      if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}`);
      // The first block warms every contestant's cache.
      if (block > 0) times[i]?.push(performance.now() - start);
    });
  }
  contestants.forEach(([name], i) => {
    const all = times[i] ?? [];
    const figures = `median ${median(all).toFixed(0)} ms, least ${Math.min(...all).toFixed(0)} ms`;
    process.stdout.write(`${command.join(' ')}: ${name}: ${figures}\n`);
  });
}
rmSync(directory, { recursive: true });
