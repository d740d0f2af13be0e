#!/usr/bin/env node
/**
 * `npm test`: sets a fresh clone up and runs every test there is, from pure units to whole runs on the emulator.
 * `npm test -- --checks` adds format, lint, types, templates and state machines, each counted as one test.
 * The closing line is `N passed, N failed` (and `, N skipped`), with the totals of all suites.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensure } from '../tools/setup.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/** @typedef {{ name: string, command: string[], cwd?: string, needs?: string, read: (output: string) => Counts }} Suite */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const results = join(root, '.latency-lab', 'test-results');

/** @param {RegExp} pattern @param {string} text @returns {number} the sum of the first group over all matches */
const sumOf = (pattern, text) => [...text.matchAll(pattern)].reduce((sum, match) => sum + Number(match[1]), 0);

/** @param {string} file @returns {() => Counts} */
const jestCounts = (file) => () => {
  const r = JSON.parse(readFileSync(file, 'utf8'));
  // A suite that could not even start holds no test: it counts as one failure.
  const failed = r.numFailedTests + r.numRuntimeErrorTestSuites;
  return { passed: r.numPassedTests, failed, skipped: r.numPendingTests + r.numTodoTests };
};

/** @param {string} output @returns {Counts} of Python's unittest */
const unittestCounts = (output) => {
  const failed = sumOf(/(?:failures|errors)=(\d+)/g, output);
  const skipped = sumOf(/skipped=(\d+)/g, output);
  return { passed: sumOf(/^Ran (\d+) tests?/gm, output) - failed - skipped, failed, skipped };
};

/** @param {string} output @returns {Counts} of cargo test */
const cargoCounts = (output) => ({
  passed: sumOf(/^test result: \w+\. (\d+) passed/gm, output),
  failed: sumOf(/^test result: .*? (\d+) failed/gm, output),
  skipped: sumOf(/^test result: .*? (\d+) ignored/gm, output),
});

/** @param {string} output @returns {Counts} of ctest */
const ctestCounts = (output) => {
  const failed = sumOf(/(\d+) tests? failed out of \d+/g, output);
  return { passed: sumOf(/tests? failed out of (\d+)/g, output) - failed, failed, skipped: 0 };
};

/** @param {string} name @param {string[]} args @returns {Suite} */
const jest = (name, args) => {
  const file = join(results, `${name.replaceAll(/\W+/g, '-')}.json`);
  const flags = ['--ci', '--json', `--outputFile=${file}`, '--passWithNoTests=false'];
  return { name, command: ['node', 'node_modules/jest/bin/jest.js', ...flags, ...args], read: jestCounts(file) };
};

/** @param {string} name @param {string} script @returns {Suite} one of package.json's scripts as one test */
const check = (name, script) => ({ name, command: ['npm', 'run', '--silent', script], read: () => ({ passed: 1, failed: 0, skipped: 0 }) });

/** @param {Suite} suite @returns {Promise<Counts>} */
const run = (suite) =>
  new Promise((resolve) => {
    process.stdout.write(`\n== ${suite.name}: ${suite.command.join(' ')}\n`);
    const [program = '', ...args] = suite.command;
    const child = spawn(program, args, { cwd: suite.cwd ?? root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
        process.stdout.write(chunk);
      });
    }
    child.on('error', (error) => process.stdout.write(`${error.message}\n`));
    child.on('close', (code) => {
      const counts = readCounts(suite, output);
      // A runner that failed without naming a failed test still failed.
      if (code !== 0 && counts.failed === 0) counts.failed = 1;
      // A runner that ran nothing proves nothing.
      if (counts.passed + counts.failed + counts.skipped === 0) counts.failed = 1;
      resolve(counts);
    });
  });

/** @param {Suite} suite @param {string} output @returns {Counts} */
const readCounts = (suite, output) => {
  try {
    return suite.read(output);
  } catch (error) {
    process.stdout.write(`${suite.name}: its results could not be read (${String(error)})\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
};

const checks = [
  check('format', 'format:check'),
  check('lint', 'lint'),
  check('layers', 'lint:layers'),
  check('dead code', 'lint:dead'),
  check('types', 'typecheck'),
  check('templates', 'lint:templates'),
  check('state machines', 'lint:asl'),
];

/** @param {string} folder @param {string[]} command @param {(output: string) => Counts} read @param {string} needs @returns {Suite} */
const service = (folder, command, read, needs) => ({ name: `service ${folder}`, cwd: join(root, 'src/services', folder), command, read, needs });

const suites = [
  // What the emulator is relied on for comes first: when it fails, nothing after it means anything.
  jest('emulator conformance', ['--selectProjects', 'slow', '--runInBand', 'tests/local/emulator']),
  jest('unit', ['--selectProjects', 'unit']),
  jest('slow', ['--selectProjects', 'slow', '--runInBand', '--testPathIgnorePatterns', 'tests/local/emulator']),
];

const wanted = process.argv.includes('--checks') ? [...checks, ...suites] : suites;
mkdirSync(results, { recursive: true });
rmSync(results, { recursive: true });
mkdirSync(results, { recursive: true });
await ensure(['node_modules', 'emulator', 'sam', 'lint', 'python-runtime', 'node-runtime'], { log: (/** @type {string} */ line) => process.stderr.write(`${line}\n`) });

const total = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const summary = [];
for (const suite of wanted) {
  const started = Date.now();
  const counts = await run(suite);
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  const seconds = Math.round((Date.now() - started) / 1000);
  summary.push(`${suite.name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped (${seconds} s)`);
}
process.stdout.write(`\n${summary.join('\n')}\n`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
process.stdout.write(`${total.passed} passed, ${total.failed} failed${skipped}\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
