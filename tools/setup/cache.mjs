import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { mendFor, parseJson, SetupError } from './program.mjs';
import { withLock } from './lock.mjs';

/** An empty variable counts as unset. @param {string | undefined} value @returns {string | undefined} */
const given = (value) => (value === '' ? undefined : value);

/**
 * Where toolchains live, shared by all clones of the repository.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string}
 */
export const cacheRoot = (env = process.env) =>
  given(env['LATENCY_LAB_CACHE']) ??
  join(given(env['XDG_CACHE_HOME']) ?? join(homedir(), '.cache'), 'latency-lab');

/** @param {readonly (string | Buffer)[]} parts @returns {string} */
const keyOf = (parts) => {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const part of parts) hash.update('\0').update(part);
  return hash.digest('hex').slice(0, 16);
};

const dayMs = 86_400_000;
/** What no clone has used for so long goes when something new comes: each change of a lock leaves up to 500 MB. */
const keptMs = 30 * dayMs;

/** @param {string} file @returns {number} since it was written, or marked as used */
const ageMs = (file) => Date.now() - statSync(file).mtimeMs;

/** @param {string} cache */
const removeUnused = (cache) => {
  for (const file of readdirSync(cache).filter((name) => /-[0-9a-f]{16}\.json$/.test(name))) {
    if (ageMs(join(cache, file)) < keptMs) continue;
    const id = file.slice(0, -'.json'.length);
    for (const name of readdirSync(cache)) {
      if (name === file || name.startsWith(`${id}-`))
        rmSync(join(cache, name), { recursive: true, force: true });
    }
  }
};

/**
 * The finished directory that a pointer file names, if it is there and still usable. Marked as used, once a day.
 * @param {string} cache @param {string} key @param {string} probe
 * @returns {string | undefined}
 */
const finished = (cache, key, probe) => {
  try {
    const file = join(cache, `${key}.json`);
    const pointer = /** @type {{ dir: string }} */ (parseJson(readFileSync(file, 'utf8')));
    const dir = join(cache, pointer.dir);
    // Follows links: a virtual environment whose Python was uninstalled fails here and is built again.
    if (!existsSync(join(dir, probe))) return undefined;
    if (ageMs(file) > dayMs) utimesSync(file, new Date(), new Date());
    return dir;
  } catch {
    return undefined;
  }
};

/** @param {string} dir */
const makeDirectory = (dir) => {
  try {
    mkdirSync(dir, { recursive: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const mend = mendFor(reason, dir) || 'Set LATENCY_LAB_CACHE to a directory that can be written.';
    throw new SetupError(`cannot create ${dir}: ${reason}\n${mend}`);
  }
};

/**
 * A directory with installed tools, built once and kept. A virtual environment cannot be moved, so it is built where it
 * stays, under a name of its own, and published by renaming a small pointer file over the old one: whoever looks sees
 * either nothing or the whole. Leftovers of builders that were killed are removed by the next one.
 * @param {{ cache: string, name: string, key: readonly (string | Buffer)[], probe: string, build: (dir: string) => Promise<void> }} options
 *   `key`: everything that decides the content (lock files); `probe`: a file that every finished directory has
 * @returns {Promise<string>} the directory
 * @throws {SetupError}
 */
export const cached = async ({ cache, name, key, probe, build }) => {
  const id = `${name}-${keyOf(key)}`;
  const ready = finished(cache, id, probe);
  if (ready !== undefined) return ready;
  makeDirectory(cache);
  return withLock(join(cache, `${id}.lock`), async () => {
    const meanwhile = finished(cache, id, probe);
    if (meanwhile !== undefined) return meanwhile;
    for (const old of readdirSync(cache)) {
      if (old.startsWith(`${id}-`)) rmSync(join(cache, old), { recursive: true, force: true });
    }
    removeUnused(cache);
    const own = `${id}-${randomBytes(4).toString('hex')}`;
    const dir = join(cache, own);
    const pointer = join(cache, `${own}.tmp`);
    try {
      makeDirectory(dir);
      await build(dir);
      writeFileSync(pointer, JSON.stringify({ dir: own }));
      renameSync(pointer, join(cache, `${id}.json`));
      return dir;
    } catch (error) {
      for (const rest of [dir, pointer]) rmSync(rest, { recursive: true, force: true });
      if (error instanceof SetupError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new SetupError(`setting up ${name}: ${reason}\n${mendFor(reason, cache)}`.trimEnd());
    }
  });
};
