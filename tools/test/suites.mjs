/** Every suite of tests and every check, with how its results are read. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cargoCounts, jestCounts, plainCounts, unittestCounts } from './counts.mjs';
import { fileVariable } from './jest-results.mjs';

/** @typedef {import('./counts.mjs').Counts} Counts */
/**
 * @typedef {{ name: string, command: string[], compiled?: true, env?: Record<string, string>, read: (output: string) => Counts, skip?: { tests: number, why: string } }} Suite
 *   `compiled`: takes the C++ service's libraries
 *   `skip`: how many tests it holds and why none of them can run here
 */

/** @param {string} script one of package.json's, which counts as one test @returns {Suite} */
const check = (script) => ({
  name: script,
  command: ['npm', 'run', '--silent', script],
  read: () => ({ passed: 1, failed: 0, skipped: 0 }),
});

export const checks = [
  'format:check',
  'lint',
  'lint:layers',
  'lint:dead',
  'typecheck',
  'lint:services',
  'lint:templates',
  'lint:asl',
].map(check);

/** What takes minutes and tells nothing new on this machine: the native services for the other CPU. @type {Suite[]} */
export const crossBuilds = [['cpp-dynamodb', 'bootstrap']].map(([service, target]) => ({
  name: `${service} for arm64`,
  command: ['make', '--silent', '-C', `src/services/${service ?? ''}`, target ?? '', 'LAB_ARCH=arm64'],
  read: () => ({ passed: 1, failed: 0, skipped: 0 }),
}));

/** @param {string} results directory for jest's results @param {string} name @param {string[]} args @returns {Suite} */
const byJest = (results, name, args) => {
  const file = join(results, `${name.replaceAll(/\W+/g, '-')}.json`);
  const reporters = ['--reporters=default', '--reporters=./tools/test/jest-results.mjs'];
  const command = ['node', 'node_modules/jest/bin/jest.js', '--ci', ...args, ...reporters];
  return { name, command, env: { [fileVariable]: file }, read: () => jestCounts(file) };
};

/** @param {string} service @param {string} environment directory of the Python environment @returns {Suite} */
const python = (service, environment) => ({
  name: `service ${service}`,
  command: [join(environment, 'bin/python'), '-m', 'unittest', 'discover', '-s', `tests/services/${service}`],
  read: unittestCounts,
});

/** @param {string} service @param {(output: string) => Counts} read @returns {Suite} of a native service */
const native = (service, read) => ({
  name: `service ${service}`,
  command: ['make', '--silent', '-C', `src/services/${service}`, 'test', `LAB_ARCH=${arch}`],
  compiled: true,
  read,
});
const arch = process.arch === 'arm64' ? 'arm64' : 'x86_64';

/**
 * The native services: built for Linux, as for Lambda. A machine that cannot skips as many tests as the sources hold.
 * @param {string} root the repository @returns {Suite[]}
 */
const natives = (root) => {
  const cargo = spawnSync('cargo', ['--version'], { stdio: 'ignore', env: process.env }).status === 0;
  const linux = process.platform === 'linux' ? undefined : 'it is built for Linux, as for Lambda';
  const read = (/** @type {string} */ file) => readFileSync(join(root, 'src/services', file), 'utf8');
  const inRust = read('rust-dynamodb/src/service_test.rs').match(/^#\[(?:tokio::)?test/gm)?.length ?? 0;
  const inCpp =
    /tests = \{([^}]*)\}/.exec(read('cpp-dynamodb/tests/service_test.cpp'))?.[1]?.split(',').length ?? 0;
  const whyRust = cargo ? linux : 'cargo is missing: install Rust from https://rustup.rs';
  const skip = (/** @type {number} */ tests, /** @type {string | undefined} */ why) =>
    why === undefined ? {} : { skip: { tests, why } };
  return [
    { ...native('rust-dynamodb', cargoCounts), ...skip(inRust, whyRust) },
    { ...native('cpp-dynamodb', plainCounts), ...skip(inCpp, linux) },
  ];
};

const rollouts = 'tests/cli/canary.slow.ts';

/**
 * @param {string} results directory for jest's results
 * @param {{ root: string, pythonRuntime: string, fastapi: string }} where the repository, and directories of Python environments
 * @returns {Suite[]}
 */
export const suites = (results, { root, pythonRuntime, fastapi }) => [
  // What the emulator is relied on for comes first: when it fails, nothing after it means anything.
  byJest(results, 'emulator conformance', [
    'tests/local/emulator',
    '--selectProjects',
    'slow',
    '--runInBand',
  ]),
  byJest(results, 'unit', ['--selectProjects', 'unit']),
  python('python-dynamodb', pythonRuntime),
  python('python-s3', pythonRuntime),
  python('python-lessons', pythonRuntime),
  python('fastapi', fastapi),
  ...natives(root),
  {
    // Two files at a time: most of the time they wait for the processes that they start.
    ...byJest(results, 'slow', [
      ...['--selectProjects', 'slow', '--maxWorkers=2'],
      ...['--testPathIgnorePatterns', 'tests/local/emulator', rollouts],
    ]),
    compiled: true,
  },
  // By themselves: what they compare is how fast two versions are, and they take the whole machine for it.
  byJest(results, 'whole rollouts', [rollouts, '--selectProjects', 'slow']),
];
