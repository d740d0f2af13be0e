/** What stats makes of many rows. */
import type { Row, Value } from './events.ts';
import { extreme, numberOf, order, valueIn, valueOf } from './expressions.ts';
import type { Expression } from './query.ts';

/**
 * The smallest value that at least `percent` per cent of all are not above (nearest rank). AWS does not say how it
 * estimates its percentiles.
 * @param sorted ascending, not empty
 */
export const percentile = (sorted: readonly number[], percent: number): number | undefined =>
  sorted[Math.min(sorted.length, Math.max(1, Math.ceil((percent / 100) * sorted.length))) - 1];

const mean = (numbers: readonly number[]): number => sumOf(numbers) / numbers.length;
const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0);

/** Of the sample (n - 1); 0 of one value. AWS does not say which one it means. */
const deviation = (numbers: readonly number[]): number => {
  const middle = mean(numbers);
  const squares = sumOf(numbers.map((x) => (x - middle) ** 2));
  return numbers.length < 2 ? 0 : Math.sqrt(squares / (numbers.length - 1));
};

/** The value in the row of the least or the greatest time. */
const atTime = (of: Expression, rows: readonly Row[], sign: 1 | -1): Value => {
  let found: Row | undefined;
  for (const row of rows) {
    if (valueOf(of, row) === undefined) continue;
    const later = order(row.get('@timestamp'), found?.get('@timestamp'));
    if (found === undefined || sign * later > 0) found = row;
  }
  return found && valueOf(of, found);
};

const aggregateOf = (
  { name, args: [of, share] }: Expression & { readonly kind: 'call' },
  rows: readonly Row[],
): Value => {
  if (of === undefined || of.kind === 'all') return rows.length;
  if (name === 'earliest' || name === 'latest') return atTime(of, rows, name === 'latest' ? 1 : -1);
  const values = rows.flatMap((row) => valueOf(of, row) ?? []);
  if (name === 'count') return values.length;
  if (name === 'count_distinct') return new Set(values.map(String)).size;
  if (name === 'min' || name === 'max') return extreme(values, name === 'max' ? 1 : -1);
  const numbers = values.flatMap((value) => numberOf(value) ?? []);
  if (name === 'sum') return sumOf(numbers);
  if (numbers.length === 0) return undefined;
  if (name === 'avg') return mean(numbers);
  if (name === 'stddev') return deviation(numbers);
  const percent = share?.kind === 'literal' ? numberOf(share.value) : undefined;
  return percent === undefined
    ? undefined
    : percentile(
        numbers.sort((x, y) => x - y),
        percent,
      );
};

/** Of an expression over events, as `max(@duration) - min(@duration)`. */
export const aggregate = (expression: Expression, rows: readonly Row[]): Value =>
  valueIn(expression, { row: undefined, aggregate: (one) => aggregateOf(one, rows) });
