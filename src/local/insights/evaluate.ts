/** Runs a query over the events of a log group, command by command. Pure. */
import { Row, type StoredEvent, type Value } from './events.ts';
import { aggregate } from './aggregates.ts';
import { holds, order, valueOf } from './expressions.ts';
import { mostRows } from './parse.ts';
import type { Column, Command, Expression, Query } from './query.ts';

export interface ResultField {
  readonly field: string;
  readonly value: string;
}

export interface QueryResult {
  readonly results: readonly (readonly ResultField[])[];
  readonly statistics: {
    readonly recordsMatched: number;
    readonly recordsScanned: number;
    readonly bytesScanned: number;
  };
}

const field = (name: string): Column => ({ name, expression: { kind: 'field', name } });

/** A query that names no fields shows these. */
const usual: readonly Column[] = [field('@timestamp'), field('@message')];

const times: readonly string[] = ['@timestamp', '@ingestionTime'];
const isTime = (expression: Expression): boolean =>
  expression.kind === 'field' ? times.includes(expression.name) : isBin(expression);
const isBin = (expression: Expression): boolean => expression.kind === 'call' && expression.name === 'bin';

/** What the commands so far have made. */
interface State {
  readonly rows: readonly Row[];
  readonly shown: readonly Column[] | undefined;
  /** Names of columns that are moments. */
  readonly moments: ReadonlySet<string>;
  readonly limit: number;
}

const group = (rows: readonly Row[], by: readonly Column[]): readonly (readonly Row[])[] => {
  // Without a key, no events are one group as well: a count of 0.
  if (by.length === 0) return [rows];
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify(by.map(({ expression }) => valueOf(expression, row) ?? null));
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [row]);
    else known.push(row);
  }
  return [...groups.values()];
};

const stats = (state: State, { columns, by }: Command & { readonly kind: 'stats' }): State => {
  const rows = group(state.rows, by).map((own) => {
    const made = new Row();
    const [first] = own;
    for (const { name, expression } of by) made.set(name, first && valueOf(expression, first));
    for (const { name, expression } of columns) made.set(name, aggregate(expression, own));
    return made;
  });
  const moments = by.filter(({ expression }) => isTime(expression)).map(({ name }) => name);
  return {
    ...state,
    rows,
    shown: [...by, ...columns].map(({ name }) => field(name)),
    moments: new Set(moments),
  };
};

const extract = (
  rows: readonly Row[],
  { of, pattern, names }: Command & { readonly kind: 'parse' },
): void => {
  for (const row of rows) {
    const match = pattern.exec(String(valueOf(of, row) ?? ''));
    for (const [i, name] of names.entries()) row.set(name, match?.[i + 1]);
  }
};

const sorted = (rows: readonly Row[], { keys }: Command & { readonly kind: 'sort' }): readonly Row[] => {
  const keyed = rows.map((row) => ({ row, values: keys.map((key) => valueOf(key.expression, row)) }));
  const compare = (a: readonly Value[], b: readonly Value[]): number => {
    for (const [i, { descending }] of keys.entries()) {
      const difference = order(a[i], b[i]);
      if (difference !== 0) return descending ? -difference : difference;
    }
    return 0;
  };
  return keyed.sort((a, b) => compare(a.values, b.values)).map(({ row }) => row);
};

/** New columns are there for the commands behind as well. */
const compute = (rows: readonly Row[], columns: readonly Column[]): readonly Column[] => {
  for (const { name, expression } of columns)
    if (expression.kind !== 'field' || expression.name !== name)
      for (const row of rows) row.set(name, valueOf(expression, row));
  return columns.map(({ name }) => field(name));
};

const run = (state: State, command: Command): State => {
  switch (command.kind) {
    case 'filter':
      return { ...state, rows: state.rows.filter((row) => holds(command.condition, row)) };
    case 'stats':
      return stats(state, command);
    case 'sort':
      return { ...state, rows: sorted(state.rows, command) };
    case 'limit':
      return { ...state, limit: command.count };
    case 'parse':
      extract(state.rows, command);
      return state;
    case 'fields':
    case 'display': {
      const before = command.kind === 'fields' ? (state.shown ?? []) : [];
      const moments = command.columns.filter(({ expression }) => isTime(expression)).map(({ name }) => name);
      const shown = compute(state.rows, command.columns);
      return { ...state, shown: [...before, ...shown], moments: new Set([...state.moments, ...moments]) };
    }
  }
};

/** 2026-11-21 09:05:12.345, UTC. */
const asMoment = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').slice(0, 23);

const printed = (row: Row, { shown = usual, moments }: State): ResultField[] => {
  const fields = shown.flatMap(({ name }) => {
    const value = row.get(name);
    if (value === undefined) return [];
    return [
      {
        field: name,
        value: typeof value === 'number' && moments.has(name) ? asMoment(value) : String(value),
      },
    ];
  });
  return row.event === undefined ? fields : [...fields, { field: '@ptr', value: row.event.id }];
};

/**
 * @param events of the log groups and the time asked for, in any order; the latest come first where the query does not sort
 * @param limit rows; a limit in the query goes before it
 */
export const evaluate = (query: Query, events: readonly StoredEvent[], limit = mostRows): QueryResult => {
  const latestFirst = events.map((event) => new Row(event)).reverse();
  latestFirst.sort((a, b) => (b.event?.timestamp ?? 0) - (a.event?.timestamp ?? 0));
  let state: State = { rows: latestFirst, shown: undefined, moments: new Set(times), limit };
  let matched = events.length;
  for (const command of query) {
    state = run(state, command);
    if (command.kind === 'filter') matched = Math.min(matched, state.rows.length);
  }
  return {
    results: state.rows.slice(0, state.limit).map((row) => printed(row, state)),
    statistics: {
      recordsMatched: matched,
      recordsScanned: events.length,
      bytesScanned: events.reduce((sum, { message }) => sum + Buffer.byteLength(message), 0),
    },
  };
};
