/** Where a run's results go. Checked before anything is built, so that an hour's measurement is never lost to a full disk. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
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

const heldRun = async (directory: string): Promise<string | undefined> => {
  try {
    const plan = JSON.parse(await readFile(join(directory, 'plan.json'), 'utf8')) as { runId?: unknown };
    return typeof plan.runId === 'string' ? plan.runId : 'another run';
  } catch {
    return undefined;
  }
};

/** Step by step: Node's own recursive mkdir never ends below a directory that refuses with ENOENT, as /proc does. */
const makeDirectory = async (directory: string): Promise<void> => {
  const parent = dirname(directory);
  const found = await stat(directory).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  if (parent !== directory) await makeDirectory(parent);
  await mkdir(directory);
};

/**
 * Makes the directory and writes to it once.
 * @returns its absolute path
 * @throws InputError when it cannot be made or written, is full, or holds another run
 */
export const prepareOut = async (given: string, runId: string): Promise<string> => {
  const directory = resolve(given);
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
  const held = await heldRun(directory);
  if (held !== undefined && held !== runId) {
    throw new InputError(
      '--out',
      given,
      `a new or empty directory; this one holds run ${held}`,
      'Name another one.',
    );
  }
  return directory;
};
