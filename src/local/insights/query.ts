/**
 * What a CloudWatch Logs Insights query says, as far as it is understood here: fields, filter, stats, sort, limit, display and
 * parse. Any other command or function is refused by its name, so that no query gives another answer than on AWS in silence.
 */

/** The query cannot be run; AWS's MalformedQueryException. */
export class MalformedQueryError extends Error {
  override readonly name = 'MalformedQueryException';
}

export type BinaryOperator =
  '+' | '-' | '*' | '/' | '%' | '^' | '=' | '!=' | '<' | '<=' | '>' | '>=' | 'and' | 'or';

export type Expression =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: string | number }
  /** As in bin(5m). */
  | { readonly kind: 'period'; readonly ms: number }
  /** In count(*). */
  | { readonly kind: 'all' }
  | { readonly kind: 'not' | 'minus'; readonly of: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'like'; readonly of: Expression; readonly pattern: RegExp | Expression }
  /** Of literals. */
  | { readonly kind: 'in'; readonly of: Expression; readonly values: readonly Expression[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] };

/** A column: `avg(@duration) as mean`, or called as it is written. */
export interface Column {
  readonly name: string;
  readonly expression: Expression;
}

export type Command =
  | { readonly kind: 'fields' | 'display'; readonly columns: readonly Column[] }
  | { readonly kind: 'filter'; readonly condition: Expression }
  | { readonly kind: 'stats'; readonly columns: readonly Column[]; readonly by: readonly Column[] }
  | {
      readonly kind: 'sort';
      readonly keys: readonly { readonly expression: Expression; readonly descending: boolean }[];
    }
  | { readonly kind: 'limit'; readonly count: number }
  | {
      readonly kind: 'parse';
      readonly of: Expression;
      readonly pattern: RegExp;
      /** What the pattern's groups are called, in their order. */
      readonly names: readonly string[];
    };

export type Query = readonly Command[];

/** Functions of one event, with the least and the most arguments. */
export const scalarFunctions: Readonly<Record<string, readonly [least: number, most: number]>> = {
  ispresent: [1, 1],
  isempty: [1, 1],
  isblank: [1, 1],
  strcontains: [2, 2],
  strlen: [1, 1],
  tolower: [1, 1],
  toupper: [1, 1],
  concat: [1, 20],
  coalesce: [1, 20],
  abs: [1, 1],
  ceil: [1, 1],
  floor: [1, 1],
  greatest: [1, 20],
  least: [1, 20],
  bin: [1, 1],
};

/** Functions over events, in stats alone. */
export const aggregateFunctions: typeof scalarFunctions = {
  count: [0, 1],
  count_distinct: [1, 1],
  sum: [1, 1],
  avg: [1, 1],
  min: [1, 1],
  max: [1, 1],
  pct: [2, 2],
  stddev: [1, 1],
  earliest: [1, 1],
  latest: [1, 1],
};

/** Whether it is over events, as `max(@duration) - min(@duration)`. */
export const isAggregate = (expression: Expression): boolean => {
  switch (expression.kind) {
    case 'call':
      return expression.name in aggregateFunctions || expression.args.some(isAggregate);
    case 'binary':
      return isAggregate(expression.left) || isAggregate(expression.right);
    case 'not':
    case 'minus':
    case 'like':
    case 'in':
      return isAggregate(expression.of);
    case 'field':
    case 'literal':
    case 'period':
    case 'all':
      return false;
  }
};
