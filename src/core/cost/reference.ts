/** The reference comparison's dollars, computed by this model from the quantities of its services and the prices of its month. */
import { billOf } from './bill.ts';
import { pricesOf } from './prices.ts';
import type { Service } from './quantities.ts';
import reference from './reference-2021-12.json';

export interface ReferenceRow {
  readonly id: string;
  readonly what: string;
  readonly per: string;
  readonly published: number;
  readonly computed: number;
  /** Computed over published, less 1. */
  readonly difference: number;
  /** Within 2 %. A row that is not comes out so: nothing is fitted to it. */
  readonly holds: boolean;
  /** Quantities that nobody published. */
  readonly inferred: readonly string[];
  /** What the published figure leaves out, and this one with it. */
  readonly omitted: readonly string[];
}

const bound = 0.02;

type Row = (typeof reference.rows)[number];

const serviceOf = (row: Row): Service => ({
  // A JSON import's type has every row's keys in every row.
  billing: JSON.parse(JSON.stringify(row.billing)) as Service['billing'],
  ...(row.memoryMb === undefined ? {} : { memoryMb: row.memoryMb, billedMs: row.billedMs }),
  logBytesPerRequest: 0,
  responseBytes: 0,
});

/** Requests that come to a million in a month: no tier ends below. */
const millionAMonth = { requestsPerSecond: 1e6 / (730 * 3_600), shape: 'steady' } as const;

export const referenceRows = (): readonly ReferenceRow[] => {
  const prices = pricesOf(reference.region, reference.date);
  return reference.rows.map((row) => {
    const { dollars } = billOf(serviceOf(row), millionAMonth, prices);
    const difference = dollars / row.dollars - 1;
    return {
      ...{ id: row.id, what: row.what, per: row.per, inferred: row.inferred, omitted: row.omitted },
      published: row.dollars,
      computed: dollars,
      difference,
      holds: Math.abs(difference) <= bound,
    };
  });
};
