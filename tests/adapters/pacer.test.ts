import { startPacer, timerPacer } from '../../src/adapters/pacer.ts';
import { systemClock } from '../../src/adapters/system.ts';
import type { Pacer } from '../../src/ports/index.ts';

const plan = (gapsMs: readonly number[]): Float64Array => {
  let atMs = systemClock.now() + 5;
  return Float64Array.from(gapsMs, (gapMs) => (atMs += gapMs));
};

/** The times of the clock at which it woke, until it did after the last of `timesMs`. */
const wakings = (pacer: Pacer, timesMs: Float64Array): Promise<readonly number[]> =>
  new Promise((resolve) => {
    const woken: number[] = [];
    pacer.pace(timesMs, () => {
      woken.push(systemClock.now());
      if ((woken.at(-1) ?? 0) >= (timesMs.at(-1) ?? 0)) resolve(woken);
    });
  });

const dyingOfItsFirstMessage = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', () => process.exit(1));
  parentPort.postMessage('ready');
`;

const ways: [string, () => Promise<Pacer>][] = [
  ['a thread', () => startPacer()],
  ['timers', () => Promise.resolve(timerPacer(systemClock))],
  ['timers, for want of threads', () => startPacer('process.exit(1)')],
  ['timers, when the thread broke', () => startPacer('throw new Error("broken")')],
  ['timers, when the thread died later', () => startPacer(dyingOfItsFirstMessage)],
];

describe.each(ways)('a pacer by %s', (_, start) => {
  let pacer: Pacer;

  beforeEach(async () => {
    pacer = await start();
  });

  afterEach(() => {
    pacer.end();
  });

  it('wakes after every planned time, never before it, and no more often than there are times', async () => {
    const timesMs = plan([0, 0.1, 0, 3, 0.4, 0.5, 12, 0, 1]);
    const woken = await wakings(pacer, timesMs);
    expect(woken.length).toBeLessThanOrEqual(timesMs.length);
    // The k-th waking finds at least one more time to be due.
    woken.forEach((atMs, k) => {
      expect(atMs).toBeGreaterThanOrEqual(timesMs[k]!);
    });
  });

  it('wakes at once, and once, for times that have passed', async () => {
    const passed = systemClock.now() - 100;
    expect(await wakings(pacer, Float64Array.of(passed, passed + 1, passed + 50))).toHaveLength(1);
  });

  it('wakes nobody when it was ended', async () => {
    const timesMs = plan([20, 1]);
    let woken = 0;
    pacer.pace(timesMs, () => woken++);
    pacer.end();
    await systemClock.sleepUntil(timesMs[1]! + 20);
    expect(woken).toBe(0);
  });
});

it('paces one list of times after the other', async () => {
  const pacer = await startPacer();
  expect(await wakings(pacer, plan([0]))).toHaveLength(1);
  expect(await wakings(pacer, plan([0]))).toHaveLength(1);
  pacer.end();
});
