/**
 * A cache for what the control plane may change at any time. What is in use is asked for again in the background, so
 * that an invocation hardly ever waits for the control plane, and no answer is older than `maxAgeMs` (five times that
 * while a refresh is under way and slow).
 */
export interface FreshCache<T> {
  /** At once where a fresh answer is known. `undefined` answers are not kept. Rejects as `load` does. */
  get(key: string): T | undefined | Promise<T | undefined>;
  /** Forgets everything, answers still under way included. */
  clear(): void;
  close(): void;
}

interface Entry<T> {
  readonly value: T;
  readonly loadedAt: number;
  usedAt: number;
}

/** Entries that nobody asked for in this time are no longer refreshed. */
const idleMs = 10_000;

export const createFreshCache = <T>(
  load: (key: string) => Promise<T | undefined>,
  maxAgeMs: number,
  now: () => number = () => performance.now(),
): FreshCache<T> => {
  const entries = new Map<string, Entry<T>>();
  const loading = new Map<string, Promise<T | undefined>>();

  const reload = (key: string, usedAt: number): Promise<T | undefined> => {
    const running = loading.get(key);
    if (running !== undefined) return running;
    const loadedAt = now();
    const started = load(key).then(
      (value) => {
        // After clear() another load may be under way; an answer from before it must not be kept.
        if (loading.get(key) === started) {
          loading.delete(key);
          if (value === undefined) entries.delete(key);
          else entries.set(key, { value, loadedAt, usedAt: entries.get(key)?.usedAt ?? usedAt });
        }
        return value;
      },
      (error: unknown) => {
        if (loading.get(key) === started) loading.delete(key);
        throw error;
      },
    );
    loading.set(key, started);
    return started;
  };

  const timer = setInterval(() => {
    for (const [key, entry] of entries) {
      if (now() - entry.usedAt > idleMs) entries.delete(key);
      else reload(key, entry.usedAt).catch(() => undefined);
    }
  }, maxAgeMs / 2);
  timer.unref();

  return {
    get: (key) => {
      const entry = entries.get(key);
      const time = now();
      if (entry === undefined || time - entry.loadedAt > maxAgeMs * (loading.has(key) ? 5 : 1))
        return reload(key, time);
      entry.usedAt = time;
      return entry.value;
    },
    clear: () => {
      entries.clear();
      loading.clear();
    },
    close: () => {
      clearInterval(timer);
    },
  };
};
