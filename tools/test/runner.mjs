/** Runs suites one after another, each showing its own words, and tells their totals as the last line. */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { junit } from './junit.mjs';

/** @typedef {import('./counts.mjs').Counts} Counts */
/** @typedef {import('./suites.mjs').Suite} Suite */
/** @typedef {{ counts: Counts, output: string }} Ran */

/** @param {string} root the repository @returns {string} where results of the last run lie, for people and for CodeBuild's reports */
export const resultsOf = (root) => join(root, '.latency-lab', 'test-results');

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

/** @param {Suite} suite @param {string} root @param {NodeJS.ProcessEnv} env @returns {Promise<Ran>} */
const run = (suite, root, env) =>
  new Promise((resolve) => {
    if (suite.skip !== undefined) {
      const { tests, why } = suite.skip;
      process.stdout.write(`\n== ${suite.name}: skipped, ${why}\n`);
      resolve({ counts: { passed: 0, failed: 0, skipped: tests, why: [why] }, output: '' });
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
      resolve({ counts: judge(suite, code, output), output });
    });
  });

/** @param {string} root @returns {string} a temporary directory of its own, so that no test leaves anything in the machine's */
const freshTemporary = (root) => {
  const temporary = join(root, '.latency-lab', 'tmp');
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  return temporary;
};

/**
 * @param {readonly Suite[]} suites
 * @param {{ root: string, name: string, ready?: (suite: Suite) => Promise<unknown>, remarks?: readonly string[] }} options
 *   `name` of the JUnit file with a test case per suite; `ready` resolves when what a suite takes is there; `remarks` stand above the totals
 * @returns {Promise<boolean>} whether all passed
 */
export const runSuites = async (suites, { root, name, ready, remarks = [] }) => {
  mkdirSync(resultsOf(root), { recursive: true });
  const temporary = freshTemporary(root);
  const env = { ...process.env, TMPDIR: temporary };
  const total = { passed: 0, failed: 0, skipped: 0 };
  const [summary, reasons] = /** @type {[string[], string[]]} */ ([[], []]);
  /** @type {import('./junit.mjs').Case[]} */
  const cases = [];
  for (const suite of suites) {
    await ready?.(suite);
    const started = Date.now();
    const { counts, output } = await run(suite, root, env);
    const { passed, failed, skipped, why = [] } = counts;
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
    const seconds = (Date.now() - started) / 1000;
    summary.push(
      `${suite.name}: ${passed} passed, ${failed} failed, ${skipped} skipped, ${Math.round(seconds)} s`,
    );
    reasons.push(...why.map((reason) => `skipped in ${suite.name}: ${reason}`));
    const status = failed > 0 ? 'failed' : suite.skip === undefined ? 'passed' : 'skipped';
    cases.push({ group: name, title: suite.name, status, seconds, messages: [output] });
  }
  rmSync(temporary, { recursive: true, force: true });
  writeFileSync(join(resultsOf(root), `${name}.xml`), junit(name, cases));
  process.stdout.write(`\n${[...summary, ...reasons, ...remarks].join('\n')}\n`);
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  process.stdout.write(`${total.passed} passed, ${total.failed} failed${skipped}\n`);
  return total.failed === 0;
};
