import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from './cache.mjs';
import { parseJson, run, SetupError } from './program.mjs';
import { withLock } from './lock.mjs';

const ci = ['ci', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];

/** @param {string} file @returns {Record<string, { version?: string, optional?: boolean }>} */
const packagesOf = (file) => {
  const lock = /** @type {{ packages?: Record<string, { version?: string, optional?: boolean }> }} */ (
    parseJson(readFileSync(file, 'utf8'))
  );
  return lock.packages ?? {};
};

/**
 * True when node_modules holds what package-lock.json asks for; optional packages may be missing (other platforms').
 * npm keeps its own account of what it installed in node_modules/.package-lock.json.
 * @param {string} root
 * @returns {boolean}
 */
export const isInstalled = (root) => {
  const account = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(account)) return false;
  const there = packagesOf(account);
  return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(
    ([path, wanted]) =>
      path === '' ||
      (there[path] === undefined ? wanted.optional === true : there[path].version === wanted.version),
  );
};

/** @param {string} what @param {string} dir @param {string[]} flags @param {NodeJS.ProcessEnv} env */
const npmCi = async (what, dir, flags, env) => {
  try {
    await run(what, 'npm', [...ci, ...flags], { cwd: dir, env });
  } catch (error) {
    if (error instanceof SetupError && error.message.includes('could not be started')) {
      throw new SetupError(
        `${error.message}. npm comes with Node: install Node 20 or later from nodejs.org.`,
      );
    }
    throw error;
  }
};

/**
 * The repository's own node_modules.
 * @param {{ root: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<string>} the directory
 */
export const ensureNodeModules = async ({ root, env }) => {
  if (!isInstalled(root)) {
    mkdirSync(join(root, '.latency-lab'), { recursive: true });
    await withLock(join(root, '.latency-lab', 'node_modules.lock'), async () => {
      if (!isInstalled(root)) await npmCi('setting up node_modules', root, [], env);
    });
  }
  return join(root, 'node_modules');
};

/**
 * Node as the nodejs24.x runtime has it, with the AWS SDK clients that the runtime brings along.
 * @param {{ root: string, cache: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ node: string, modules: string }>} `node`: the binary. Where none is published for this platform,
 *   the running Node is used; callers print the version of what really ran.
 */
export const ensureNodeRuntime = async ({ root, cache, env }) => {
  const source = join(root, 'tools', 'node-runtime');
  const files = ['package.json', 'package-lock.json'];
  const dir = await cached({
    cache,
    name: 'node-runtime',
    key: files.map((file) => readFileSync(join(source, file))),
    probe: join('node_modules', '.package-lock.json'),
    build: async (target) => {
      for (const file of files) copyFileSync(join(source, file), join(target, file));
      await npmCi('setting up node-runtime', target, ['--ignore-scripts'], env);
    },
  });
  const modules = join(dir, 'node_modules');
  const node = join(modules, `node-${process.platform}-${process.arch}`, 'bin', 'node');
  return { node: existsSync(node) ? node : process.execPath, modules };
};

/** Unpacks what the package keeps compressed into TMPDIR. */
const unpackChromium = `
const modules = process.argv[1];
const { inflate } = await import(modules + '/build/lambdafs.js');
const parts = ['chromium', 'al2023.tar', 'fonts.tar', 'swiftshader.tar'];
await Promise.all(parts.map((name) => inflate(modules + '/bin/' + name + '.br')));
`;

/**
 * A headless Chromium for x86_64 Linux that needs no package of the system.
 * @param {{ root: string, cache: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<string>} a directory with the program `chromium`, its libraries in al2023/lib and fonts in fonts/
 */
export const ensureChromium = ({ root, cache, env }) => {
  const source = join(root, 'tools', 'chromium');
  const files = ['package.json', 'package-lock.json'];
  const what = 'setting up chromium';
  return cached({
    cache,
    name: 'chromium',
    key: files.map((file) => readFileSync(join(source, file))),
    probe: 'chromium',
    build: async (dir) => {
      for (const file of files) copyFileSync(join(source, file), join(dir, file));
      await npmCi(what, dir, ['--ignore-scripts'], env);
      const modules = join(dir, 'node_modules');
      const args = ['--input-type=module', '-e', unpackChromium, join(modules, '@sparticuz', 'chromium')];
      await run(what, process.execPath, args, { cwd: dir, env: { ...env, TMPDIR: dir } });
      rmSync(modules, { recursive: true });
    },
  });
};
