/**
 * Prices of a region from AWS's Price List: one offer file a service ("Using the bulk API", AWS Billing user guide), whose products
 * are told apart by their usage type. In us-east-1 usage types stand alone, elsewhere behind a prefix such as EUW2-.
 */
import * as v from 'valibot';
import { dictionary, openFields, type Output, readJson } from '../schema/fields.ts';
import type { PriceEntry, Prices } from './prices.ts';

const text = v.string('a text');

const product = openFields({ productFamily: v.exactOptional(text), attributes: dictionary(text, text) });
const dimension = openFields({
  unit: v.exactOptional(text),
  beginRange: v.exactOptional(text),
  endRange: v.exactOptional(text),
  pricePerUnit: dictionary(text, text),
});
const term = openFields({ priceDimensions: dictionary(dimension, text) });

const offerFile = openFields({
  offerCode: text,
  publicationDate: text,
  products: dictionary(product, text),
  terms: openFields({ OnDemand: v.optional(dictionary(dictionary(term, text), text), {}) }),
});

export type Offer = Output<typeof offerFile>;

/** @throws InputError naming what is wrong in `where` */
export const parseOffer = (json: string, where: string): Offer => readJson(offerFile, json, where);

/** Which product an entry is the price of: the end of its usage type, and attributes where several have that. */
interface Selector {
  readonly offer: string;
  readonly usage: string;
  readonly family?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

const linux = {
  operatingSystem: 'Linux',
  tenancy: 'Shared',
  preInstalledSw: 'NA',
  capacitystatus: 'Used',
};
const instance = (type: string): readonly [string, Selector] => [
  `ec2.${type}.hours`,
  { offer: 'AmazonEC2', usage: `BoxUsage:${type}`, attributes: linux },
];
const application = 'Load Balancer-Application';

/** By the price file's names. Usage types are from memory where AWS does not document them; one that is wrong is reported as not found. */
const selectors: Readonly<Record<string, Selector>> = {
  'lambda.requests': { offer: 'AWSLambda', usage: 'Request' },
  'lambda.x86_64.gbSeconds': { offer: 'AWSLambda', usage: 'Lambda-GB-Second' },
  'lambda.arm64.gbSeconds': { offer: 'AWSLambda', usage: 'Lambda-GB-Second-ARM' },
  'lambda.ephemeral.gbSeconds': { offer: 'AWSLambda', usage: 'Lambda-Storage-GB-Second' },
  'lambda.x86_64.provisioned.gbSeconds': { offer: 'AWSLambda', usage: 'Lambda-Provisioned-Concurrency' },
  'lambda.x86_64.provisionedDuration.gbSeconds': {
    offer: 'AWSLambda',
    usage: 'Lambda-Provisioned-GB-Second',
  },
  'lambda.arm64.provisioned.gbSeconds': { offer: 'AWSLambda', usage: 'Lambda-Provisioned-Concurrency-ARM' },
  'lambda.arm64.provisionedDuration.gbSeconds': {
    offer: 'AWSLambda',
    usage: 'Lambda-Provisioned-GB-Second-ARM',
  },
  'apiGateway.http.requests': { offer: 'AmazonApiGateway', usage: 'ApiGatewayHttpRequest' },
  'apiGateway.rest.requests': { offer: 'AmazonApiGateway', usage: 'ApiGatewayRequest' },
  'dynamodb.writeUnits': { offer: 'AmazonDynamoDB', usage: 'WriteRequestUnits' },
  'dynamodb.readUnits': { offer: 'AmazonDynamoDB', usage: 'ReadRequestUnits' },
  'dynamodb.storage.gbMonths': { offer: 'AmazonDynamoDB', usage: 'TimedStorage-ByteHrs' },
  's3.puts': { offer: 'AmazonS3', usage: 'Requests-Tier1' },
  's3.gets': { offer: 'AmazonS3', usage: 'Requests-Tier2' },
  's3.storage.gbMonths': { offer: 'AmazonS3', usage: 'TimedStorage-ByteHrs' },
  'sqs.requests': {
    offer: 'AWSQueueService',
    usage: 'Requests-Tier1',
    attributes: { queueType: 'Standard' },
  },
  'states.transitions': { offer: 'AmazonStates', usage: 'StateTransition' },
  'fargate.x86_64.vcpuHours': { offer: 'AmazonECS', usage: 'Fargate-vCPU-Hours:perCPU' },
  'fargate.x86_64.gbHours': { offer: 'AmazonECS', usage: 'Fargate-GB-Hours' },
  'fargate.arm64.vcpuHours': { offer: 'AmazonECS', usage: 'Fargate-ARM-vCPU-Hours:perCPU' },
  'fargate.arm64.gbHours': { offer: 'AmazonECS', usage: 'Fargate-ARM-GB-Hours' },
  'fargate.ephemeral.gbHours': { offer: 'AmazonECS', usage: 'Fargate-EphemeralStorage-GB-Hours' },
  ...Object.fromEntries(
    ['t2.micro', 't3.micro', 't3.small', 't3.medium', 't4g.micro', 't4g.small'].map(instance),
  ),
  'ebs.gp3.gbMonths': { offer: 'AmazonEC2', usage: 'EBS:VolumeUsage.gp3' },
  'nat.hours': { offer: 'AmazonEC2', usage: 'NatGateway-Hours' },
  'nat.gb': { offer: 'AmazonEC2', usage: 'NatGateway-Bytes' },
  'ipv4.hours': { offer: 'AmazonVPC', usage: 'PublicIPv4:InUseAddress' },
  'alb.hours': { offer: 'AWSELB', usage: 'LoadBalancerUsage', family: application },
  'alb.lcuHours': { offer: 'AWSELB', usage: 'LCUUsage', family: application },
  'eks.cluster.hours': { offer: 'AmazonEKS', usage: 'AmazonEKS-Hours:perCluster' },
  'logs.ingest.gb': { offer: 'AmazonCloudWatch', usage: 'DataProcessing-Bytes' },
  'logs.storage.gbMonths': { offer: 'AmazonCloudWatch', usage: 'TimedStorage-ByteHrs' },
  'logs.insights.gb': { offer: 'AmazonCloudWatch', usage: 'DataScanned-Bytes' },
  'cloudwatch.alarms': { offer: 'AmazonCloudWatch', usage: 'CW:AlarmMonitorUsage' },
  'efs.storage.gbMonths': { offer: 'AmazonEFS', usage: 'TimedStorage-ByteHrs' },
};

export const offerCodes: readonly string[] = [...new Set(Object.values(selectors).map(({ offer }) => offer))];

type Product = Offer['products'][string];

const isMeant = (
  { productFamily, attributes: own }: Product,
  { usage, family, attributes = {} }: Selector,
) => {
  const type = own['usagetype'] ?? '';
  // A prefix of another region or an availability class has a hyphen of its own: EUW2-Request is meant, EUW2-Edge-Request is not.
  const prefix = type.slice(0, -usage.length);
  return (
    type.endsWith(usage) &&
    /^([A-Z]{2,4}\d?-)?$/.test(prefix) &&
    (family === undefined || productFamily === family) &&
    Object.entries(attributes).every(([name, value]) => own[name] === value)
  );
};

type Dimension = Offer['terms']['OnDemand'][string][string]['priceDimensions'][string];

const startOf = ({ beginRange = '0' }: Dimension): number => Number(beginRange);
const endOf = ({ endRange = 'Inf' }: Dimension): number => (endRange === 'Inf' ? Infinity : Number(endRange));

/** Dollars by ranges; a first range for nothing is the free tier. Undefined where a number is none. */
const entryFrom = (
  dimensions: readonly Dimension[],
  old: Pick<PriceEntry, 'unit' | 'free'>,
  date: string,
): unknown => {
  const sorted = [...dimensions].sort((a, b) => startOf(a) - startOf(b));
  const ranges = sorted.map((one) => ({ upTo: endOf(one), price: Number(one.pricePerUnit['USD'] ?? NaN) }));
  if (ranges.length === 0 || !ranges.every(({ price }) => Number.isFinite(price))) return undefined;
  const [first] = ranges;
  const given = ranges.length > 1 && first?.price === 0 ? first.upTo : 0;
  const paid = ranges.slice(given > 0 ? 1 : 0);
  const free = given > 0 ? given : old.free;
  const common = { unit: old.unit, ...(free === undefined ? {} : { free }), date, confidence: 'AWS' };
  if (paid.length === 1) return { ...common, price: paid[0]?.price };
  return {
    ...common,
    tiers: paid.map(({ upTo, price }) => (upTo === Infinity ? { price } : { upTo: upTo - given, price })),
  };
};

export interface Refreshed {
  /** Not checked yet: parsePrices does. */
  readonly file: unknown;
  readonly found: readonly string[];
  /** What keeps its old price and date, or has none, and why. */
  readonly kept: readonly { readonly name: string; readonly why: string }[];
}

const oneOf = (offer: Offer | undefined, selector: Selector): readonly Dimension[] | string => {
  if (offer === undefined) return `no offer file of ${selector.offer}`;
  const meant = Object.entries(offer.products).filter(([, one]) => isMeant(one, selector));
  if (meant.length !== 1)
    return `${meant.length === 0 ? 'no product' : `${meant.length} products`} of ${selector.offer} with the usage type ${selector.usage}`;
  const terms = Object.values(offer.terms.OnDemand[meant[0]?.[0] ?? ''] ?? {});
  return terms.flatMap(({ priceDimensions }) => Object.values(priceDimensions));
};

/**
 * A region's price file with everything that the offers tell, and the rest as it was.
 * @param base the newest file of the region, or one whose names and units serve as a pattern
 * @param isOwn whether `base` is of the region: another's prices are not taken over
 */
export const refresh = (
  base: Prices,
  region: string,
  isOwn: boolean,
  offers: ReadonlyMap<string, Offer>,
): Refreshed => {
  const results = Object.entries(base.prices).map(([name, old]) => {
    const selector = selectors[name];
    if (selector === undefined) return { name, old, why: 'it is not looked for in the Price List' };
    const offer = offers.get(selector.offer);
    const dimensions = oneOf(offer, selector);
    if (typeof dimensions === 'string') return { name, old, why: dimensions };
    const entry = entryFrom(dimensions, old, (offer?.publicationDate ?? '').slice(0, 10));
    return entry === undefined ? { name, old, why: 'its product has no price in dollars' } : { name, entry };
  });
  const dates = [...offers.values()].map(({ publicationDate }) => publicationDate.slice(0, 10)).sort();
  const entries = results.flatMap((result) =>
    'entry' in result
      ? [[result.name, result.entry] as const]
      : isOwn
        ? [[result.name, result.old] as const]
        : [],
  );
  return {
    file: {
      ...{ schema: base.schema, region, date: dates.at(-1) ?? base.date, currency: base.currency },
      sources: { ...base.sources, AWS: "AWS's Price List, read by latency-lab prices refresh" },
      prices: Object.fromEntries(entries),
      steps: base.steps,
    },
    found: results.flatMap((result) => ('entry' in result ? [result.name] : [])),
    kept: results.flatMap((result) => ('why' in result ? [{ name: result.name, why: result.why }] : [])),
  };
};
