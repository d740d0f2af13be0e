/**
 * Collects log events per stream and writes them when nothing is going on, in small batches, one at a time: the
 * emulator takes some 15 us per event and does nothing else meanwhile, so that a large batch in the middle of a
 * measurement would be seen in it.
 */

export interface LogEvent {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly message: string;
}

/** The three calls of CloudWatch Logs that are needed. */
export interface LogsApi {
  createGroup(group: string): Promise<void>;
  createStream(group: string, stream: string): Promise<void>;
  put(group: string, stream: string, events: readonly LogEvent[]): Promise<void>;
}

/** Text, or what makes it when the time for writing has come: a quiet moment costs nobody anything. */
export type Line = string | (() => string);

interface Pending {
  readonly group: string;
  readonly stream: string;
  created: boolean;
  events: Waiting[];
}

interface Waiting {
  readonly timestamp: number;
  readonly line: Line;
  /** Bytes that it counts for; a guess where the text is not made yet. */
  readonly size: number;
}

/** Nothing was written for so long: the moment is quiet. */
const quietMs = 250;
/** Events that wait for so long are written in any case, with pauses between the batches. */
const overdueMs = 10_000;
const pauseMs = 20;
/** PutLogEvents takes 10,000 events; these take the emulator about 3 ms. */
const maxEvents = 200;
/** PutLogEvents' limit: 1 MiB with 26 bytes for each event. */
const maxBatchBytes = 1_048_576;
const eventOverhead = 26;
/** Bytes waiting above which writers are asked to hold back and everything is written. */
const highWater = 8 * 1024 * 1024;

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, pauseMs).unref());

const guessedBytes = 200;

const sizeOf = (line: Line): number =>
  (typeof line === 'string' ? Buffer.byteLength(line) : guessedBytes) + eventOverhead;

/** How many of the events, from the first on, fit into one batch. At least one. */
export const batchLength = (events: readonly { readonly size: number }[]): number => {
  let bytes = 0;
  for (const [i, event] of events.entries()) {
    bytes += event.size;
    if (i >= maxEvents || (bytes > maxBatchBytes && i > 0)) return i;
  }
  return events.length;
};

export type LogWriter = ReturnType<typeof createLogWriter>;

/** @param onFailure hears about the first failed call after a good one; the events of a failed call are lost */
export const createLogWriter = (
  api: LogsApi,
  onFailure: (error: unknown) => void,
  now: () => number = () => performance.now(),
) => {
  const dirty = new Set<Pending>();
  const groups = new Map<string, Promise<void>>();
  let waitingBytes = 0;
  let failing = false;
  let closing = false;
  let lastWriteAt = -Infinity;
  /** When the oldest event still waiting was written, or one before it. */
  let oldestAt: number | undefined;
  let flushing: Promise<void> | undefined;
  let roomWaiters: (() => void)[] = [];
  let settledWaiters: (() => void)[] = [];

  const ensureStream = async (pending: Pending): Promise<void> => {
    if (pending.created) return;
    const group = groups.get(pending.group) ?? api.createGroup(pending.group);
    groups.set(pending.group, group);
    group.catch(() => groups.delete(pending.group));
    await group;
    await api.createStream(pending.group, pending.stream);
    pending.created = true;
  };

  const flushOne = async (pending: Pending): Promise<void> => {
    dirty.delete(pending);
    const taken = pending.events.splice(0, batchLength(pending.events));
    if (pending.events.length > 0) dirty.add(pending);
    try {
      await ensureStream(pending);
      await api.put(
        pending.group,
        pending.stream,
        taken.map(({ timestamp, line }) => ({
          timestamp,
          message: typeof line === 'string' ? line : line(),
        })),
      );
      failing = false;
    } catch (error) {
      if (!failing) onFailure(error);
      failing = true;
    }
    for (const { size } of taken) waitingBytes -= size;
    if (waitingBytes < highWater) {
      for (const resume of roomWaiters) resume();
      roomWaiters = [];
    }
  };

  const isOverdue = (): boolean =>
    waitingBytes >= highWater || (oldestAt !== undefined && now() - oldestAt >= overdueMs);

  /** Writes batch by batch, as long as it is the time for it. */
  const flushWhileFit = async (): Promise<void> => {
    for (let next = dirty.values().next(); next.done !== true; next = dirty.values().next()) {
      const isQuiet = now() - lastWriteAt >= quietMs;
      if (!closing && !isQuiet && !isOverdue()) return;
      await flushOne(next.value);
      if (!closing && !isQuiet && waitingBytes < highWater) await pause();
    }
    oldestAt = undefined;
    for (const resume of settledWaiters) resume();
    settledWaiters = [];
  };

  const flush = (): Promise<void> => {
    flushing ??= flushWhileFit().finally(() => {
      flushing = undefined;
    });
    return flushing;
  };

  const timer = setInterval(() => void flush(), quietMs);
  timer.unref();

  return {
    open: (group: string, stream: string) => {
      const pending: Pending = { group, stream, created: false, events: [] };
      return {
        write: (line: Line, timestamp = Date.now()): void => {
          if (line === '') return;
          const size = sizeOf(line);
          waitingBytes += size;
          pending.events.push({ timestamp, line, size });
          dirty.add(pending);
          lastWriteAt = now();
          oldestAt ??= lastWriteAt;
        },
      };
    },
    /** Writes what is left and stops; gives up after `withinMs`. */
    close: async (withinMs: number): Promise<void> => {
      clearInterval(timer);
      const giveUp = new Promise<void>((resolve) => setTimeout(resolve, withinMs).unref());
      closing = true;
      await Promise.race([flush().then(flush), giveUp]);
    },
    /**
     * Resolves at once, or when everything written so far is with the API: in the next quiet moment, or when it is overdue.
     * Never sooner than it would be anyway, so that whoever waits for it disturbs nobody.
     */
    settled: (): Promise<void> | undefined =>
      dirty.size === 0 && flushing === undefined
        ? undefined
        : new Promise((resolve) => settledWaiters.push(resolve)),
    /** Resolves at once, or as soon as there is room again for what a talkative function writes. */
    room: (): Promise<void> | undefined => {
      if (waitingBytes < highWater) return undefined;
      void flush();
      return new Promise((resolve) => roomWaiters.push(resolve));
    },
  };
};
