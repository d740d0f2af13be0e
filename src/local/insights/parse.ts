/** Makes a query of its text. */
import { expression, primary, sum } from './parse-expression.ts';
import {
  type Column,
  type Command,
  type Expression,
  isAggregate,
  MalformedQueryError,
  type Query,
} from './query.ts';
import { Scanner } from './scanner.ts';

/** AWS's limit. */
const longest = 10_000;
/** Rows that a query gives at most. */
export const mostRows = 10_000;

const column = (scanner: Scanner): Column => {
  const from = scanner.position;
  const of = expression(scanner);
  const source = scanner.since(from).replaceAll('`', '');
  if (scanner.keyword('as') === undefined) return { name: source, expression: of };
  return { name: scanner.name() ?? scanner.fail('a name'), expression: of };
};

const columns = (scanner: Scanner): Column[] => {
  const read: Column[] = [];
  // AWS takes fields with blanks between them as well; here commas are asked for.
  do read.push(column(scanner));
  while (scanner.sign(',') !== undefined);
  return read;
};

const plain = (read: readonly Column[], command: string): readonly Column[] => {
  const found = read.find((one) => isAggregate(one.expression));
  if (found !== undefined)
    throw new MalformedQueryError(`"${found.name}" in ${command}: aggregates belong into stats`);
  return read;
};

const stats = (scanner: Scanner): Command => {
  const read = columns(scanner);
  const bare = read.find((one) => !isAggregate(one.expression));
  if (bare !== undefined) throw new MalformedQueryError(`"${bare.name}" in stats is no aggregate`);
  const by = scanner.keyword('by') === undefined ? [] : plain(columns(scanner), 'stats ... by');
  return { kind: 'stats', columns: read, by };
};

const sort = (scanner: Scanner): Command => {
  const keys: { expression: Expression; descending: boolean }[] = [];
  do {
    const of = sum(scanner);
    keys.push({ expression: of, descending: scanner.keyword('asc', 'desc') === 'desc' });
  } while (scanner.sign(',') !== undefined);
  return { kind: 'sort', keys };
};

const limit = (scanner: Scanner): Command => {
  const count = scanner.number() ?? scanner.fail('a number');
  if (!Number.isInteger(count) || count < 1 || count > mostRows)
    throw new MalformedQueryError(`limit ${count}: from 1 to ${mostRows}`);
  return { kind: 'limit', count };
};

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** `"a=*, b=*"`: each star stands for as little as possible, the last one, at the end, for the rest. */
const globOf = (glob: string): RegExp =>
  new RegExp(
    glob
      .split('*')
      .map(escaped)
      .join('(.*?)')
      .replace(/\(\.\*\?\)$/, '(.*)'),
    's',
  );

const names = (scanner: Scanner): string[] => {
  const read: string[] = [];
  do read.push(scanner.name() ?? scanner.fail('a name'));
  while (scanner.sign(',') !== undefined);
  return read;
};

const parseCommand = (scanner: Scanner): Command => {
  const before = scanner.regex();
  const of: Expression = before === undefined ? primary(scanner) : { kind: 'field', name: '@message' };
  const given = before ?? scanner.regex();
  if (given !== undefined) {
    const groups = [...given.source.matchAll(/\(\?<([A-Za-z_]\w*)>/g)].map(([, name = '']) => name);
    if (groups.length === 0)
      throw new MalformedQueryError('parse: the pattern names no group, as (?<name>...)');
    return { kind: 'parse', of, pattern: given, names: groups };
  }
  const glob = of.kind === 'literal' ? String(of.value) : (scanner.text() ?? scanner.fail('a pattern'));
  const whole: Expression = of.kind === 'literal' ? { kind: 'field', name: '@message' } : of;
  if (scanner.keyword('as') === undefined) scanner.fail('"as"');
  const named = names(scanner);
  if (named.length !== glob.split('*').length - 1)
    throw new MalformedQueryError('parse: as many names as there are stars');
  return { kind: 'parse', of: whole, pattern: globOf(glob), names: named };
};

const commands: Readonly<Record<string, (scanner: Scanner) => Command>> = {
  fields: (scanner) => ({ kind: 'fields', columns: plain(columns(scanner), 'fields') }),
  display: (scanner) => ({ kind: 'display', columns: plain(columns(scanner), 'display') }),
  filter: (scanner) => ({ kind: 'filter', condition: expression(scanner) }),
  stats,
  sort,
  limit,
  parse: parseCommand,
};

const command = (scanner: Scanner): Command => {
  const name = scanner.name() ?? scanner.fail('a command');
  const read = commands[name.toLowerCase()];
  if (read === undefined)
    throw new MalformedQueryError(
      `the command "${name}" is not evaluated here; these are: ${Object.keys(commands).join(', ')}`,
    );
  return read(scanner);
};

/** @throws MalformedQueryError for what AWS would refuse, and for what is not evaluated here, by its name */
export const parseQuery = (text: string): Query => {
  if (text.length > longest)
    throw new MalformedQueryError(`a query of ${text.length} characters; at most ${longest}`);
  const scanner = new Scanner(text);
  const query: Command[] = [];
  do query.push(command(scanner));
  while (scanner.sign('|') !== undefined);
  if (!scanner.ended) scanner.fail('"|"');
  return query;
};
