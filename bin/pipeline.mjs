#!/usr/bin/env node
/** `node bin/pipeline.mjs install|lint|test|build|package`: what buildspec.yml calls, each step on its own. See tools/pipeline/steps.mjs. */
import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { steps } from '../tools/pipeline/steps.mjs';
import { ensure } from '../tools/setup.mjs';
import { resultsOf, runSuites } from '../tools/test/runner.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const log = (/** @type {string} */ line) => process.stderr.write(`${line}\n`);
// Where rustup puts cargo; a shell that is open already does not look there.
process.env['PATH'] = [join(homedir(), '.cargo', 'bin'), process.env['PATH']].join(delimiter);

/** @param {string} program @param {string[]} args @returns {boolean} whether it ended well */
const succeeds = (program, args) => spawnSync(program, args, { cwd: root, stdio: 'inherit' }).status === 0;

const install = async () => {
  const hasCargo = spawnSync('cargo', ['--version'], { stdio: 'ignore' }).status === 0;
  if (!hasCargo && !succeeds('sh', ['tools/rustup.sh'])) return false;
  await ensure(['node_modules', 'lint', 'policies', 'sam', 'python-runtime', 'fastapi', 'zig', 'cpp'], {
    log,
  });
  return true;
};

const packageIt = async () => {
  const bucket = process.env['PACKAGE_BUCKET'];
  if (bucket === undefined || bucket === '') {
    log('PACKAGE_BUCKET: given nothing; allowed: the bucket that templates and code are uploaded to');
    return false;
  }
  const { sam } = await ensure(['sam'], { log });
  const out = ['--s3-bucket', bucket, '--output-template-file', 'packaged.yaml'];
  return succeeds(join(sam.modules, 'sam'), ['package', '--config-env', 'pipeline', ...out]);
};

/** @param {string} name @param {Exclude<typeof steps[string], string>} suitesOf */
const runStep = async (name, suitesOf) => {
  const needed = /** @type {const} */ (['node_modules', 'lint', 'sam', 'python-runtime', 'fastapi']);
  const tools = await ensure(needed, { log });
  if (name === 'build') await ensure(['zig', 'cpp'], { log });
  const where = { pythonRuntime: tools['python-runtime'].dir, fastapi: tools.fastapi.dir };
  const sam = join(tools.sam.modules, 'sam');
  return runSuites(suitesOf({ root, results: resultsOf(root), sam, ...where }), { root, name });
};

const given = process.argv[2] ?? '';
const what = Object.hasOwn(steps, given) ? steps[given] : undefined;
if (what === undefined || process.argv.length !== 3) {
  log(`usage: node bin/pipeline.mjs ${Object.keys(steps).join('|')}`);
  process.exitCode = 2;
} else {
  const done =
    typeof what === 'function' ? runStep(given, what) : given === 'install' ? install() : packageIt();
  const ok = await done.catch((/** @type {unknown} */ error) => {
    log(error instanceof Error ? error.message : String(error));
    return false;
  });
  process.exitCode = ok ? 0 : 1;
}
