interface Entry {
  readonly value: unknown;
  readonly loadedAt: number;
  readonly maxAgeMs: number;
  readonly load: () => Promise<unknown>;
  usedAt: number;
}

/** Entries that nobody asked for in this time are no longer refreshed. */
const idleMs = 10_000;
const refreshMs = 500;

/**
 * What the control plane said, by key. Each entry is loaded once, shared by all who ask meanwhile, and asked for again in
 * the background while it is in use, so that an invocation hardly ever waits for the control plane.
 */
export const createStateTable = (now: () => number = () => performance.now()) => {
  const entries = new Map<string, Entry>();
  const loading = new Map<string, Promise<unknown>>();

  const reload = (
    key: string,
    { maxAgeMs, load, usedAt }: Omit<Entry, 'value' | 'loadedAt'>,
  ): Promise<unknown> => {
    const running = loading.get(key);
    if (running !== undefined) return running;
    const loadedAt = now();
    const started = load()
      .then((value) => {
        // After clear() another load may be under way; an answer from before it must not be kept.
        if (loading.get(key) !== started) return value;
        const lastUse = entries.get(key)?.usedAt ?? usedAt;
        if (value === undefined) entries.delete(key);
        else entries.set(key, { value, loadedAt, maxAgeMs, load, usedAt: lastUse });
        return value;
      })
      .finally(() => {
        if (loading.get(key) === started) loading.delete(key);
      });
    loading.set(key, started);
    return started;
  };

  const refresh = (): void => {
    const time = now();
    for (const [key, entry] of entries) {
      if (entry.maxAgeMs === Infinity) continue;
      if (time - entry.usedAt > idleMs) entries.delete(key);
      else if (time - entry.loadedAt >= entry.maxAgeMs / 2) reload(key, entry).catch(() => undefined);
    }
  };
  const timer = setInterval(refresh, refreshMs);
  timer.unref();

  return {
    /**
     * At once where it is known and not older than `maxAgeMs` (five times that while a refresh is under way and slow).
     * What is not there (`undefined`) is not kept. Rejects as `load` does.
     */
    get: <T>(
      key: string,
      maxAgeMs: number,
      load: () => Promise<T | undefined>,
    ): T | undefined | Promise<T | undefined> => {
      const entry = entries.get(key);
      const time = now();
      if (entry === undefined || time - entry.loadedAt > maxAgeMs * (loading.has(key) ? 5 : 1))
        return reload(key, { maxAgeMs, load, usedAt: time }) as Promise<T | undefined>;
      entry.usedAt = time;
      return entry.value as T;
    },
    /** Asks again for what is known under the key. Resolves when everybody gets the answer to that. */
    refresh: async (key: string): Promise<void> => {
      // An answer that is under way may be from before.
      await loading.get(key)?.catch(() => undefined);
      const entry = entries.get(key);
      if (entry !== undefined) await reload(key, entry);
    },
    /** Forgets everything, answers still under way included. */
    clear: (): void => {
      entries.clear();
      loading.clear();
    },
    close: (): void => {
      clearInterval(timer);
    },
  };
};
