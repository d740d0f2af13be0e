/** A run's objects on disk: `runs/<runId>/x` of the results bucket is `<directory>/x`. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sum } from 'd3-array';
import { inParallel } from '../../app/stored.ts';
import type { ObjectStore, VersionedStore } from '../../ports/index.ts';
import { errorCode } from '../explain.ts';

const orUndefined = async <T>(promise: Promise<T>, code: string): Promise<T | undefined> => {
  try {
    return await promise;
  } catch (error) {
    if (errorCode(error) === code) return undefined;
    throw error;
  }
};

/** Every object has one of these endings; directories and unfinished files have none. */
const objectName = /\.(json|html|md|csv)$/;

/** Keys that do not begin with the prefix, or would leave the directory, are refused: they come from outside. */
export const fileStore = (directory: string, prefix: string): ObjectStore => {
  const pathOf = (key: string): string => {
    const parts = key.slice(prefix.length).split('/');
    if (!key.startsWith(prefix) || parts.some((part) => part === '' || part === '..' || part === '.')) {
      throw new Error(`no object of this run: ${key}`);
    }
    return join(directory, ...parts);
  };
  /** Readers see the whole object or none, also when we are killed midway. */
  const writeAside = async (key: string, body: string): Promise<{ path: string; aside: string }> => {
    const path = pathOf(key);
    const aside = `${path}.${randomUUID()}.tmp`;
    // Answers and requests of others may be in it.
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    try {
      await writeFile(aside, body, { mode: 0o600 });
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
    return { path, aside };
  };
  // A small file is read at once in a fifth of the time that it takes to have another thread do it.
  const read = (key: string): Promise<string> =>
    new Promise((resolve) => {
      resolve(readFileSync(pathOf(key), 'utf8'));
    });
  const get = (key: string): Promise<string | undefined> => orUndefined(read(key), 'ENOENT');
  const put = async (key: string, body: string): Promise<void> => {
    const { path, aside } = await writeAside(key, body);
    await rename(aside, path);
  };
  return {
    get,
    put,
    putIfAbsent: async (key, body) => {
      const { path, aside } = await writeAside(key, body);
      try {
        await link(aside, path);
        return true;
      } catch (error) {
        if (errorCode(error) === 'EEXIST') return false;
        throw error;
      } finally {
        await rm(aside, { force: true });
      }
    },
    replace: async (key, expected, body) => {
      if ((await get(key)) !== expected) return false;
      await put(key, body);
      return true;
    },
    list: async (wanted) => {
      // No further than it has to: a run may have ten thousands of files, nearly all in one directory.
      const within = wanted.startsWith(prefix) ? wanted.slice(prefix.length).replace(/[^/]*$/, '') : '';
      const paths =
        (await orUndefined(readdir(join(directory, within), { recursive: true }), 'ENOENT')) ?? [];
      return paths
        .filter((path) => objectName.test(path))
        .map((path) => `${prefix}${within}${path}`)
        .filter((key) => key.startsWith(wanted))
        .sort();
    },
    delete: (key) => rm(pathOf(key), { force: true }),
  };
};

/** Downloads at the same time, each one object in memory; more would disturb a measurement on the same machine. */
const width = 4;

export interface Copied {
  readonly key: string;
  readonly body: string;
}

export interface Mirror {
  /**
   * Copies what is new or was replaced since the last call.
   * @param onCopied is told of each object once it is on disk; nothing else keeps it in memory
   * @returns how many were copied
   */
  readonly copyNew: (onCopied?: (copied: Copied) => void) => Promise<number>;
}

/** Copies a run's objects as they appear: what is on disk survives the emulator, the account and this process. */
export const makeMirror = (
  from: Pick<VersionedStore, 'get' | 'versions'>,
  to: Pick<ObjectStore, 'put'>,
  prefix: string,
): Mirror => {
  const copied = new Map<string, string>();
  return {
    copyNew: async (onCopied) => {
      const found = await from.versions(prefix);
      const wanted = found.filter(({ key, version }) => copied.get(key) !== version);
      const done = await inParallel(wanted, width, async ({ key, version }) => {
        const body = await from.get(key);
        if (body === undefined) return 0;
        await to.put(key, body);
        copied.set(key, version);
        onCopied?.({ key, body });
        return 1;
      });
      return sum(done);
    },
  };
};
