/** On offer files made by hand after AWS's description of them; no file of AWS was read here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Offer, offerCodes, parseOffer, refresh } from '../../../src/core/cost/offers.ts';
import { dollarsOf, parsePrices, pricesOf } from '../../../src/core/cost/prices.ts';
import { inputErrorOf } from '../../support/errors.ts';

const london = pricesOf('eu-west-2');
const folder = join(__dirname, '../../cli/fixtures/price-list');
const read = (code: string): Offer => parseOffer(readFileSync(join(folder, `${code}.json`), 'utf8'), code);
const offers = new Map(['AWSLambda', 'AWSQueueService', 'AWSELB'].map((code) => [code, read(code)]));

const { file, found, kept } = refresh(london, 'eu-west-2', true, offers);
const fresh = parsePrices(JSON.stringify(file), 'fresh');
const whyOf = (name: string) => kept.find((one) => one.name === name)?.why;

describe('refresh', () => {
  it('takes prices by the end of the usage type, and no edge location’s', () => {
    expect(fresh.prices['lambda.requests']).toEqual({
      ...{ unit: 'request', per: 1, free: 1e6, price: 2.1e-7, date: '2026-11-02', confidence: 'AWS' },
    });
    expect(found).toEqual(['lambda.requests', 'lambda.x86_64.gbSeconds', 'sqs.requests', 'alb.hours']);
  });

  // 6e9 x 1.7e-5 + 1e9 x 1.5e-5.
  it('makes tiers of ranges in any order', () => {
    expect(dollarsOf(fresh, 'lambda.x86_64.gbSeconds', 7e9)).toBeCloseTo(102_000 + 15_000, 6);
  });

  it('makes a free tier of a first range for nothing, behind which the others begin', () => {
    expect(fresh.prices['sqs.requests']).toMatchObject({
      free: 1e6,
      tiers: [{ upTo: 1e11 - 1e6, price: 4e-7 }, { price: 3e-7 }],
    });
    expect(dollarsOf(fresh, 'sqs.requests', 3e6, true)).toBeCloseTo(0.8, 9);
  });

  it('tells products of one usage type apart by family, and decides nothing between two', () => {
    expect(fresh.prices['alb.hours']).toMatchObject({ price: 0.027 });
    expect(whyOf('alb.lcuHours')).toBe('2 products of AWSELB with the usage type LCUUsage');
    expect(fresh.prices['alb.lcuHours']).toEqual(london.prices['alb.lcuHours']);
  });

  it('keeps what it does not find with its old date, and says why', () => {
    expect(whyOf('lambda.arm64.gbSeconds')).toBe(
      'no product of AWSLambda with the usage type Lambda-GB-Second-ARM',
    );
    expect(whyOf('dynamodb.writeUnits')).toBe('no offer file of AmazonDynamoDB');
    expect(whyOf('fargate.spotShare')).toBe('it is not looked for in the Price List');
    expect(fresh.prices['dynamodb.writeUnits']).toEqual(london.prices['dynamodb.writeUnits']);
    expect(found.length + kept.length).toBe(Object.keys(london.prices).length);
    expect(fresh.date).toBe('2026-11-02');
  });

  it('takes no price of another region over', () => {
    const north = refresh(london, 'eu-north-1', false, offers).file as { region: string; prices: object };
    expect(north.region).toBe('eu-north-1');
    expect(Object.keys(north.prices)).toEqual(found);
  });

  it('refuses what is no offer file, by name', () => {
    expect(inputErrorOf(() => parseOffer('{}', 'AWSLambda.json')).field).toBe('AWSLambda.json.offerCode');
    expect(inputErrorOf(() => parseOffer('<xml>', 'AWSLambda.json')).field).toBe('AWSLambda.json');
    expect(offerCodes).toContain('AmazonEC2');
  });
});
