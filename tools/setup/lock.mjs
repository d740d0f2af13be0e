import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { mendFor, SetupError } from './program.mjs';

const pollMs = 100;

/** @param {number} pid @returns {boolean} */
const alive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
};

/** @param {string} file @returns {boolean} true when the lock is ours now */
const take = (file) => {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'EEXIST') return false;
    throw new SetupError(`cannot write ${file}: ${message}\n${mendFor(message, file)}`.trimEnd());
  }
};

/** Takes a lock away whose holder is gone. @param {string} file */
const releaseStale = (file) => {
  try {
    const holder = Number(readFileSync(file, 'utf8'));
    // An empty file is a holder between creating and writing: wait for it.
    if (holder === 0 || alive(holder)) return;
    const grave = `${file}.${process.pid}`;
    renameSync(file, grave);
    rmSync(grave, { force: true });
  } catch {
    // Released meanwhile, which is what was wanted.
  }
};

/**
 * Runs `work` while no other process of this machine runs it under the same file. A holder that was killed is noticed
 * by its process id, so that a crash never blocks the next run.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export const withLock = async (file, work) => {
  while (!take(file)) {
    releaseStale(file);
    await sleep(pollMs);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
};
