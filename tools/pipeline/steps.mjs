/** The steps that buildspec.yml calls as `node bin/pipeline.mjs <step>`, and which of them need neither AWS, root nor Docker. */
import { spawnSync } from 'node:child_process';
import { checks, suites } from '../test/suites.mjs';

/** @typedef {import('../test/suites.mjs').Suite} Suite */
/** @typedef {{ root: string, results: string, pythonRuntime: string, fastapi: string, sam: string }} Where the repository, and what is set up */

/** What CodeBuild tests: what needs no emulator and no process of a function. */
const pure = (/** @type {Suite} */ { name }) => name === 'unit' || /^service (python-|fastapi)/.test(name);

/** @returns {string | undefined} what `sam build` misses on this machine */
const whyNotBuilt = () => {
  if (process.platform !== 'linux') return 'the native services are built for Linux, as for Lambda';
  const fails = (/** @type {string[]} */ [program = '', ...args]) =>
    spawnSync(program, args, { stdio: 'ignore' }).status !== 0;
  if (fails(['cargo', '--version'])) return 'cargo is missing: install Rust from https://rustup.rs';
  return fails(['python3', '-m', 'pip', '--version'])
    ? 'python3 has no pip, which packs the server’s layer'
    : undefined;
};

/** @param {Where} where @returns {Suite} */
const build = ({ sam }) => {
  const why = whyNotBuilt();
  return {
    name: 'sam build',
    command: [sam, 'build'],
    compiled: true,
    env: { SAM_CLI_TELEMETRY: '0' },
    read: () => ({ passed: 1, failed: 0, skipped: 0 }),
    ...(why === undefined ? {} : { skip: { tests: 1, why } }),
  };
};

/**
 * Of each step its suites, or why it can only run in the pipeline.
 * @type {Readonly<Record<string, ((where: Where) => readonly Suite[]) | string>>}
 */
export const steps = {
  install: 'it installs Rust where there is none; all else that it sets up is set up here as well',
  lint: () => checks,
  test: ({ results, ...where }) => suites(results, where).filter(pure),
  build: (where) => [build(where)],
  package: 'it uploads to a bucket of an AWS account',
};

/**
 * @param {string} buildspec the text of buildspec.yml
 * @returns {Promise<readonly { command: string, step?: string }[]>} every command in its order; without a step where it is none of the above
 */
export const commandsOf = async (buildspec) => {
  // Not at the top: a fresh clone gets its packages only after this file is loaded.
  const { parse } = await import('yaml');
  /** @type {{ phases: Record<string, { commands: string[] }> }} */
  const { phases } = parse(buildspec);
  return Object.values(phases)
    .flatMap(({ commands }) => commands)
    .map((command) => {
      const step = /^node bin\/pipeline\.mjs (\w+)$/.exec(command)?.[1] ?? '';
      return Object.hasOwn(steps, step) ? { command, step } : { command };
    });
};

/**
 * What of buildspec.yml runs here too, and why the rest does not. A command that is no step fails, so that the file cannot rot.
 * @param {string} buildspec @param {Where} where
 * @returns {Promise<{ suites: readonly Suite[], notRun: readonly string[] }>}
 */
export const runnableOf = async (buildspec, where) => {
  /** @type {Suite[]} */
  const found = [];
  const notRun = [];
  for (const { command, step = '' } of await commandsOf(buildspec)) {
    const what = steps[step];
    if (typeof what === 'string') notRun.push(`not run of buildspec.yml: ${command}: ${what}`);
    else found.push(...(what?.(where) ?? [unknown(command)]));
  }
  return { suites: found, notRun };
};

/** @param {string} command @returns {Suite} one that fails */
const unknown = (command) => ({
  name: `buildspec.yml: ${command}`,
  command: [process.execPath, '-e', 'console.log("no step of tools/pipeline/steps.mjs"); process.exit(1)'],
  read: () => ({ passed: 0, failed: 1, skipped: 0 }),
});
