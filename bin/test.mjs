#!/usr/bin/env node
/**
 * `npm test`: sets a fresh clone up and runs every test there is, from pure units to whole runs on the emulator.
 * `npm test -- --checks`, what CI runs, adds format, lint, types, templates, state machines and cross-builds, each counted as
 * one test.
 * `node bin/test.mjs --static`, what CodeBuild runs, is those checks and the pure units alone.
 * The closing line is `N passed, N failed` (and `, N skipped`), with the totals of all suites.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensure } from '../tools/setup.mjs';
import { checks, crossBuilds, suites } from '../tools/test/suites.mjs';

/** @typedef {import('../tools/test/counts.mjs').Counts} Counts */
/** @typedef {import('../tools/test/suites.mjs').Suite} Suite */

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @param {Suite} suite @param {number | null} code @param {string} output @returns {Counts} */
const judge = (suite, code, output) => {
  /** @type {Counts} */
  let counts;
  try {
    counts = suite.read(output);
  } catch (error) {
    process.stdout.write(`${suite.name}: its results could not be read (${String(error)})\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const ran = counts.passed + counts.failed + counts.skipped;
  // A runner that failed without naming a failed test still failed, and one that ran nothing proves nothing.
  if (counts.failed === 0 && (code !== 0 || ran === 0)) {
    return { ...counts, passed: code === 0 ? counts.passed : Math.max(0, counts.passed - 1), failed: 1 };
  }
  return counts;
};

/** @param {Suite} suite @returns {Promise<Counts>} */
const run = (suite) =>
  new Promise((resolve) => {
    if (suite.skip !== undefined) {
      const { tests, why } = suite.skip;
      process.stdout.write(`\n== ${suite.name}: skipped, ${why}\n`);
      resolve({ passed: 0, failed: 0, skipped: tests, why: [why] });
      return;
    }
    process.stdout.write(`\n== ${suite.name}\n`);
    const [program = '', ...args] = suite.command;
    const child = spawn(program, args, {
      cwd: root,
      env: { ...env, ...suite.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (/** @type {string} */ chunk) => {
        output += chunk;
        process.stdout.write(chunk);
      });
    }
    child.on('error', (error) => process.stdout.write(`${error.message}\n`));
    child.on('close', (code) => {
      resolve(judge(suite, code, output));
    });
  });

const results = join(root, '.latency-lab', 'test-results');
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
// Of their own and removed, so that no test leaves anything in the machine's.
const temporary = join(root, '.latency-lab', 'tmp');
rmSync(temporary, { recursive: true, force: true });
mkdirSync(temporary, { recursive: true });
const env = { ...process.env, TMPDIR: temporary };
const onlyStatic = process.argv.includes('--static');
const log = (/** @type {string} */ line) => process.stderr.write(`${line}\n`);
const needed = /** @type {const} */ (['node_modules', 'lint', 'sam', 'python-runtime', 'fastapi']);
const processes = /** @type {const} */ (['emulator', 'node-runtime']);
// Its first build takes minutes of one core: the suites that need none of it begin meanwhile.
const compiled = onlyStatic ? undefined : ensure(['zig', 'cpp'], { log });
compiled?.catch(() => undefined);
/** @param {unknown} error @returns {never} */
const giveUp = (error) => {
  log(error instanceof Error ? error.message : String(error));
  process.exit(1);
};
const tools = await ensure(onlyStatic ? needed : [...needed, ...processes], { log }).catch(giveUp);
const where = { root, pythonRuntime: tools['python-runtime'].dir, fastapi: tools.fastapi.dir };
const all = process.argv.includes('--checks');
const wanted = onlyStatic
  ? [...checks, ...suites(results, where).filter(({ name }) => name === 'unit')]
  : [...(all ? checks : []), ...suites(results, where), ...(all ? crossBuilds : [])];

const total = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const summary = [];
/** @type {string[]} */
const reasons = [];
for (const suite of wanted) {
  if (suite.compiled === true) await compiled?.catch(giveUp);
  const started = Date.now();
  const { passed, failed, skipped, why = [] } = await run(suite);
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  const seconds = Math.round((Date.now() - started) / 1000);
  summary.push(`${suite.name}: ${passed} passed, ${failed} failed, ${skipped} skipped, ${seconds} s`);
  reasons.push(...why.map((reason) => `skipped in ${suite.name}: ${reason}`));
}
rmSync(temporary, { recursive: true, force: true });
process.stdout.write(`\n${[...summary, ...reasons].join('\n')}\n`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
process.stdout.write(`${total.passed} passed, ${total.failed} failed${skipped}\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
