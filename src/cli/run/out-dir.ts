/** Where a run's results go. Checked before anything is built, so that an hour's measurement is never lost to a full disk. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InputError, messageOf } from '../../core/errors.ts';
import { errorCode } from '../explain.ts';

/** Bytes that must fit: reports are about 0.5 MB each and raw samples a few MB. */
const probeBytes = 4 * 1024 * 1024;

const mends: Readonly<Record<string, string>> = {
  ENOSPC: 'The device is full: free some space or name a directory on another one.',
  EDQUOT: 'Your disk quota is used up: free some space or name a directory elsewhere.',
  EROFS: 'The file system is read-only: name a directory on another one.',
  EACCES: 'You have no permission to write there: name another directory.',
  EPERM: 'You have no permission to write there: name another directory.',
  ENOENT: 'The file system takes no directories there: name another one.',
  ENOTDIR: 'A part of the path is a file: name a directory.',
  EEXIST: 'It is a file: name a directory.',
};

/** What a run leaves in its directory. */
const leftByRun = [
  'rollout.json',
  'rollout.html',
  'plan.json',
  'verify.json',
  'outcome.json',
  'steps',
  'cells',
].concat(['json', 'html', 'md', 'csv'].map((format) => `report.${format}`));

/** The run whose results are in a directory: its id, 'another run' where they do not tell, undefined where there are none. */
const heldRun = async (directory: string): Promise<string | undefined> => {
  const names = await readdir(directory);
  if (!names.some((name) => leftByRun.includes(name))) return undefined;
  for (const file of ['plan.json', 'report.json']) {
    try {
      const { runId } = JSON.parse(await readFile(join(directory, file), 'utf8')) as { runId?: unknown };
      if (typeof runId === 'string') return runId;
    } catch {
      // Not there, or cut off.
    }
  }
  return 'another run';
};

/** Step by step: Node's own recursive mkdir never ends below a directory that refuses with ENOENT, as /proc does. */
const makeDirectory = async (directory: string): Promise<void> => {
  const parent = dirname(directory);
  const found = await stat(directory).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  if (parent !== directory) await makeDirectory(parent);
  await mkdir(directory, { mode: 0o700 });
};

/** Where a run's results go unless told otherwise. */
export const ownDirectory = (runId: string): string => join('reports', runId);

/** Held by the process that writes into the directory. */
const claimFile = '.claim';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
};

/** The process that a directory's claim names; 0 where it names none. */
const holderOf = async (directory: string): Promise<number> =>
  Number(await readFile(join(directory, claimFile), 'utf8').catch(() => ''));

/** The living process that writes a run's results into its own directory; undefined where there is none. */
export const writerOf = async (runId: string): Promise<number | undefined> => {
  const holder = await holderOf(ownDirectory(runId));
  return holder !== 0 && isAlive(holder) ? holder : undefined;
};

/** Of two at the same time, one gets it. What a killed process left behind counts for nothing. */
const claim = async (directory: string, given: string): Promise<void> => {
  const file = join(directory, claimFile);
  for (;;) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    const holder = await holderOf(directory);
    // 0: it was made this moment, and its holder has not written it yet; or it is gone again.
    if (holder === 0) await sleep(20);
    else if (isAlive(holder)) {
      const hint = `Process ${holder} is writing its results there: name another one`;
      throw new InputError('--out', given, 'a directory that no other run uses', hint);
    } else await rm(file, { force: true });
  }
};

const checkWritable = async (directory: string, given: string): Promise<void> => {
  const probe = join(directory, `.probe-${randomUUID()}`);
  try {
    await makeDirectory(directory);
    await writeFile(probe, Buffer.alloc(probeBytes));
  } catch (error) {
    const code = errorCode(error);
    throw new InputError('--out', given, 'a directory that can be written', mends[code] ?? messageOf(error));
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
};

export interface WantedOut {
  /** Of --out; the default is a directory named after the run. */
  readonly given: string | undefined;
  readonly runId: string;
  /** Results of another run go first. */
  readonly overwrite: boolean;
}

/** Lets others have the directory, and removes it where nothing was written. Never rejects. */
const release = async (directory: string, isDefault: boolean): Promise<void> => {
  await rm(join(directory, claimFile), { force: true }).catch(() => undefined);
  // Both refuse where something is in them.
  await rmdir(directory).catch(() => undefined);
  if (isDefault) await rmdir(dirname(directory)).catch(() => undefined);
};

const makeRoom = async (directory: string, given: string, wanted: WantedOut): Promise<void> => {
  const held = await heldRun(directory);
  if (held === undefined || held === wanted.runId) return;
  if (!wanted.overwrite) {
    const hint = 'Name another one, or replace them with --overwrite';
    const allowed = `a directory without results; this one holds those of ${held}`;
    throw new InputError('--out', given, allowed, hint);
  }
  for (const name of leftByRun) await rm(join(directory, name), { recursive: true, force: true });
};

/**
 * Makes the directory, claims it for this process as long as `use` takes, and writes to it once before.
 * @param use is given the directory's absolute path
 * @throws InputError when it cannot be made or written, is full, is another process's, or holds another run
 */
export const withOut = async <T>(wanted: WantedOut, use: (directory: string) => Promise<T>): Promise<T> => {
  const given = wanted.given ?? ownDirectory(wanted.runId);
  const directory = resolve(given);
  await checkWritable(directory, given);
  await claim(directory, given);
  try {
    await makeRoom(directory, given, wanted);
    return await use(directory);
  } finally {
    await release(directory, wanted.given === undefined);
  }
};
