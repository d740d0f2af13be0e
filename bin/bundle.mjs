// Bundles src/cli when a source changed. A warm start only compares the time and size of the files that went in. Our own, for
// its start: `node bench/start.mjs` measured tsx at 2.0 to 2.4 times its time, Node's type stripping, which Node 20 lacks, at 3.
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** @typedef {{ directory: string, inputs: Record<string, string> }} Current */

const entry = 'src/cli/main.ts';
/** Another command may still be reading an older bundle; after this it surely is not. */
const keepOldMs = 24 * 3_600_000;

const stamp = (/** @type {string} */ file) => {
  const { mtimeMs, size } = statSync(file);
  return `${mtimeMs}:${size}`;
};

const isFresh = (/** @type {string} */ root, /** @type {Current} */ current) =>
  Object.entries(current.inputs).every(([file, known]) => stamp(join(root, file)) === known);

/** @returns {Current | undefined} */
const readCurrent = (/** @type {string} */ home) => {
  try {
    return JSON.parse(readFileSync(join(home, 'current.json'), 'utf8'));
  } catch {
    return undefined;
  }
};

const writeWhole = (/** @type {string} */ file, /** @type {string} */ text) => {
  const unfinished = `${file}.${randomUUID()}`;
  writeFileSync(unfinished, text);
  renameSync(unfinished, file);
};

const removeOld = (/** @type {string} */ home, /** @type {string} */ keep) => {
  for (const name of readdirSync(home)) {
    const path = join(home, name);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (name !== 'current.json' && name !== keep && age > keepOldMs)
      rmSync(path, { recursive: true, force: true });
  }
};

/** @returns {Promise<Current>} */
const bundle = async (/** @type {string} */ root, /** @type {string} */ home) => {
  const { build } = await import('esbuild');
  const before = Date.now();
  // Packages stay outside and commands are split off: a start loads only what its command uses.
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outdir: join(home, 'out'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    keepNames: true,
    sourcemap: true,
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const hash = createHash('sha256');
  for (const file of result.outputFiles) hash.update(basename(file.path)).update(file.contents);
  const directory = hash.digest('hex').slice(0, 16);
  const unfinished = join(home, `${directory}.${randomUUID()}`);
  mkdirSync(unfinished, { recursive: true });
  for (const file of result.outputFiles) writeFileSync(join(unfinished, basename(file.path)), file.contents);
  moveInto(unfinished, join(home, directory));
  const files = Object.keys(result.metafile.inputs);
  // A file edited while esbuild read it must count as changed at the next start.
  const inputs = files.map((file) => [
    file,
    statSync(join(root, file)).mtimeMs > before ? 'changed meanwhile' : stamp(join(root, file)),
  ]);
  return { directory, inputs: Object.fromEntries(inputs) };
};

const moveInto = (/** @type {string} */ from, /** @type {string} */ to) => {
  try {
    renameSync(from, to);
  } catch {
    // The same bundle is there already, made by an earlier start or by one at the same time.
    rmSync(from, { recursive: true, force: true });
  }
};

/**
 * @param {string} root the repository
 * @returns {Promise<string>} path of the bundled entry, made anew when a source changed
 */
export const freshBundle = async (root) => {
  const home = join(root, '.latency-lab', 'cli');
  let current = readCurrent(home);
  try {
    if (current !== undefined && isFresh(root, current)) return join(home, current.directory, 'main.mjs');
  } catch {
    // A source was renamed or removed: bundle anew.
  }
  mkdirSync(home, { recursive: true });
  current = await bundle(root, home);
  writeWhole(join(home, 'current.json'), JSON.stringify(current));
  removeOld(home, current.directory);
  return join(home, current.directory, `${basename(entry, '.ts')}.mjs`);
};
