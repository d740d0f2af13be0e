/** Reads a report.json, of this version or an earlier one, that somebody names. */
import { InputError } from '../errors.ts';
import { Histogram } from '../histogram/histogram.ts';
import { isObject, openFields, read } from '../schema/fields.ts';
import { loadProfile } from '../schema/load.ts';
import { type Report, reportSchema, reportVersion } from '../schema/report.ts';
import { rounds as roundCount } from '../schema/request.ts';
import { withFigures } from './build.ts';
import { plannedRequests } from './failures.ts';

const allowed = 'a report.json of a run, or the directory it is in';

const refuseFile = (where: string, why: string): never => {
  throw new InputError('FILE', where, allowed, why);
};

type Change = (value: unknown) => unknown;

/** With one field changed, where there is such a field; whatever else the value is stays for the schema to judge. */
const inField =
  (key: string, change: Change): Change =>
  (value) =>
    isObject(value) && key in value ? { ...value, [key]: change(value[key]) } : value;

const inEach =
  (change: Change): Change =>
  (value) =>
    Array.isArray(value) ? value.map(change) : value;

/** v2 counts the planned requests, and tells of a worker that died when it was last heard of. */
const fromV1: Change = (report) => {
  const { load, rounds } = read(
    openFields({ load: loadProfile, rounds: roundCount }),
    isObject(report) ? report['method'] : undefined,
    'method',
    'method',
  );
  const cell = plannedRequests(load);
  const planned = (ofAll: number): Change =>
    inField('requests', (counts) => (isObject(counts) ? { planned: ofAll, ...counts } : counts));
  const isTimed = (target: unknown): boolean => isObject(target) && target['state'] !== 'not-timed';
  const died = inEach((worker) => (typeof worker === 'number' ? { worker } : worker));
  const round: Change = (value) => planned(cell)(inField('workers', inField('died', died))(value));
  const target: Change = (value) =>
    planned(isTimed(value) ? rounds * cell : 0)(inField('rounds', inEach(round))(value));
  return inField('targets', inEach(target))({ ...(report as object), schema: 'latency-lab.report.v2' });
};

/** v3 counts lost requests in every percentile and ranks by rounds: both are computed anew from the rounds, once those are known to be whole. */
const fromV2: Change = (report) => ({ ...(report as object), schema: reportVersion });

/** By the version that a report has: what makes it one of the next version. Damage is left in, or refused. */
const upgrades: ReadonlyMap<string, Change> = new Map([
  ['latency-lab.report.v1', fromV1],
  ['latency-lab.report.v2', fromV2],
]);

/** Whether a parser's error is that the text ended too early. */
const isCut = (json: string, error: unknown): boolean => {
  const [, position] = /at position (\d+)/.exec(String(error)) ?? [];
  return /end of JSON|Unterminated/.test(String(error)) || Number(position) >= json.length;
};

const parse = (json: string, where: string): unknown => {
  try {
    return JSON.parse(json);
  } catch (error) {
    if (json.trim() === '') return refuseFile(where, 'It is empty.');
    const cut = 'It is cut short: the file ends in the middle of its JSON.';
    return refuseFile(where, isCut(json, error) ? cut : 'It is not JSON.');
  }
};

const schemaOf = (value: unknown): unknown => (isObject(value) ? value['schema'] : undefined);

const versionOf = (schema: string): number => Number(/^latency-lab\.report\.v(\d+)$/.exec(schema)?.[1]);

const upgraded = (value: unknown, where: string): unknown => {
  const schema = schemaOf(value);
  if (schema === reportVersion) return value;
  if (typeof schema !== 'string') return refuseFile(where, 'It is another kind of JSON.');
  const upgrade = upgrades.get(schema);
  if (upgrade !== undefined) return upgraded(upgrade(value), where);
  return refuseFile(
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
  const given = parse(json, where);
  try {
    const value = upgraded(given, where);
    read(reportSchema, value, 'the report');
    checkHistograms(value as Report);
    // As it was given: fields that a later minor version added are kept.
    return schemaOf(given) === reportVersion ? (value as Report) : withFigures(value as Report);
  } catch (error) {
    const damaged = error instanceof InputError && error.field !== 'FILE';
    throw damaged ? error.renamed(`${where}: ${error.field}`) : error;
  }
};
