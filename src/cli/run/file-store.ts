/** The results bucket's objects of one run as files of a directory: `runs/<runId>/x` is `<directory>/x`. */
import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ObjectStore } from '../../ports/index.ts';
import { errorCode } from '../error-code.ts';

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
    await mkdir(dirname(path), { recursive: true });
    try {
      await writeFile(aside, body);
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
    return { path, aside };
  };
  const get = (key: string): Promise<string | undefined> =>
    orUndefined(readFile(pathOf(key), 'utf8'), 'ENOENT');
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
      const paths = (await orUndefined(readdir(directory, { recursive: true }), 'ENOENT')) ?? [];
      return paths
        .filter((path) => objectName.test(path))
        .map((path) => `${prefix}${path}`)
        .filter((key) => key.startsWith(wanted))
        .sort();
    },
    delete: (key) => rm(pathOf(key), { force: true }),
  };
};
