#!/usr/bin/env node
/**
 * `npm test`: sets a fresh clone up and runs every test there is, from pure units to whole runs on the emulator.
 * `npm test -- --checks`, what CI runs, adds what buildspec.yml has CodeBuild do and needs no AWS (format, lint, types, templates,
 * state machines, `sam build`), and cross-builds, each counted as one test.
 * The closing line is `N passed, N failed` (and `, N skipped`), with the totals of all suites.
 */
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnableOf } from '../tools/pipeline/steps.mjs';
import { ensure } from '../tools/setup.mjs';
import { resultsOf, runSuites } from '../tools/test/runner.mjs';
import { crossBuilds, suites } from '../tools/test/suites.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const results = resultsOf(root);
rmSync(results, { recursive: true, force: true });
const log = (/** @type {string} */ line) => process.stderr.write(`${line}\n`);
// Its first build takes minutes of one core: the suites that need none of it begin meanwhile.
const compiled = ensure(['zig', 'cpp'], { log });
compiled.catch(() => undefined);
/** @param {unknown} error @returns {never} */
const giveUp = (error) => {
  log(error instanceof Error ? error.message : String(error));
  process.exit(1);
};
const needed = /** @type {const} */ (['node_modules', 'lint', 'sam', 'python-runtime', 'fastapi']);
const processes = /** @type {const} */ (['emulator', 'node-runtime']);
const tools = await ensure([...needed, ...processes], { log }).catch(giveUp);
const sam = join(tools.sam.modules, 'sam');
const where = { root, pythonRuntime: tools['python-runtime'].dir, fastapi: tools.fastapi.dir };
const checks = process.argv.includes('--checks');
const buildspec = checks ? readFileSync(join(root, 'buildspec.yml'), 'utf8') : 'phases: {}';
const { suites: fromPipeline, notRun } = await runnableOf(buildspec, { ...where, results, sam });
const names = fromPipeline.map(({ name }) => name);
const others = suites(results, where).filter(({ name }) => !names.includes(name));
const ok = await runSuites([...fromPipeline, ...others, ...(checks ? crossBuilds : [])], {
  root,
  name: 'suites',
  remarks: notRun,
  ready: async ({ compiled: takes }) => (takes === true ? compiled.catch(giveUp) : undefined),
});
process.exitCode = ok ? 0 : 1;
