/** The load tools that load-tools.mjs compares, and how each is told to load a URL. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { bundle } from './generator-sources.mjs';
import * as read from './load-tools-output.mjs';
import { find } from './load-tools-process.mjs';

/**
 * @typedef {object} Tool
 * @property {string | undefined} program undefined where it is not installed
 * @property {readonly string[]} [version] what makes it print its version
 * @property {(url: string, connections: number, seconds: number) => readonly (string | number)[]} load arguments
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
      load: (url, connections, seconds) => [generator, url, connections, seconds],
      outcome: read.readGenerator,
    },
    wrk: {
      ...{ program: find('wrk'), version: ['-v'] },
      load: (url, connections, seconds) => ['-t', 1, '-c', connections, '-d', seconds, url],
      outcome: read.readWrk,
    },
    autocannon: {
      ...{ program: process.execPath, version: [autocannon, '--version'] },
      load: (url, connections, seconds) => [autocannon, '--json', '-c', connections, '-d', seconds, url],
      outcome: read.readAutocannon,
    },
    k6: {
      ...{ program: find('k6'), version: ['version'] },
      load: (url, connections, seconds) => [
        ...['run', '--quiet', '--no-usage-report', '--vus', connections, '--duration', `${seconds}s`],
        ...['--env', `URL=${url}`, script],
      ],
      outcome: read.readK6,
    },
    hey: {
      program: find('hey'),
      load: (url, connections, seconds) => ['-c', connections, '-z', `${seconds}s`, url],
      outcome: read.readHey,
    },
    oha: {
      ...{ program: find('oha'), version: ['--version'] },
      load: (url, connections, seconds) => [
        ...['--no-tui', '--output-format', 'json', '--wait-ongoing-requests-after-deadline'],
        ...['-c', connections, '-z', `${seconds}s`, url],
      ],
      outcome: read.readOha,
    },
  };
};

/** As the tool prints it; '' where it cannot be asked. */
export const versionOf = (/** @type {Tool} */ { program = '', version }) =>
  version === undefined
    ? ''
    : (/\d+\.\d+[.\d]*/.exec(spawnSync(program, version, { encoding: 'utf8' }).stdout)?.[0] ?? '');
