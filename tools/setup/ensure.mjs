import { join } from 'node:path';
import { cacheRoot } from './cache.mjs';
import { ensureCppLibraries } from './cpp.mjs';
import { ensureChromium, ensureNodeModules, ensureNodeRuntime } from './node.mjs';
import { pythonEnvironments } from './python.mjs';

export const toolNames = /** @type {const} */ ([
  'node_modules',
  'emulator',
  'sam',
  'lint',
  'policies',
  'python-runtime',
  'node-runtime',
  'fastapi',
  'zig',
  'cpp',
  'chromium',
]);

/** @typedef {typeof toolNames[number]} ToolName */
/**
 * @typedef {object} Tool
 * @property {string} dir where it is
 * @property {string} exec the program: a virtual environment's Python, a Node, or the directory's `.bin`
 * @property {string} modules what it brings along: `bin` of a virtual environment, or node_modules
 */

/** What is taking its time, whoever in this process asked for it. @type {Set<ToolName>} */
const slow = new Set();

/** @param {string} dir @returns {Tool} */
const virtualEnvironment = (dir) => ({ dir, exec: join(dir, 'bin', 'python'), modules: join(dir, 'bin') });

/**
 * Sets up the named tools, all at once, and says where they are. Does nothing but look when they are there.
 * Safe when several processes run it at once.
 * @template {ToolName} N
 * @param {string} root the repository
 * @param {readonly N[]} names
 * @param {{ log?: (line: string) => void, env?: NodeJS.ProcessEnv }} [options] `log` hears of what takes time
 * @returns {Promise<Record<N, Tool>>}
 * @throws {SetupError} what is missing and how to mend it
 */
export const ensureTools = async (root, names, { log = () => undefined, env = process.env } = {}) => {
  const cache = cacheRoot(env);
  const { environment } = pythonEnvironments({ root, cache, env });
  /** @type {(name: ToolName) => Promise<Tool>} */
  const one = async (name) => {
    if (name === 'node_modules') {
      const dir = await ensureNodeModules({ root, env });
      return { dir, exec: join(dir, '.bin'), modules: dir };
    }
    if (name === 'node-runtime') {
      const { node, modules } = await ensureNodeRuntime({ root, cache, env });
      return { dir: modules, exec: node, modules };
    }
    if (name === 'chromium') {
      const dir = await ensureChromium({ root, cache, env });
      return { dir, exec: join(dir, 'chromium'), modules: join(dir, 'al2023', 'lib') };
    }
    if (name === 'cpp') {
      const dir = await ensureCppLibraries({ root, cache, env, zig: () => environment('zig') });
      return { dir, exec: '', modules: join(dir, 'lib') };
    }
    return virtualEnvironment(await environment(name));
  };
  /** @type {(name: N) => Promise<readonly [N, Tool]>} */
  const timed = async (name) => {
    const start = performance.now();
    const timer = setTimeout(() => {
      slow.add(name);
      log(`setting up ${name} (once)`);
    }, 400);
    try {
      const tool = await one(name);
      const seconds = (performance.now() - start) / 1000;
      slow.delete(name);
      if (seconds > 0.4) {
        const rest = slow.size === 0 ? '' : `; still setting up ${[...slow].join(', ')}`;
        log(`${name} is ready (${seconds.toFixed(1)} s)${rest}`);
      }
      return [name, tool];
    } finally {
      clearTimeout(timer);
      slow.delete(name);
    }
  };
  // Not Promise.all: what is being built beside a failure is still worth finishing, and is kept.
  const settled = await Promise.allSettled(names.map(timed));
  /** @type {Partial<Record<N, Tool>>} */
  const tools = {};
  for (const result of settled) {
    if (result.status === 'rejected') throw result.reason;
    const [name, tool] = result.value;
    tools[name] = tool;
  }
  return /** @type {Record<N, Tool>} */ (tools);
};
