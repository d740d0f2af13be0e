#!/usr/bin/env node
/**
 * Writes the lock file of each `tools/python/*.in` anew, after a version in it was changed: `node tools/lock.mjs [name ...]`.
 * The locks hold for every platform and for Python 3.10 and later, with hashes, without addresses.
 */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argv, env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { cacheRoot } from './setup/cache.mjs';
import { pythonEnvironments } from './setup/python.mjs';
import { run } from './setup/program.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cwd = join(root, 'tools', 'python');
const given = argv.slice(2);
const all = readdirSync(cwd).flatMap((file) => (file.endsWith('.in') ? [file.slice(0, -3)] : []));
const uv = await pythonEnvironments({ root, cache: cacheRoot(), env }).uv();
const how = ['pip', 'compile', '--quiet', '--universal', '--python-version', '3.10', '--generate-hashes'];
for (const name of given.length > 0 ? given : all) {
  const files = [`${name}.in`, '--output-file', `${name}.lock`];
  await run(`locking ${name}`, uv, [...how, '--no-annotate', '--no-header', ...files], { cwd });
}
