/**
 * Collects log events per stream and writes them in batches, one call at a time, so that logging takes as little as
 * possible from a machine on which something is being measured.
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

export interface LogStream {
  write(message: string, timestamp?: number): void;
}

export interface LogWriter {
  open(group: string, stream: string): LogStream;
  /** Writes what is left and stops; gives up after `withinMs`. */
  close(withinMs: number): Promise<void>;
  /** Resolves at once, or as soon as there is room again for what a talkative function writes. */
  room(): Promise<void> | undefined;
}

interface Pending {
  readonly group: string;
  readonly stream: string;
  created: boolean;
  events: LogEvent[];
}

const intervalMs = 1000;
/** PutLogEvents' limits: 10,000 events and 1 MiB with 26 bytes for each event. */
const maxEvents = 10_000;
const maxBatchBytes = 1_048_576;
const eventOverhead = 26;
/** Bytes waiting above which writers are asked to hold back. */
const highWater = 8 * 1024 * 1024;

const sizeOf = (event: LogEvent): number => Buffer.byteLength(event.message) + eventOverhead;

/** How many of the events, from the first on, fit into one batch. At least one. */
export const batchLength = (events: readonly LogEvent[]): number => {
  let bytes = 0;
  for (const [i, event] of events.entries()) {
    bytes += sizeOf(event);
    if (i >= maxEvents || (bytes > maxBatchBytes && i > 0)) return i;
  }
  return events.length;
};

/** @param onFailure hears about the first failed call after a good one; the events of a failed call are lost */
export const createLogWriter = (api: LogsApi, onFailure: (error: unknown) => void): LogWriter => {
  const dirty = new Set<Pending>();
  const groups = new Map<string, Promise<void>>();
  let waitingBytes = 0;
  let failing = false;
  let flushing: Promise<void> | undefined;
  let roomWaiters: (() => void)[] = [];

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
    const events = pending.events.splice(0, batchLength(pending.events));
    if (pending.events.length > 0) dirty.add(pending);
    try {
      await ensureStream(pending);
      await api.put(pending.group, pending.stream, events);
      failing = false;
    } catch (error) {
      if (!failing) onFailure(error);
      failing = true;
    }
    for (const event of events) waitingBytes -= sizeOf(event);
    if (waitingBytes < highWater) {
      for (const resume of roomWaiters) resume();
      roomWaiters = [];
    }
  };

  const flushAll = async (): Promise<void> => {
    for (let next = dirty.values().next(); next.done !== true; next = dirty.values().next())
      await flushOne(next.value);
  };

  const flush = (): Promise<void> => {
    flushing ??= flushAll().finally(() => {
      flushing = undefined;
    });
    return flushing;
  };

  const timer = setInterval(() => void flush(), intervalMs);
  timer.unref();

  return {
    open: (group, stream) => {
      const pending: Pending = { group, stream, created: false, events: [] };
      return {
        write: (message, timestamp = Date.now()) => {
          if (message === '') return;
          const event = { timestamp, message };
          waitingBytes += sizeOf(event);
          pending.events.push(event);
          dirty.add(pending);
        },
      };
    },
    close: async (withinMs) => {
      clearInterval(timer);
      const giveUp = new Promise<void>((resolve) => setTimeout(resolve, withinMs).unref());
      await Promise.race([flush().then(flush), giveUp]);
    },
    room: () => {
      if (waitingBytes < highWater) return undefined;
      void flush();
      return new Promise((resolve) => roomWaiters.push(resolve));
    },
  };
};
