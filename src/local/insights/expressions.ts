/** What an expression is, of one row. */
import type { Row, Value } from './events.ts';
import { type BinaryOperator, type Expression, isAggregate } from './query.ts';

/** A text of digits is a number, as on AWS. */
export const numberOf = (value: Value): number | undefined => {
  if (typeof value !== 'string') return value;
  const number = value.trim() === '' ? NaN : Number(value);
  return Number.isNaN(number) ? undefined : number;
};

const textOf = (value: Value): string | undefined => (value === undefined ? undefined : String(value));

const isTrue = (value: Value): boolean => value !== undefined && value !== 0 && value !== '' && value !== '0';

const flag = (condition: boolean): number => (condition ? 1 : 0);

/** Numbers by size, behind the texts, which go by their characters; what is absent last. */
export const order = (a: Value, b: Value): number => {
  if (a === undefined || b === undefined) return flag(a === undefined) - flag(b === undefined);
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== undefined && y !== undefined) return x - y;
  if (x !== undefined || y !== undefined) return flag(x !== undefined) - flag(y !== undefined);
  return a < b ? -1 : flag(a > b);
};

const arithmetic: Readonly<Record<string, (x: number, y: number) => number>> = {
  '+': (x, y) => x + y,
  '-': (x, y) => x - y,
  '*': (x, y) => x * y,
  '/': (x, y) => x / y,
  '%': (x, y) => x % y,
  '^': (x, y) => x ** y,
};

type Present = Exclude<Value, undefined>;

/** Alike for what is equal: numbers however they are written, and texts. */
const identity = (value: Present): string | number => numberOf(value) ?? value;

const equal = (a: Present, b: Present): boolean => identity(a) === identity(b);

/** Of lists in queries, which may have hundreds of ids, looked up for each of thousands of lines. */
const sets = new WeakMap<readonly Expression[], ReadonlySet<string | number>>();

const literalsIn = (values: readonly Expression[]): ReadonlySet<string | number> => {
  const known = sets.get(values);
  if (known !== undefined) return known;
  const made = new Set(values.flatMap((one) => (one.kind === 'literal' ? identity(one.value) : [])));
  sets.set(values, made);
  return made;
};

const comparisons: Readonly<Record<string, (a: Present, b: Present) => boolean>> = {
  '=': (a, b) => equal(a, b),
  '!=': (a, b) => !equal(a, b),
  '<': (a, b) => order(a, b) < 0,
  '<=': (a, b) => order(a, b) <= 0,
  '>': (a, b) => order(a, b) > 0,
  '>=': (a, b) => order(a, b) >= 0,
};

/** With an absent field no comparison holds, "!=" neither. */
const binary = (operator: BinaryOperator, a: Value, b: Value): Value => {
  if (operator === 'and') return flag(isTrue(a) && isTrue(b));
  if (operator === 'or') return flag(isTrue(a) || isTrue(b));
  const compare = comparisons[operator];
  if (compare !== undefined) return flag(a !== undefined && b !== undefined && compare(a, b));
  const [x, y] = [numberOf(a), numberOf(b)];
  const result = x === undefined || y === undefined ? undefined : arithmetic[operator]?.(x, y);
  return Number.isFinite(result) ? result : undefined;
};

const ofNumber = (change: (x: number) => number, [given]: readonly Value[]): Value => {
  const number = numberOf(given);
  return number === undefined ? undefined : change(number);
};

const scalars: Readonly<Record<string, (args: readonly Value[]) => Value>> = {
  ispresent: ([given]) => flag(given !== undefined),
  isempty: ([given]) => flag(given === undefined || given === ''),
  isblank: ([given]) => flag(given === undefined || String(given).trim() === ''),
  strcontains: ([given, part]) =>
    flag(given !== undefined && part !== undefined && String(given).includes(String(part))),
  // Of Unicode's code points, not of UTF-16's units.
  strlen: ([given]) => textOf(given)?.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g, '_').length,
  tolower: ([given]) => textOf(given)?.toLowerCase(),
  toupper: ([given]) => textOf(given)?.toUpperCase(),
  concat: (args) => args.map((one) => textOf(one) ?? '').join(''),
  coalesce: (args) => args.find((one) => one !== undefined),
  abs: (args) => ofNumber(Math.abs, args),
  ceil: (args) => ofNumber(Math.ceil, args),
  floor: (args) => ofNumber(Math.floor, args),
  greatest: (args) => extreme(args, 1),
  least: (args) => extreme(args, -1),
};

/** @param sign 1: the largest, -1: the smallest */
export const extreme = (values: readonly Value[], sign: 1 | -1): Value => {
  let found: Value;
  for (const value of values) {
    if (value !== undefined && (found === undefined || sign * order(value, found) > 0)) found = value;
  }
  return found;
};

/** The beginning of the row's slice of time, milliseconds since 1970. */
const bin = (row: Row, [period]: readonly Expression[]): Value => {
  const at = numberOf(row.get('@timestamp'));
  if (at === undefined || period?.kind !== 'period') return undefined;
  return Math.floor(at / period.ms) * period.ms;
};

/** How an expression's fields and aggregates get their values; the rest is alike for a row and for many. */
interface Scope {
  readonly row: Row | undefined;
  readonly aggregate: ((expression: Expression & { readonly kind: 'call' }) => Value) | undefined;
}

export const valueIn = (expression: Expression, scope: Scope): Value => {
  const of = (inner: Expression): Value => valueIn(inner, scope);
  switch (expression.kind) {
    case 'field':
      return scope.row?.get(expression.name);
    case 'literal':
      return expression.value;
    case 'period':
    case 'all':
      return undefined;
    case 'not':
      return flag(!isTrue(of(expression.of)));
    case 'minus':
      return ofNumber((x) => -x, [of(expression.of)]);
    case 'binary':
      return binary(expression.operator, of(expression.left), of(expression.right));
    case 'like': {
      const { pattern } = expression;
      const text = textOf(of(expression.of));
      if (text === undefined) return 0;
      return flag(pattern instanceof RegExp ? pattern.test(text) : text.includes(String(of(pattern))));
    }
    case 'in': {
      const given = of(expression.of);
      return flag(given !== undefined && literalsIn(expression.values).has(identity(given)));
    }
    case 'call':
      if (scope.aggregate !== undefined && !expression.args.some(isAggregate) && isAggregate(expression))
        return scope.aggregate(expression);
      if (expression.name === 'bin') return scope.row && bin(scope.row, expression.args);
      return scalars[expression.name]?.(expression.args.map(of));
  }
};

export const valueOf = (expression: Expression, row: Row): Value =>
  valueIn(expression, { row, aggregate: undefined });

export const holds = (condition: Expression, row: Row): boolean => isTrue(valueOf(condition, row));
