import type { ObjectStore } from '../../ports/index.ts';

/** An ObjectStore for tests of use cases. It passes the same suite as the one over S3. */
export const memoryObjectStore = (objects: Map<string, string> = new Map()): ObjectStore => {
  const write = (key: string, body: string, allowed: boolean): Promise<boolean> => {
    if (allowed) objects.set(key, body);
    return Promise.resolve(allowed);
  };
  return {
    get: (key) => Promise.resolve(objects.get(key)),
    put: async (key, body) => {
      await write(key, body, true);
    },
    putIfAbsent: (key, body) => write(key, body, !objects.has(key)),
    replace: (key, expected, body) => write(key, body, objects.get(key) === expected),
    list: (prefix) => Promise.resolve([...objects.keys()].filter((key) => key.startsWith(prefix)).sort()),
    delete: (key) => {
      objects.delete(key);
      return Promise.resolve();
    },
  };
};
