/** What a report says of dollars: `cost` of the whole, `targets[].cost` of each. Dollars are US dollars at list prices, taxes left out. */
import * as v from 'valibot';
import { shapes } from '../cost/traffic.ts';
import { dictionary, number, oneOf, openFields, type Output } from './fields.ts';
import { arrayOf, text, texts } from './report-fields.ts';

const atLeast0 = number(0, 1e15);

const item = openFields({
  what: text,
  quantity: atLeast0,
  unit: text,
  /** Dollars a unit: the mean where tiers or a free tier differ. */
  unitPrice: atLeast0,
  dollars: atLeast0,
  source: text,
  /** When the price was seen. */
  date: text,
  /** Letters of the price file's sources; MEM = from memory. */
  confidence: text,
});

const point = openFields({
  requestsPerSecond: atLeast0,
  dollarsPerMonth: atLeast0,
  dollarsPerMillion: atLeast0,
});

/** What a request and a month take of AWS, as the cost model reads it: enough to price it again elsewhere. */
const service = openFields({
  billing: dictionary(v.union([v.number('a number'), text], 'a number or a text'), text),
  memoryMb: v.exactOptional(atLeast0),
  cpuArchitecture: v.exactOptional(oneOf(['x86_64', 'arm64'])),
  billedMs: v.exactOptional(atLeast0),
  coldShare: v.exactOptional(number(0, 1)),
  provisionedConcurrency: v.exactOptional(atLeast0),
  snapStart: v.exactOptional(v.boolean('true or false')),
  logBytesPerRequest: v.exactOptional(atLeast0),
});

/** At `cost.requestsPerSecond`. */
export const targetCost = openFields({
  /** Where the billed duration comes from, or that there is no function; one sentence. */
  basis: text,
  service,
  items: arrayOf(item),
  dollarsPerMillion: atLeast0,
  dollarsPerMonth: atLeast0,
  /** At `cost.rates`. */
  atRates: arrayOf(point),
  /** Along `sweptRates` of the cost model. */
  sweep: arrayOf(point),
  /** What the sum lacks, one sentence each. */
  omitted: texts,
});

/** Below the rate one is cheaper, above it the other. */
const crossing = openFields({
  below: text,
  above: text,
  requestsPerSecond: atLeast0,
  requestsPerMonth: atLeast0,
  dollarsPerMonth: atLeast0,
});

export const reportCost = openFields({
  region: text,
  /** Of the price file. */
  priceDate: text,
  freeTier: v.boolean('true or false'),
  shape: oneOf(shapes),
  /** For which the targets' items are. */
  requestsPerSecond: atLeast0,
  rates: v.array(atLeast0, 'a JSON array'),
  crossings: arrayOf(crossing),
  /** What this run cost, or would have cost on AWS. */
  run: openFields({
    dollars: atLeast0,
    items: arrayOf(item),
    estimatedDollars: v.exactOptional(atLeast0),
    omitted: texts,
  }),
});

export type TargetCost = Output<typeof targetCost>;
export type ReportCost = Output<typeof reportCost>;
