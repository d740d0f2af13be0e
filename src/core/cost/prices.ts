/** Dated price files, one a region, as data: `prices/<region>-<date>.json`. What is not in a file has no price, and whoever asks is told. */
import * as v from 'valibot';
import { InputError } from '../errors.ts';
import {
  dictionary,
  fields,
  line,
  list,
  matching,
  oneBy,
  oneOf,
  type Output,
  pathTo,
  read,
  readJson,
} from '../schema/fields.ts';
import london from './prices/eu-west-2-2026-10.json';
import londonThen from './prices/eu-west-2-2021-12.json';
import virginia from './prices/us-east-1-2026-10.json';

const dollars = 'a price in dollars, 0 or more';
const price = v.pipe(v.number(dollars), v.finite(dollars), v.minValue(0, dollars));
const aboveZero = 'a number above 0';
const positive = v.pipe(v.number(aboveZero), v.finite(aboveZero), v.gtValue(0, aboveZero));
const day = matching(/^\d{4}(-\d\d(-\d\d)?)?$/, 'a date as in 2026-10-06, 2026-10 or 2026');

/** Letters of the file's `sources`, with commas between. */
const confidence = matching(/^[A-Za-z]+(,[A-Za-z]+)*$/, 'names of sources, with commas between');

/** Up to where in a month the price holds; the last tier has no end. */
const tier = fields({ upTo: v.exactOptional(positive), price, confidence: v.exactOptional(confidence) });

type Tiers = readonly Output<typeof tier>[];

const isClimbing = (tiers: Tiers): boolean =>
  tiers.every(({ upTo = Infinity }, i) =>
    i === tiers.length - 1 ? upTo === Infinity : upTo < (tiers[i + 1]?.upTo ?? Infinity),
  );
const climbing = 'tiers whose upTo rises, and a last one without';

const common = {
  unit: line(60),
  /** How many units the price is of: 1000000 for a price per million. */
  per: v.optional(positive, 1),
  /** Units a month that cost nothing, for as long as one has an account. */
  free: v.exactOptional(positive),
  /** When the price was seen. */
  date: day,
  confidence,
};
const flatEntry = fields({ ...common, price });
const tieredEntry = fields({
  ...common,
  tiers: v.pipe(
    list(tier, 10, 1),
    v.check((tiers) => isClimbing(tiers), climbing),
  ),
});
const entry = oneBy([flatEntry, tieredEntry], (given) => ('tiers' in given ? tieredEntry : flatEntry));

