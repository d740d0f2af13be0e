/**
 * Cleans up behind a lab that ended in whatever way, SIGKILL included: its parent holds the other end of stdin, and the
 * kernel closes it with the parent. Runs in a session of its own, so that Ctrl-C in a terminal does not reach it.
 * One JSON object per line of stdin: {"group": pid} a process group to end, {"forget": pid} one that is gone, whose number
 * may soon be somebody else's, {"remove": path} a directory to remove once all groups are gone.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long those that are asked to end may take before they are killed, and how long the kernel may take for it. */
const politeMs = 1500;
const killMs = 5000;
const pollMs = 20;

/** @type {Set<number>} */
const groups = new Set();
/** @type {Set<string>} */
const directories = new Set();

/** @type {(text: string) => unknown} */
const parse = JSON.parse;

/** @param {string} line */
const register = (line) => {
  const order = /** @type {{ group?: number, forget?: number, remove?: string }} */ (parse(line));
  if (order.group !== undefined) groups.add(order.group);
  if (order.forget !== undefined) groups.delete(order.forget);
  if (order.remove !== undefined) directories.add(order.remove);
};

/** @param {number} group @param {NodeJS.Signals | 0} signal @returns {boolean} false when nobody is left in it */
const signalled = (group, signal) => {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
};

/** State and process group of every process, where the system tells them in /proc. @returns {{ state: string, group: number }[]} */
const processes = () =>
  readdirSync('/proc').flatMap((name) => {
    try {
      // The name in brackets may hold anything, brackets and spaces too.
      const [, state = '', group = ''] =
        /^.*\) (\S) \d+ (\d+)/s.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
      return state === '' ? [] : [{ state, group: Number(group) }];
    } catch {
      return [];
    }
  });

/** Those who ended but were not collected count as gone: in a container it may be that nobody ever collects them. @param {number} group @returns {boolean} */
const lives = (group) => {
  if (!signalled(group, 0)) return false;
  try {
    return processes().some((one) => one.group === group && one.state !== 'Z');
  } catch {
    return true;
  }
};

/** @param {NodeJS.Signals} signal @param {number} withinMs @returns {Promise<boolean>} true when nobody is left */
const end = async (signal, withinMs) => {
  const deadline = performance.now() + withinMs;
  // Again and again: a process may start another one while it is being ended.
  for (;;) {
    const living = [...groups].filter(lives);
    if (living.length === 0) return true;
    if (performance.now() > deadline) return false;
    for (const group of living) signalled(group, signal);
    await sleep(pollMs);
  }
};

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
  process.on(signal, () => undefined);
for await (const line of createInterface({ input: process.stdin })) register(line);
if (!(await end('SIGTERM', politeMs))) await end('SIGKILL', killMs);
for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
process.exit(0);
