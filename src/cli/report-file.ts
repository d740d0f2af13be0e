/** Reads a report.json that somebody names. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../core/errors.ts';
import { errorCode } from './explain.ts';
import { reportVersion, type Report } from '../core/schema/report.ts';

const allowed = 'a report.json of a run, or the directory it is in';

const pathOf = async (given: string): Promise<string> => {
  const found = await stat(given).catch(() => undefined);
  return found?.isDirectory() === true ? join(given, 'report.json') : given;
};

const parse = (text: string, given: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError('FILE', given, allowed, 'It is not JSON.');
  }
};

/** @throws InputError when there is no such file, it is no JSON, or not of the schema that this version reads */
export const readReportFile = async (given: string): Promise<Report> => {
  const text = await readFile(await pathOf(given), 'utf8').catch((error: unknown) => {
    const code = errorCode(error);
    throw new InputError(
      'FILE',
      given,
      allowed,
      code === 'ENOENT' ? 'There is no such file.' : `It cannot be read (${code}).`,
    );
  });
  const value = parse(text, given);
  const { schema, targets } = (value ?? {}) as { schema?: unknown; targets?: unknown };
  if (schema !== reportVersion || !Array.isArray(targets)) {
    const mend =
      typeof schema === 'string'
        ? `Its schema is "${schema}"; this version reads "${reportVersion}".`
        : 'It is another kind of JSON.';
    throw new InputError('FILE', given, allowed, mend);
  }
  return value as Report;
};
