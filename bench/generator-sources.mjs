/** What the benchmarks of the generator measure, bundled from the sources as they are. */
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * Bundles TypeScript modules of the project into one file.
 * @param {readonly string[]} modules relative to the repository
 * @param {string} outfile
 */
export const bundle = async (modules, outfile) => {
  const contents = modules.map((module) => `export * from './${module}';`).join('\n');
  await build({
    stdin: { contents, resolveDir: root },
    ...{ outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error' },
    // For the AWS SDK, part of which is CommonJS.
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
    },
  });
};

/**
 * Bundles modules and imports them.
 * @param {readonly string[]} modules relative to the repository
 * @returns {Promise<unknown>} all that they export; the caller says of what type
 */
export const importSources = async (modules) => {
  const directory = mkdtempSync(join(tmpdir(), 'bench-generator-'));
  const outfile = join(directory, 'sources.mjs');
  try {
    await bundle(modules, outfile);
    /** @type {unknown} */
    const loaded = await import(pathToFileURL(outfile).href);
    return loaded;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

/**
 * Starts a program of bench/ that prints its port and ends with its stdin.
 * @param {string} name
 * @param {readonly string[]} [arguments_]
 * @param {readonly string[]} [before] the command that runs it, such as taskset
 */
export const startServer = async (name, arguments_ = [], before = []) => {
  const [file = '', ...rest] = [...before, process.execPath, join(root, 'bench', name), ...arguments_];
  const child = spawn(file, rest, {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  /** @type {unknown} */
  const port = (await once(createInterface({ input: child.stdout }), 'line'))[0];
  return {
    url: `http://127.0.0.1:${String(port)}`,
    stop: async () => {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
};

/** @param {readonly number[]} values @param {number} q */
export const quantileOf = (values, q) =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(q * values.length) - 1)] ?? NaN;

export const host = () =>
  `${new Date().toISOString()}  ${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}  Node ${process.version}`;
