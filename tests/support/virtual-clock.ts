import { setImmediate } from 'node:timers/promises';
import { timerPacer } from '../../src/adapters/pacer.ts';
import type { Clock, HttpReply, Exchange, Connection, StartPacer } from '../../src/ports/index.ts';

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** A clock that stands still while anything can run, then jumps to the next time that somebody sleeps for. */
export class VirtualClock implements Clock {
  readonly #sleepers: Sleeper[] = [];
  readonly #wallZeroMs: number;
  #nowMs = 0;
  /** Wakes exactly on time. */
  readonly startPacer: StartPacer = () => Promise.resolve(timerPacer(this));

  constructor(wallZeroMs = Date.UTC(2026, 0, 1)) {
    this.#wallZeroMs = wallZeroMs;
  }

  now(): number {
    return this.#nowMs;
  }

  wallTime(): number {
    return this.#wallZeroMs + this.#nowMs;
  }

  sleepUntil(atMs: number): Promise<void> {
    if (atMs <= this.#nowMs) return Promise.resolve();
    return new Promise((wake) => {
      this.#sleepers.push({ atMs, wake });
    });
  }

  /** Lets time pass until `work` is done. Those who sleep for the same time wake in the order in which they lay down. */
  async run<T>(work: Promise<T>): Promise<T> {
    const state = { done: false };
    const settled = (): void => {
      state.done = true;
    };
    work.then(settled, settled);
    for (;;) {
      await setImmediate();
      if (state.done) return work;
      const next = Math.min(...this.#sleepers.map(({ atMs }) => atMs));
      if (next === Infinity) throw new Error('everything waits for something that no time will bring');
      this.#nowMs = next;
      const due = this.#sleepers.filter(({ atMs }) => atMs === next);
      for (const sleeper of due) this.#sleepers.splice(this.#sleepers.indexOf(sleeper), 1);
      for (const { wake } of due) wake();
    }
  }
}

export const answer = (headers: Record<string, string> = {}, status = 200): HttpReply => ({
  status,
  headers: new Map(Object.entries(headers)),
  body: '{"hits": 1}',
});

/** What a test's server does with request `index`, sent at `sentMs`: when it ends and how. */
export type Behaviour = (
  sentMs: number,
  index: number,
) => { readonly endMs: number; readonly result?: Exchange['result'] };

/** Every request takes so many milliseconds. */
export const takes =
  (ms: number): Behaviour =>
  (sentMs) => ({ endMs: sentMs + ms });

/** Beside its connections it gives how many were opened and closed, and the most requests that were under way at once. */
export const virtualServer = (clock: VirtualClock, behave: Behaviour) => {
  let opened = 0;
  let closed = 0;
  let index = 0;
  let underWay = 0;
  let most = 0;
  const openConnection = (): Connection => {
    opened++;
    return {
      send: async (timeoutMs) => {
        const sentMs = clock.now();
        const { endMs, result = answer() } = behave(sentMs, index++);
        most = Math.max(most, ++underWay);
        const lateMs = sentMs + timeoutMs;
        await clock.sleepUntil(Math.min(endMs, lateMs));
        underWay--;
        if (endMs <= lateMs) return { sentMs, endMs, result };
        return { sentMs, endMs: lateMs, result: { error: 'timeout', message: 'too late' } };
      },
      close: () => {
        closed++;
      },
    };
  };
  return { openConnection, opened: () => opened, closed: () => closed, mostAtOnce: () => most };
};

/** A server that takes `serviceMs` for each request and does nothing at all from `fromMs` for `lengthMs`. */
export const stalling =
  (serviceMs: number, fromMs: number, lengthMs: number): Behaviour =>
  (sentMs) => {
    const doneMs = sentMs + serviceMs;
    if (doneMs <= fromMs || sentMs >= fromMs + lengthMs) return { endMs: doneMs };
    return { endMs: sentMs < fromMs ? doneMs + lengthMs : fromMs + lengthMs + serviceMs };
  };
