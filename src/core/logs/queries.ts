/** The queries as they are sent, and their answers read. The lines are those of Lambda's text format; in JSON format the same figures are under `record.metrics`. */
import coldStarts from './queries/cold-starts.query';
import reports from './queries/reports.query';
import requests from './queries/requests.query';
import volume from './queries/volume.query';

export const queries = { coldStarts, reports, volume };

/** Of a request id, as Lambda makes it, nothing but these characters gets into a query. */
const isId = (id: string): boolean => /^[0-9A-Za-z-]{1,44}$/.test(id);

/** @param ids at most 200, since a query has 10,000 characters, of which an id takes 39; what is no request id is left out */
export const requestsQuery = (ids: readonly string[]): string =>
  requests.replace(
    '{{requestIds}}',
    ids
      .filter(isId)
      .map((id) => `"${id}"`)
      .join(','),
  );

/** One row of an answer: texts by the name of their column. */
export type LogRow = Readonly<Record<string, string>>;

export const numberIn = (row: LogRow | undefined, name: string): number | undefined => {
  const value = row?.[name];
  return value === undefined || value === '' || Number.isNaN(Number(value)) ? undefined : Number(value);
};
