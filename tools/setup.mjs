#!/usr/bin/env node
/**
 * Sets up what the lab runs on: `node tools/setup.mjs [name ...]`, all of it by default. Needs Node 20 alone.
 * Prints one line `name<TAB>directory` per tool.
 */
import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { argv, exit, stderr, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { ensureTools, toolNames } from './setup/ensure.mjs';

/** @typedef {import('./setup/ensure.mjs').ToolName} ToolName */

const file = fileURLToPath(import.meta.url);

/**
 * @template {ToolName} N
 * @param {readonly N[]} names
 * @param {{ log?: (line: string) => void }} [options]
 */
export const ensure = (names, options) => ensureTools(dirname(dirname(file)), names, options);

const main = async () => {
  const given = argv.slice(2);
  const unknown = given.find((name) => !toolNames.some((known) => known === name));
  if (unknown !== undefined) {
    stderr.write(`unknown tool "${unknown}"; allowed: ${toolNames.join(', ')}\n`);
    return 2;
  }
  const names = given.length > 0 ? /** @type {ToolName[]} */ (given) : toolNames;
  const tools = await ensure(names, { log: (line) => stderr.write(`${line}\n`) });
  for (const [name, tool] of Object.entries(tools)) stdout.write(`${name}\t${tool.dir}\n`);
  return 0;
};

if (argv[1] !== undefined && realpathSync(argv[1]) === file) {
  main().then(exit, (/** @type {unknown} */ error) => {
    stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    exit(1);
  });
}
