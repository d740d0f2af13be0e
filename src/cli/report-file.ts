/** Reads a report.json that somebody names. */
import { constants, openSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { text as streamText } from 'node:stream/consumers';
import { InputError } from '../core/errors.ts';
import { readReport } from '../core/report/read.ts';
import { readJson } from '../core/schema/fields.ts';
import type { Report } from '../core/schema/report.ts';
import { errorCode } from './explain.ts';

const allowed = 'a report.json of a run, or the directory it is in';

const pathOf = async (given: string): Promise<string> => {
  const found = await stat(given).catch(() => undefined);
  return found?.isDirectory() === true ? join(given, 'report.json') : given;
};

/** A thread that waits for a pipe's writer cannot be ended, and would keep the whole process after Ctrl-C: a socket waits without one. */
const readText = async (path: string): Promise<string> => {
  if (!(await stat(path)).isFIFO()) return readFile(path, 'utf8');
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return streamText(new Socket({ fd, readable: true, writable: false }));
};

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such file.',
  ENOTDIR: 'A part of the path is no directory.',
  EISDIR: 'Its report.json is a directory.',
  EACCES: 'It may not be read: permission was denied.',
};

const unreadable = (given: string, path: string, error: unknown): InputError => {
  const code = errorCode(error);
  const hint =
    code === 'ENOENT' && path !== given
      ? 'The directory has no report.json.'
      : (reasons[code] ?? `It cannot be read (${code}).`);
  return new InputError('FILE', given, allowed, hint);
};

/** Of a directory without a report, whose command was killed or is still at work: what its plan and samples say so far. */
const reportLeft = async (directory: string, root: string): Promise<Report | undefined> => {
  const plan = await readFile(join(directory, 'plan.json'), 'utf8').catch(() => undefined);
  if (plan === undefined) return undefined;
  const [{ fileStore }, { partialReport }, { readManifest }, { storedPlan }] = await Promise.all([
    import('./run/files.ts'),
    import('./run/conclude.ts'),
    import('../local/deploy/build.ts'),
    import('../core/schema/plan.ts'),
  ]);
  const { runId } = readJson(storedPlan, plan, join(directory, 'plan.json'));
  const { architectures } = await readManifest(root);
  // Read only: the run may go on, and its own report is yet to come.
  const store = { ...fileStore(directory, `runs/${runId}/`), put: () => Promise.resolve() };
  return partialReport(store, runId, 'the command ended before the report was made', architectures);
};

/** @throws InputError when there is no such file, or for what `readReport` refuses */
export const readReportFile = async (given: string, root: string): Promise<Report> => {
  const path = await pathOf(given);
  try {
    return readReport(await readText(path), given);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const left = errorCode(error) === 'ENOENT' && path !== given ? await reportLeft(given, root) : undefined;
    if (left === undefined) throw unreadable(given, path, error);
    return left;
  }
};
