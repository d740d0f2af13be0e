/**
 * Metric math, as far as alarms here use it: numbers, metrics by their ids, + - * /, comparisons, parentheses and the
 * functions IF(condition, then, else) and FILL(metric, value). See "Using metric math" in the CloudWatch user guide.
 */

/** Not the syntax, or more of it than is understood here. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

/** The value of a metric or another expression in the period at hand; undefined where it has none. */
export type Lookup = (id: string) => number | undefined;
type Term = (lookup: Lookup) => number | undefined;

const tokens = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z]\w*)|(>=|<=|==|!=|[-+*/(),<>]))/y;

const tokenize = (text: string): string[] => {
  const found: string[] = [];
  for (tokens.lastIndex = 0; tokens.lastIndex < text.trimEnd().length;) {
    const at = tokens.lastIndex;
    const match = tokens.exec(text);
    if (match === null) throw new ExpressionError(`"${text}": "${text.slice(at)}" is not understood`);
    found.push(match[1] ?? match[2] ?? match[3] ?? '');
  }
  return found;
};

const operations: Readonly<Record<string, (a: number, b: number) => number | undefined>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  // There is no data point where a division has no result.
  '/': (a, b) => (b === 0 ? undefined : a / b),
  '>=': (a, b) => Number(a >= b),
  '<=': (a, b) => Number(a <= b),
  '>': (a, b) => Number(a > b),
  '<': (a, b) => Number(a < b),
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
};
/** From the loosest to the tightest. */
const levels = [
  ['>=', '<=', '>', '<', '==', '!='],
  ['+', '-'],
  ['*', '/'],
];

/** Of anything that has no value nothing has one, but for what IF leaves out and FILL fills in. */
const binary =
  (operator: string, left: Term, right: Term): Term =>
  (lookup) => {
    const [a, b] = [left(lookup), right(lookup)];
    return a === undefined || b === undefined ? undefined : operations[operator]?.(a, b);
  };

const functions: Readonly<Record<string, (...given: [Term, Term, Term]) => Term>> = {
  IF: (condition, then, otherwise) => (lookup) => {
    const held = condition(lookup);
    return held === undefined ? undefined : (held === 0 ? otherwise : then)(lookup);
  },
  FILL: (metric, value) => (lookup) => metric(lookup) ?? value(lookup),
};
const arity: Readonly<Record<string, number>> = { IF: 3, FILL: 2 };

/** @throws ExpressionError */
export const parseExpression = (text: string): Term => {
  const rest = tokenize(text);
  const fail = (what: string): never => {
    throw new ExpressionError(`"${text}": ${what}`);
  };
  const expect = (token: string): void => {
    const next = rest.shift();
    if (next !== token) fail(`"${token}" expected, not "${next ?? 'the end'}"`);
  };

  const called = (name: string): Term => {
    const make = functions[name];
    if (make === undefined)
      return fail(`${name} is not understood; allowed: ${Object.keys(functions).join(', ')}`);
    expect('(');
    const given = [level(0)];
    while (rest[0] === ',') {
      rest.shift();
      given.push(level(0));
    }
    expect(')');
    if (given.length !== arity[name]) fail(`${name} takes ${arity[name] ?? 0} arguments`);
    return make(...(given as [Term, Term, Term]));
  };

  const primary = (): Term => {
    const token = rest.shift() ?? fail('it ends too early');
    if (token === '-') return binary('-', () => 0, primary());
    if (token === '(') {
      const inner = level(0);
      expect(')');
      return inner;
    }
    if (/^\d/.test(token)) return () => Number(token);
    if (/^[A-Z]/.test(token)) return called(token);
    if (!/^[a-z]/.test(token)) fail(`"${token}" is in the wrong place`);
    return (lookup) => lookup(token);
  };

  const level = (depth: number): Term => {
    const operators = levels[depth];
    if (operators === undefined) return primary();
    let left = level(depth + 1);
    for (let operator = rest[0]; operator !== undefined && operators.includes(operator); operator = rest[0]) {
      rest.shift();
      left = binary(operator, left, level(depth + 1));
    }
    return left;
  };

  const whole = level(0);
  if (rest.length > 0) fail(`"${rest.join(' ')}" is left over`);
  return whole;
};
