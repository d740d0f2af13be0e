/** Reads a report.json that somebody names. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../core/errors.ts';
import { readReport } from '../core/report/read.ts';
import type { Report } from '../core/schema/report.ts';
import { errorCode } from './explain.ts';

const allowed = 'a report.json of a run, or the directory it is in';

const pathOf = async (given: string): Promise<string> => {
  const found = await stat(given).catch(() => undefined);
  return found?.isDirectory() === true ? join(given, 'report.json') : given;
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

/** @throws InputError when there is no such file, or for what `readReport` refuses */
export const readReportFile = async (given: string): Promise<Report> => {
  const path = await pathOf(given);
  const json = await readFile(path, 'utf8').catch((error: unknown) => {
    throw unreadable(given, path, error);
  });
  return readReport(json, given);
};
