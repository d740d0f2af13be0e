/** The itemised bill of a month: quantities times dated prices. Pure. */
import { sum } from 'd3-array';
import { dollarsOf, entryOf, type Prices, sourceOf } from './prices.ts';
import { type Line, linesOf, type Service, unknownQuantities } from './quantities.ts';
import { requestsPerMonth, type Traffic } from './traffic.ts';

export interface CostItem {
  readonly what: string;
  readonly quantity: number;
  readonly unit: string;
  /** Dollars a unit: the mean where tiers or a free tier differ. */
  readonly unitPrice: number;
  readonly dollars: number;
  readonly source: string;
  readonly date: string;
  readonly confidence: string;
}

export interface Bill {
  readonly items: readonly CostItem[];
  /** Of the month: the sum of the items. */
  readonly dollars: number;
  readonly dollarsPerMillion: number;
  /** Quantities that have no price, one sentence each: the sum lacks them. */
  readonly omitted: readonly string[];
}

const priced = ({ what, price, quantity, share = 1 }: Line, prices: Prices, freeTier: boolean): CostItem => {
  const dollars = share * dollarsOf(prices, price, quantity, freeTier);
  return {
    what,
    quantity,
    unit: entryOf(prices, price).unit,
    unitPrice: dollars / quantity,
    dollars,
    ...sourceOf(prices, price, quantity),
  };
};

/** Items of lines that have a price and a quantity, and a sentence for each that has no price. */
export const priceLines = (
  lines: readonly Line[],
  prices: Prices,
  freeTier: boolean,
): Pick<Bill, 'items' | 'dollars' | 'omitted'> => {
  const some = lines.filter(({ quantity }) => quantity > 0);
  const items = some
    .filter(({ price }) => price in prices.prices)
    .map((line) => priced(line, prices, freeTier));
  const omitted = some
    .filter(({ price }) => !(price in prices.prices))
    .map(({ what, price }) => `${what}: ${prices.region}, ${prices.date}, has no price "${price}"`);
  return { items, dollars: sum(items, ({ dollars }) => dollars), omitted };
};

/**
 * What a month of this traffic costs. Never falls with the rate.
 * @param freeTier with what AWS gives every month for as long as one has an account; offers of the first year are left out
 */
export const billOf = (service: Service, traffic: Traffic, prices: Prices, freeTier = false): Bill => {
  const { items, dollars, omitted } = priceLines(linesOf(service, traffic, prices), prices, freeTier);
  return {
    items,
    dollars,
    dollarsPerMillion: (dollars / requestsPerMonth(traffic)) * 1e6,
    omitted: [...omitted, ...unknownQuantities(service)],
  };
};
