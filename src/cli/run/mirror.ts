/** Copies a run's objects as they appear: what is on disk survives the emulator, the account and this process. */
import type { ObjectStore } from '../../ports/index.ts';

/** Downloads at the same time; more would disturb a measurement on the same machine. */
const width = 4;

export interface Copied {
  readonly key: string;
  readonly body: string;
}

export interface Mirror {
  /** @returns what was copied by this call */
  readonly copyNew: (options?: { refresh?: boolean }) => Promise<readonly Copied[]>;
}

/** Objects are written once and never changed, apart from reports, which `refresh` copies anew. */
export const makeMirror = (from: ObjectStore, to: ObjectStore, prefix: string): Mirror => {
  const copied = new Set<string>();
  const copy = async (key: string): Promise<Copied | undefined> => {
    const body = await from.get(key);
    if (body === undefined) return undefined;
    await to.put(key, body);
    copied.add(key);
    return { key, body };
  };
  return {
    copyNew: async ({ refresh = false } = {}) => {
      const keys = (await from.list(prefix)).filter(
        (key) => !copied.has(key) || (refresh && !key.startsWith(`${prefix}cells/`)),
      );
      const fresh: Copied[] = [];
      for (let i = 0; i < keys.length; i += width) {
        const batch = await Promise.all(keys.slice(i, i + width).map(copy));
        fresh.push(...batch.filter((object) => object !== undefined));
      }
      return fresh;
    },
  };
};
