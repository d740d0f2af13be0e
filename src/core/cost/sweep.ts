/** Dollars over the request rate, and where one service becomes cheaper than another. */
import { pairs, range, sort } from 'd3-array';
import { billOf } from './bill.ts';
import type { Prices } from './prices.ts';
import { type Service, serversOf } from './quantities.ts';
import { mostOf, requestsPerMonth, type Shape } from './traffic.ts';

export interface Priced {
  readonly id: string;
  readonly service: Service;
}

export interface Conditions {
  readonly prices: Prices;
  readonly shape: Shape;
  readonly freeTier: boolean;
}

/** Requests per second: about 26,000 a month to 2.6 thousand million. */
export const sweptRates = { low: 0.01, high: 1_000 } as const;

/** `steps` a decade, both ends included. */
export const logRates = (steps: number): readonly number[] => {
  const decades = Math.log10(sweptRates.high / sweptRates.low);
  return range(0, decades * steps + 1).map((i) => sweptRates.low * 10 ** (i / steps));
};

/** Dollars of a month at a mean rate. */
const monthOf = ({ service }: Priced, rate: number, { prices, shape, freeTier }: Conditions): number =>
  billOf(service, { requestsPerSecond: rate, shape }, prices, freeTier).dollars;

export interface Point {
  readonly requestsPerSecond: number;
  readonly dollarsPerMonth: number;
  readonly dollarsPerMillion: number;
}

export const curveOf = (one: Priced, rates: readonly number[], conditions: Conditions): readonly Point[] =>
  rates.map((requestsPerSecond) => {
    const dollarsPerMonth = monthOf(one, requestsPerSecond, conditions);
    return {
      requestsPerSecond,
      dollarsPerMonth,
      dollarsPerMillion: (dollarsPerMonth / requestsPerMonth({ requestsPerSecond })) * 1e6,
    };
  });

/** Below the rate the one is cheaper, above it the other. */
export interface Crossing {
  readonly below: string;
  readonly above: string;
  readonly requestsPerSecond: number;
  readonly requestsPerMonth: number;
  readonly dollarsPerMonth: number;
}

/** A crossing between two neighbours of this grid is found; two that cancel each other out are not. */
const searchSteps = 40;
const mostServers = 200;
/** Relative, of the rate. */
const exact = 1e-4;

/** Where a further server is needed, the curve jumps: just below and just above it are looked at as well. */
const jumpsOf = ({ service }: Priced, { shape }: Conditions): readonly number[] => {
  const servers = serversOf(service);
  if (servers === undefined) return [];
  return range(servers.least, mostServers)
    .map((count) => mostOf(count, servers.capacityPerSecond, shape))
    .filter((rate) => rate > sweptRates.low && rate < sweptRates.high)
    .flatMap((rate) => [rate, rate * (1 + 1e-9)]);
};

const bisect = (from: number, to: number, isBelow: (rate: number) => boolean): number => {
  let [low, high] = [from, to];
  while (high / low - 1 > exact) {
    const middle = Math.sqrt(low * high);
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
};

const crossingsOf = (
  one: Priced,
  other: Priced,
  grid: readonly number[],
  dollars: (of: Priced) => readonly number[],
  conditions: Conditions,
): readonly Crossing[] => {
  const [ofOne, ofOther] = [dollars(one), dollars(other)];
  const signs = grid
    .map((rate, i) => ({ rate, sign: Math.sign((ofOne[i] ?? 0) - (ofOther[i] ?? 0)) }))
    .filter(({ sign }) => sign !== 0);
  return pairs(signs).flatMap(([before, after]) => {
    if (before.sign === after.sign) return [];
    const sign = (rate: number): number =>
      Math.sign(monthOf(one, rate, conditions) - monthOf(other, rate, conditions));
    const rate = bisect(before.rate, after.rate, (middle) => sign(middle) === before.sign);
    const [below, above] = before.sign < 0 ? [one.id, other.id] : [other.id, one.id];
    return [
      {
        below,
        above,
        requestsPerSecond: rate,
        requestsPerMonth: requestsPerMonth({ requestsPerSecond: rate }),
        dollarsPerMonth: monthOf(one, rate, conditions),
      },
    ];
  });
};

/** Of every pair, each crossing's rate within 0.01 %, by rising rate. */
export const breakEven = (all: readonly Priced[], conditions: Conditions): readonly Crossing[] => {
  const jumps = all.flatMap((one) => jumpsOf(one, conditions));
  const grid = sort(new Set([...logRates(searchSteps), ...jumps]), (rate) => rate);
  const known = new Map(
    all.map((one) => [one.id, grid.map((rate) => monthOf(one, rate, conditions))] as const),
  );
  const dollars = ({ id }: Priced): readonly number[] => known.get(id) ?? [];
  const found = all.flatMap((one, i) =>
    all.slice(i + 1).flatMap((other) => crossingsOf(one, other, grid, dollars, conditions)),
  );
  return sort(found, ({ requestsPerSecond }) => requestsPerSecond);
};
