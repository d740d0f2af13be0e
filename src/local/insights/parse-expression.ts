/** Makes expressions of their text: `or` binds least, then `and`, `not`, comparisons, sums, products, powers. */
import {
  aggregateFunctions,
  type BinaryOperator,
  type Expression,
  MalformedQueryError,
  scalarFunctions,
} from './query.ts';
import type { Scanner } from './scanner.ts';

const functions = { ...scalarFunctions, ...aggregateFunctions };

const argumentsOf = (scanner: Scanner): Expression[] => {
  const args: Expression[] = [];
  if (scanner.sign(')') !== undefined) return args;
  do args.push(argument(scanner));
  while (scanner.sign(',') !== undefined);
  scanner.require(')');
  return args;
};

const argument = (scanner: Scanner): Expression => {
  if (scanner.sign('*') !== undefined) return { kind: 'all' };
  const ms = scanner.period();
  return ms === undefined ? expression(scanner) : { kind: 'period', ms };
};

const call = (scanner: Scanner, given: string): Expression => {
  const name = given.toLowerCase();
  const bounds = functions[name];
  if (bounds === undefined) throw new MalformedQueryError(`the function "${given}" is not evaluated here`);
  const args = argumentsOf(scanner);
  const [least, most] = bounds;
  const misplaced = args.some(
    ({ kind }) => (kind === 'all' && name !== 'count') || (kind === 'period') !== (name === 'bin'),
  );
  if (args.length < least || args.length > most || misplaced)
    throw new MalformedQueryError(`${name} is given arguments that it does not take`);
  return { kind: 'call', name, args };
};

export const primary = (scanner: Scanner): Expression => {
  if (scanner.sign('(') !== undefined) {
    const inner = expression(scanner);
    scanner.require(')');
    return inner;
  }
  const value = scanner.text() ?? scanner.number();
  if (value !== undefined) return { kind: 'literal', value };
  const name = scanner.name() ?? scanner.fail('a field, a value or a function');
  return scanner.sign('(') === undefined ? { kind: 'field', name } : call(scanner, name);
};

/** Left to right. */
const chain =
  (operand: (scanner: Scanner) => Expression, next: (scanner: Scanner) => BinaryOperator | undefined) =>
  (scanner: Scanner): Expression => {
    let left = operand(scanner);
    for (let operator = next(scanner); operator !== undefined; operator = next(scanner))
      left = { kind: 'binary', operator, left, right: operand(scanner) };
    return left;
  };

const power = chain(primary, (scanner) => scanner.sign('^'));
const signed = (scanner: Scanner): Expression =>
  scanner.sign('-') === undefined ? power(scanner) : { kind: 'minus', of: signed(scanner) };
const product = chain(signed, (scanner) => scanner.sign('*', '/', '%'));
export const sum = chain(product, (scanner) => scanner.sign('+', '-'));

const negated = (isNot: boolean, of: Expression): Expression => (isNot ? { kind: 'not', of } : of);

const listed = (scanner: Scanner): Expression[] => {
  const values: Expression[] = [];
  scanner.require('[');
  do {
    const value = scanner.text() ?? scanner.number() ?? scanner.fail('a text or a number');
    values.push({ kind: 'literal', value });
  } while (scanner.sign(',') !== undefined);
  scanner.require(']');
  return values;
};

const comparison = (scanner: Scanner): Expression => {
  const of = sum(scanner);
  if (scanner.sign('=~') !== undefined)
    return { kind: 'like', of, pattern: scanner.regex() ?? scanner.fail('a /pattern/') };
  const operator = scanner.sign('!=', '<=', '>=', '=', '<', '>');
  if (operator !== undefined) return { kind: 'binary', operator, left: of, right: sum(scanner) };
  const isNot = scanner.keyword('not') !== undefined;
  const word = scanner.keyword('like', 'in');
  if (word === 'like') return negated(isNot, { kind: 'like', of, pattern: scanner.regex() ?? sum(scanner) });
  if (word === 'in') return negated(isNot, { kind: 'in', of, values: listed(scanner) });
  return isNot ? scanner.fail('"like" or "in" after "not"') : of;
};

const negation = (scanner: Scanner): Expression =>
  scanner.keyword('not') === undefined ? comparison(scanner) : { kind: 'not', of: negation(scanner) };
const conjunction = chain(negation, (scanner) => scanner.keyword('and'));
export const expression: (scanner: Scanner) => Expression = chain(conjunction, (scanner) =>
  scanner.keyword('or'),
);
