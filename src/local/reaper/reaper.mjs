/**
 * Cleans up behind a process that ended in whatever way, SIGKILL included: that process holds the other end of stdin, and
 * the kernel closes it with the process. Runs in a session of its own, so that Ctrl-C in a terminal does not reach it.
 * One JSON object per line of stdin: {"group": pid} a process group to end, {"forget": pid} one that is gone, whose number
 * may soon be somebody else's, {"remove": path} a directory to remove once all groups are gone, {"controlGroups": path} a
 * directory of control groups: all that runs in them is killed (they hold those that left their process group) and they
 * are removed. Argument: milliseconds that process groups get to end by themselves after SIGTERM; 0: killed at once.
 */
import { readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const politeMs = Number(process.argv[2]);
/** How long the kernel may take for those that are killed. */
const killMs = 5000;
const pollMs = 20;

/** @type {Set<number>} */
const groups = new Set();
/** @type {Set<string>} */
const directories = new Set();
/** @type {Set<string>} */
const controlGroups = new Set();

/** @type {(text: string) => unknown} */
const parse = JSON.parse;

/** @param {string} line */
const register = (line) => {
  const order = /** @type {import('./reaper.ts').Order} */ (parse(line));
  if (order.group !== undefined) groups.add(order.group);
  if (order.forget !== undefined) groups.delete(order.forget);
  if (order.remove !== undefined) directories.add(order.remove);
  if (order.controlGroups !== undefined) controlGroups.add(order.controlGroups);
};

/**
 * @param {(path: string) => unknown} action
 * @param {string} [path]
 * @returns {boolean} false when it failed: mostly, nobody or nothing was left
 */
const succeeds = (action, path = '') => {
  try {
    action(path);
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
  if (!succeeds(() => process.kill(-group, 0))) return false;
  try {
    return processes().some((one) => one.group === group && one.state !== 'Z');
  } catch {
    return true;
  }
};

/** @param {() => boolean} isDone @param {number} withinMs @returns {Promise<boolean>} */
const until = async (isDone, withinMs) => {
  const deadline = performance.now() + withinMs;
  // Again and again: a process may start another one while it is being ended.
  for (;;) {
    if (isDone()) return true;
    if (performance.now() > deadline) return false;
    await sleep(pollMs);
  }
};

/** @param {NodeJS.Signals} signal @returns {boolean} true when nobody is left to be signalled */
const signalled = (signal) => {
  const living = [...groups].filter(lives);
  for (const group of living) succeeds(() => process.kill(-group, signal));
  return living.length === 0;
};

/** @param {string} directory @returns {boolean} */
const isCleared = (directory) => {
  const clear = (/** @type {string} */ path) => {
    for (const pid of readFileSync(join(path, 'cgroup.procs'), 'utf8').split('\n'))
      if (pid !== '') succeeds(() => process.kill(Number(pid), 'SIGKILL'));
    rmdirSync(path);
  };
  succeeds(() => {
    for (const entry of readdirSync(directory, { withFileTypes: true }))
      if (entry.isDirectory()) succeeds(clear, join(directory, entry.name));
    rmdirSync(directory);
  });
  return !succeeds(() => readdirSync(directory));
};

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
  process.on(signal, () => undefined);
for await (const line of createInterface({ input: process.stdin })) register(line);
if (politeMs === 0 || !(await until(() => signalled('SIGTERM'), politeMs)))
  await until(() => signalled('SIGKILL'), killMs);
await until(() => [...controlGroups].filter((one) => !isCleared(one)).length === 0, killMs);
for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
process.exit(0);