export const priceFile = v.pipe(
  fields({
    schema: v.literal('latency-lab.prices.v1', 'latency-lab.prices.v1'),
    region: matching(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region, as in eu-west-2'),
    date: day,
    currency: oneOf(['USD']),
    /** What the letters of the entries' confidence mean. */
    sources: dictionary(line(300), v.string()),
    /** Prices by name, as in "lambda.requests". */
    prices: dictionary(entry, line(80)),
    /** In how large steps a thing is billed, by name: milliseconds, bytes. */
    steps: dictionary(positive, line(80)),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { sources, prices } = dataset.value;
    for (const [name, { confidence: letters }] of Object.entries(prices)) {
      if (letters.split(',').every((letter) => letter in sources)) continue;
      const message = `names of sources: ${Object.keys(sources).join(', ')}`;
      addIssue({ message, path: pathTo(dataset.value, ['prices', name, 'confidence'], letters) });
      return;
    }
  }),
);

export type Prices = Output<typeof priceFile>;
export type PriceEntry = Prices['prices'][string];

/** @throws InputError naming the entry and what is wrong with it @param where the file, or the field it came in */
export const parsePrices = (json: string, where: string): Prices => readJson(priceFile, json, where);

const shipped: readonly unknown[] = [london, virginia, londonThen];

let checked: readonly Prices[] | undefined;

/** All price files that come with the lab; checked once, when they are first asked for. */
export const priceFiles = (): readonly Prices[] =>
  (checked ??= shipped.map((file) => read(priceFile, file, 'prices')));

/**
 * The newest prices of a region.
 * @param date a file's own, to have an older one
 * @throws InputError naming the regions, or the dates, that there are
 */
export const pricesOf = (region: string, date?: string, field = 'cost.region'): Prices => {
  const all = priceFiles();
  const ofRegion = all.filter((file) => file.region === region);
  if (ofRegion.length === 0) {
    const regions = [...new Set(all.map((file) => file.region))].sort().join(', ');
    const hint = `Other regions: latency-lab prices refresh --region ${region} --out prices.json, then --prices prices.json`;
    throw new InputError(field, region, `a region with prices: ${regions}`, hint);
  }
  const found =
    date === undefined
      ? ofRegion.reduce((a, b) => (b.date > a.date ? b : a))
      : ofRegion.find((file) => file.date === date);
  if (found === undefined)
    throw new InputError('date', date, `${region} has ${ofRegion.map((file) => file.date).join(', ')}`);
  return found;
};

/** The lab's own region where there are prices of it; us-east-1's, AWS's largest, elsewhere. */
export const defaultPrices = (region = ''): Prices =>
  pricesOf(priceFiles().some((file) => file.region === region) ? region : 'us-east-1');

/**
 * The prices that a request brings along, or its region's.
 * @param own the lab's region, where the request names none
 * @throws InputError for a region that was asked for and has no prices
 */
export const requestedPrices = (
  { prices, region }: { readonly prices?: Prices; readonly region?: string } = {},
  own?: string,
): Prices => prices ?? (region === undefined ? defaultPrices(own) : pricesOf(region));

/** @throws InputError naming region, file date and item */
export const entryOf = (prices: Prices, name: string): PriceEntry => {
  const found = prices.prices[name];
  if (found === undefined)
    throw new InputError(
      `prices.${name}`,
      undefined,
      `a price, which the file of ${prices.region}, ${prices.date}, has not`,
      'Add it to a copy of the file and name that with --prices',
    );
  return found;
};

/** A step that a thing is billed in. @throws InputError naming region and step */
export const stepOf = (prices: Prices, name: string): number => {
  const found = prices.steps[name];
  if (found === undefined)
    throw new InputError(`steps.${name}`, undefined, `a step, which the file of ${prices.region} has not`);
  return found;
};

/** Whole steps, rounded up: 65 KB to SQS are two requests. @returns how many of them */
export const stepsFor = (prices: Prices, name: string, size: number): number =>
  Math.max(1, Math.ceil(size / stepOf(prices, name)));

/** A price without tiers is one tier. */
export const tiersOf = (found: PriceEntry): Tiers =>
  'tiers' in found ? found.tiers : [{ price: found.price }];

/** Dollars of one unit in the first tier. @throws InputError as entryOf */
export const unitPrice = (prices: Prices, name: string): number => {
  const found = entryOf(prices, name);
  return (tiersOf(found)[0]?.price ?? 0) / found.per;
};

/**
 * Dollars of `quantity` units in a month: each tier's price for what falls into the tier, so the sum is continuous and never falls.
 * @param freeTier with it the first `free` units cost nothing, and tiers begin behind them
 * @throws InputError as entryOf
 */
export const dollarsOf = (prices: Prices, name: string, quantity: number, freeTier = false): number => {
  const found = entryOf(prices, name);
  let left = Math.max(0, quantity - (freeTier ? (found.free ?? 0) : 0));
  let from = 0;
  let sum = 0;
  for (const { upTo = Infinity, price: each } of tiersOf(found)) {
    const here = Math.min(left, upTo - from);
    sum += (here / found.per) * each;
    left -= here;
    from = upTo;
  }
  return sum;
};

/** The tier's own letters where it has some, else the entry's. */
const lettersOf = (found: PriceEntry, quantity: number): string => {
  const used = tiersOf(found).find(({ upTo = Infinity }) => quantity <= upTo);
  return used?.confidence ?? found.confidence;
};

/** Where a price comes from: letters, and the same in words. */
export const sourceOf = (
  prices: Prices,
  name: string,
  quantity = 0,
): { readonly source: string; readonly date: string; readonly confidence: string } => {
  const found = entryOf(prices, name);
  const letters = lettersOf(found, quantity);
  const source = letters
    .split(',')
    .map((letter) => prices.sources[letter] ?? letter)
    .join('; ');
  return { source, date: found.date, confidence: letters };
};

export interface Invocation {
  /** Rounded up by whoever bills: initialisation is billed too, for every package and runtime, since August 2025. */
  readonly billedMs: number;
  readonly memoryMb: number;
  readonly cpuArchitecture: 'x86_64' | 'arm64';
}

/** GB-seconds of one invocation: 1 GB is 1,024 MB. */
export const gbSecondsOf = ({ billedMs, memoryMb }: Omit<Invocation, 'cpuArchitecture'>): number =>
  (billedMs / 1000) * (memoryMb / 1024);

/**
 * A million invocations: the request charge and GB-seconds, in the first tier and without free tier.
 * aws.amazon.com/lambda/pricing. @throws InputError as entryOf
 */
export const lambdaDollarsPerMillion = (one: Invocation, prices: Prices): number =>
  1e6 *
  (unitPrice(prices, 'lambda.requests') +
    gbSecondsOf(one) * unitPrice(prices, `lambda.${one.cpuArchitecture}.gbSeconds`));
