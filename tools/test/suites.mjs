/** Every suite of tests and every check, with how its results are read. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { cargoCounts, jestCounts, plainCounts, unittestCounts } from './counts.mjs';

/** @typedef {import('./counts.mjs').Counts} Counts */
/** @typedef {{ name: string, command: string[], read: (output: string) => Counts, missing?: string }} Suite */

/** @param {string} program @returns {boolean} whether it is on the path */
const have = (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;

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

/** @param {string} results directory for jest's results @param {string} name @param {string[]} args @returns {Suite} */
const jest = (results, name, args) => {
  const file = join(results, `${name.replaceAll(/\W+/g, '-')}.json`);
  const command = [
    'node',
    'node_modules/jest/bin/jest.js',
    '--ci',
    '--json',
    `--outputFile=${file}`,
    ...args,
  ];
  return { name, command, read: () => jestCounts(file) };
};

/** @param {string} service @param {string} environment directory of the Python environment @returns {Suite} */
const python = (service, environment) => ({
  name: `service ${service}`,
  command: [join(environment, 'bin/python'), '-m', 'unittest', 'discover', '-s', `tests/services/${service}`],
  read: unittestCounts,
});

/** @param {string} service @param {(output: string) => Counts} read @param {string} program @param {string} get @returns {Suite} */
const native = (service, read, program, get) => ({
  name: `service ${service}`,
  command: ['make', '--silent', '-C', `src/services/${service}`, 'test', 'LAB_PLATFORM=host'],
  read,
  ...(have(program) ? {} : { missing: `${program} is missing: ${get}` }),
});

/**
 * @param {string} results directory for jest's results
 * @param {{ pythonRuntime: string, fastapi: string }} environments directories of Python environments
 * @returns {Suite[]}
 */
export const suites = (results, { pythonRuntime, fastapi }) => [
  // What the emulator is relied on for comes first: when it fails, nothing after it means anything.
  jest(results, 'emulator conformance', ['tests/local/emulator', '--selectProjects', 'slow', '--runInBand']),
  jest(results, 'unit', ['--selectProjects', 'unit']),
  python('python-dynamodb', pythonRuntime),
  python('python-s3', pythonRuntime),
  python('fastapi', fastapi),
  native('rust-dynamodb', cargoCounts, 'cargo', 'install Rust with rustup'),
  native('cpp-dynamodb', plainCounts, 'cmake', 'install CMake and a C++17 compiler'),
  jest(results, 'slow', [
    '--selectProjects',
    'slow',
    '--runInBand',
    '--testPathIgnorePatterns',
    'tests/local/emulator',
  ]),
];
