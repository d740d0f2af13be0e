import type {
  VersionedStore,
  TargetRegistry,
  FunctionInvoker,
  FunctionReply,
} from '../../src/ports/index.ts';
import { parseTarget } from '../../src/core/schema/target.ts';

/** An ObjectStore for tests of use cases. It passes the same suite as the one over S3. */
export const memoryObjectStore = (objects: Map<string, string> = new Map()): VersionedStore => {
  const write = (key: string, body: string, allowed: boolean): Promise<boolean> => {
    if (allowed) objects.set(key, body);
    return Promise.resolve(allowed);
  };
  const keysUnder = (prefix: string) => [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  return {
    get: (key) => Promise.resolve(objects.get(key)),
    put: async (key, body) => {
      await write(key, body, true);
    },
    putIfAbsent: (key, body) => write(key, body, !objects.has(key)),
    replace: (key, expected, body) => write(key, body, objects.get(key) === expected),
    list: (prefix) => Promise.resolve(keysUnder(prefix)),
    versions: (prefix) =>
      Promise.resolve(keysUnder(prefix).map((key) => ({ key, version: objects.get(key) ?? '' }))),
    delete: (key) => {
      objects.delete(key);
      return Promise.resolve();
    },
  };
};

/** A TargetRegistry over parameters that a test holds, name to text. It passes the same suite as the one over SSM. */
export const memoryTargetRegistry = (
  parameters: ReadonlyMap<string, string>,
  path: string,
): TargetRegistry => ({
  // eslint-disable-next-line @typescript-eslint/require-await -- a parameter that cannot be read has to reject
  list: async () =>
    [...parameters]
      .filter(([name]) => name.startsWith(path))
      .map(([name, text]) => parseTarget(text, name))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
});

/** What a test's function does with its payload; throwing stands for "no answer came". */
export type MemoryFunction = (payload: string) => FunctionReply | Promise<FunctionReply>;

/** A FunctionInvoker for tests of use cases, by ARN. */
export const memoryFunctionInvoker = (
  functions: Readonly<Record<string, MemoryFunction>>,
): FunctionInvoker => ({
  invoke: async (functionArn, payload) => {
    const run = functions[functionArn];
    if (run === undefined) throw new Error(`Function not found: ${functionArn}`);
    return run(payload);
  },
});

/** What a generator that calls a URL without secrets needs beside the rest. */
export const unused = {
  secrets: { read: (): Promise<never> => Promise.reject(new Error('not used')) },
  invoker: { invoke: (): Promise<never> => Promise.reject(new Error('not used')) },
};
