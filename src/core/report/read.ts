/** Reads a report.json, of this version or an earlier one, that somebody names. */
import { InputError } from '../errors.ts';
import { Histogram } from '../histogram/histogram.ts';
import { read } from '../schema/fields.ts';
import { type Report, reportSchema, reportVersion } from '../schema/report.ts';

const allowed = 'a report.json of a run, or the directory it is in';

const refuse = (where: string, why: string): never => {
  throw new InputError('FILE', where, allowed, why);
};

/** By the version that a report has: what makes it one of the next version. Each takes damaged reports as well, and leaves the damage in. */
const upgrades: ReadonlyMap<string, (report: object) => object> = new Map();

/** Whether a parser's error is that the text ended too early. */
const isCut = (json: string, error: unknown): boolean => {
  const [, position] = /at position (\d+)/.exec(String(error)) ?? [];
  return /end of JSON|Unterminated/.test(String(error)) || Number(position) >= json.length;
};

const parse = (json: string, where: string): unknown => {
  try {
    return JSON.parse(json);
  } catch (error) {
    if (json.trim() === '') return refuse(where, 'It is empty.');
    const cut = 'It is cut short: the file ends in the middle of its JSON.';
    return refuse(where, isCut(json, error) ? cut : 'It is not JSON.');
  }
};

const schemaOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;

const versionOf = (schema: string): number => Number(/^latency-lab\.report\.v(\d+)$/.exec(schema)?.[1]);

const upgraded = (value: unknown, where: string): unknown => {
  const schema = schemaOf(value);
  if (schema === reportVersion) return value;
  if (typeof schema !== 'string') return refuse(where, 'It is another kind of JSON.');
  const upgrade = upgrades.get(schema);
  if (upgrade !== undefined) return upgraded(upgrade(value as object), where);
  return refuse(
    where,
    versionOf(schema) > versionOf(reportVersion)
      ? `It was written by a later version ("${schema}"); this one reads "${reportVersion}" and earlier. Update latency-lab.`
      : `Its schema is "${schema}"; this version reads "${reportVersion}" and earlier.`,
  );
};

/** The schema knows a histogram for a text; whether it can be decoded shows only here. */
const checkHistograms = ({ targets }: Report): void => {
  for (const [t, { rounds }] of targets.entries())
    for (const [r, { histograms }] of rounds.entries())
      for (const time of ['response', 'service'] as const)
        for (const temperature of ['cold', 'warm'] as const) {
          const encoded = histograms[time][temperature];
          try {
            Histogram.decode(encoded);
          } catch {
            const path = `targets[${t}].rounds[${r}].histograms.${time}.${temperature}`;
            throw new InputError(path, encoded, 'an HdrHistogram, V2 compressed, in base64');
          }
        }
};

/**
 * @param where names the file in messages
 * @throws InputError for what is no report, naming for a damaged one the path in the document and what was expected
 */
export const readReport = (json: string, where: string): Report => {
  const value = upgraded(parse(json, where), where);
  try {
    read(reportSchema, value, 'the report');
    checkHistograms(value as Report);
  } catch (error) {
    throw error instanceof InputError ? error.renamed(`${where}: ${error.field}`) : error;
  }
  // As it was given: fields that a later minor version added are kept.
  return value as Report;
};
