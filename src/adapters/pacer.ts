import { Worker } from 'node:worker_threads';
import type { Clock, Pacer } from '../ports/index.ts';
import { systemClock } from './system.ts';

/** Milliseconds between two wake-ups at least: more of them cost CPU, and what falls due meanwhile is sent together. */
const leastGapMs = 0.25;
/** How much later than told the thread takes every time, in milliseconds: woken a moment early, nothing would be due yet. */
const clockErrorMs = 0.005;
/** Of the whole thread; it keeps next to nothing. */
const resourceLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 };

/**
 * What the thread runs; a text, because a handler's bundle is one file. A timer of the event loop is a millisecond coarse,
 * a wait is not. What is passed over was due before the message was posted, and a message that was not yet read will do
 * for what falls due meanwhile.
 */
const source = `
  const { parentPort } = require('node:worker_threads');
  const never = new Int32Array(new SharedArrayBuffer(4));
  const nowMs = () => {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e3 + nanoseconds / 1e6;
  };
  parentPort.on('message', ({ times, unread }) => {
    let earliest = 0;
    for (let i = 0; i < times.length; ) {
      const wakeAt = Math.max(times[i], earliest);
      for (let left; (left = wakeAt - nowMs()) > 0; ) Atomics.wait(never, 0, 0, left);
      const now = nowMs();
      while (i < times.length && times[i] <= now) i++;
      earliest = now + ${leastGapMs};
      if (Atomics.exchange(unread, 0, 1) === 0) parentPort.postMessage('due');
    }
  });
  parentPort.postMessage('ready');
`;

/** The thread's clock less `performance.now()`, whose zero differs from thread to thread. Of some looks the least disturbed. */
const clockOffset = (): number => {
  const looks = Array.from({ length: 20 }, () => {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e3 + nanoseconds / 1e6 - performance.now();
  });
  return Math.max(...looks);
};

/** @throws Error where threads cannot be started */
const startThread = (code: string): Promise<Worker> =>
  new Promise((resolve, reject) => {
    const thread = new Worker(code, { eval: true, execArgv: [], resourceLimits });
    thread.once('error', reject);
    thread.once('exit', () => {
      reject(new Error('the pacing thread ended'));
    });
    thread.once('message', () => {
      resolve(thread);
    });
  });

/** Paces by the thread; should it die, by the clock. */
const threadPacer = (thread: Worker): Pacer => {
  const unread = new Int32Array(new SharedArrayBuffer(4));
  const inReserve = timerPacer(systemClock);
  let goOn = (): void => undefined;
  let onDue = (): void => undefined;
  thread.on('message', () => {
    Atomics.store(unread, 0, 0);
    onDue();
  });
  thread.once('exit', () => {
    goOn();
  });
  return {
    pace(timesMs, wake) {
      onDue = wake;
      goOn = () => {
        inReserve.pace(timesMs, wake);
      };
      const offset = clockOffset() + clockErrorMs;
      const times = timesMs.map((ms) => ms + offset);
      thread.postMessage({ times, unread }, [times.buffer]);
    },
    end() {
      goOn = () => undefined;
      onDue = () => undefined;
      inReserve.end();
      void thread.terminate();
    },
  };
};

/** Paces as finely as the clock sleeps. */
export const timerPacer = (clock: Clock): Pacer => {
  let ended = false;
  return {
    pace(timesMs, wake) {
      const run = async (): Promise<void> => {
        for (let next = 0; next < timesMs.length;) {
          await clock.sleepUntil(timesMs[next] ?? 0);
          if (ended) return;
          const nowMs = clock.now();
          while ((timesMs[next] ?? Infinity) <= nowMs) next++;
          wake();
        }
      };
      void run();
    },
    end() {
      ended = true;
    },
  };
};

/**
 * A thread of its own that ends with the pacer; the event loop's timers where none can be started.
 * @param code what the thread runs
 */
export const startPacer = async (code = source): Promise<Pacer> => {
  try {
    return threadPacer(await startThread(code));
  } catch {
    return timerPacer(systemClock);
  }
};
