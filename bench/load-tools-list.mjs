/** The load tools that load-tools.mjs compares, and how each is told to load a URL. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { bundle } from './generator-sources.mjs';
import * as read from './load-tools-output.mjs';
import { find } from './load-tools-process.mjs';

/**
 * @typedef {readonly (string | number)[]} Words
 * @typedef {object} Tool
 * @property {string | undefined} program undefined where it is not installed
 * @property {readonly string[]} [version] what makes it print its version
 * @property {(url: string, connections: number, until: Words) => Words} load arguments
 * @property {(seconds: number) => Words} during
 * @property {(requests: number) => Words} [count] absent where it cannot be told how many requests to send
 * @property {(printed: string) => read.Outcome} outcome
 */

const k6Script = `import http from 'k6/http';
export default () => { http.get(__ENV.URL); };
export const handleSummary = (data) => ({ stdout: JSON.stringify(data) });`;

/**
 * Each with its defaults: what it measures of every request is part of what a request costs it.
 * @param {string} directory for the generator's bundle and k6's script
 * @returns {Promise<Record<string, Tool>>} by name
 */
export const toolsIn = async (directory) => {
  const generator = join(directory, 'generator.mjs');
  const script = join(directory, 'k6.js');
  const autocannon = createRequire(import.meta.url).resolve('autocannon/autocannon.js');
  await bundle(['bench/generator-program.ts'], generator);
  writeFileSync(script, k6Script);
  return {
    generator: {
      program: process.execPath,
      load: (url, connections, until) => [generator, url, connections, ...until],
      ...{ during: (seconds) => [seconds], count: (requests) => [600, requests] },
      outcome: read.readGenerator,
    },
    wrk: {
      ...{ program: find('wrk'), version: ['-v'] },
      load: (url, connections, until) => ['-t', 1, '-c', connections, ...until, url],
      during: (seconds) => ['-d', seconds],
      outcome: read.readWrk,
    },
    autocannon: {
      ...{ program: process.execPath, version: [autocannon, '--version'] },
      load: (url, connections, until) => [autocannon, '--json', '-c', connections, ...until, url],
      ...{ during: (seconds) => ['-d', seconds], count: (requests) => ['-a', requests] },
      outcome: read.readAutocannon,
    },
    k6: {
      ...{ program: find('k6'), version: ['version'] },
      load: (url, connections, until) => [
        ...['run', '--quiet', '--no-usage-report', '--vus', connections, ...until],
        ...['--env', `URL=${url}`, script],
      ],
      during: (seconds) => ['--duration', `${seconds}s`],
      count: (requests) => ['--iterations', requests],
      outcome: read.readK6,
    },
    hey: {
      program: find('hey'),
      load: (url, connections, until) => ['-c', connections, ...until, url],
      ...{ during: (seconds) => ['-z', `${seconds}s`], count: (requests) => ['-n', requests] },
      outcome: read.readHey,
    },
    oha: {
      ...{ program: find('oha'), version: ['--version'] },
      load: (url, connections, until) => [
        ...['--no-tui', '--output-format', 'json', '-c', connections],
        ...[...until, url],
      ],
      during: (seconds) => ['-z', `${seconds}s`, '--wait-ongoing-requests-after-deadline'],
      count: (requests) => ['-n', requests],
      outcome: read.readOha,
    },
  };
};

/** As the tool prints it; '' where it cannot be asked. */
export const versionOf = (/** @type {Tool} */ { program = '', version }) =>
  version === undefined
    ? ''
    : (/\d+\.\d+[.\d]*/.exec(spawnSync(program, version, { encoding: 'utf8' }).stdout)?.[0] ?? '');
