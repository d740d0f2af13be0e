#!/usr/bin/env node
// Runs the command line from a fresh clone: nothing but Node is needed to get here, the rest is made on first use.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { npmLog, swallowedByNpm, textAskedFor } from './before-setup.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const say = (/** @type {string} */ line) => void process.stderr.write(`${line}\n`);

/** @returns {string | undefined} why this host cannot run the lab */
const refusal = () => {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) {
    return `needs Node 20 or later, and this is ${process.version}. Get it from https://nodejs.org or with a version manager.`;
  }
  if (process.platform === 'win32')
    return 'runs on Linux, WSL2 and macOS. On Windows, open a WSL2 terminal and start it there.';
  if (process.platform !== 'linux' && process.platform !== 'darwin') {
    return `runs on Linux, WSL2 and macOS, and this is ${process.platform}.`;
  }
  return undefined;
};

const readJson = (/** @type {string} */ file) => JSON.parse(readFileSync(join(root, file), 'utf8'));

const start = async () => {
  const refused = refusal();
  if (refused !== undefined) {
    say(`latency-lab: ${refused}`);
    return 1;
  }
  const args = process.argv.slice(2);
  const texts = readJson('bin/help.json');
  const { version } = readJson('package.json');
  const text = textAskedFor(args, texts, version);
  if (text !== undefined) {
    process.stdout.write(text);
    return 0;
  }
  const swallowed = swallowedByNpm(args, process.env, texts, npmLog(process.env));
  if (swallowed !== undefined) {
    say(`latency-lab: ${swallowed}`);
    return 2;
  }
  const { ensure } = await import('../tools/setup.mjs');
  await ensure(['node_modules'], { log: say });
  const { freshBundle } = await import('./bundle.mjs');
  const { main } = await import(pathToFileURL(await freshBundle(root)).href);
  return main(args, { root, version });
};

try {
  // Not exitCode: after Ctrl-C a build may still be under way, and it ends only with this process.
  process.exit(await start());
} catch (error) {
  const debug = process.env['LATENCY_LAB_DEBUG'] !== undefined;
  say(
    `latency-lab: ${error instanceof Error ? ((debug ? error.stack : undefined) ?? error.message) : String(error)}`,
  );
  process.exitCode = 1;
}
