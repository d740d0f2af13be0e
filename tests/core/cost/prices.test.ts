import fc from 'fast-check';
import {
  defaultPrices,
  dollarsOf,
  entryOf,
  lambdaDollarsPerMillion,
  parsePrices,
  priceFiles,
  pricesOf,
  sourceOf,
  stepsFor,
  tiersOf,
  unitPrice,
} from '../../../src/core/cost/prices.ts';
import { inputErrorOf } from '../../support/errors.ts';

const london = pricesOf('eu-west-2');
const virginia = pricesOf('us-east-1');

/** A copy of London's file with one entry replaced. */
const withEntry = (name: string, entry: unknown): string =>
  JSON.stringify({ ...london, prices: { ...london.prices, [name]: entry } });

describe('pricesOf', () => {
  it('takes the newest file of a region, and an older one by its date', () => {
    expect(london.date).toBe('2026-10');
    expect(pricesOf('eu-west-2', '2021-12').prices['dynamodb.writeUnits']).toMatchObject({ price: 1.4846 });
  });

  it('names the regions that have prices', () => {
    const error = inputErrorOf(() => pricesOf('mars-north-1'));
    expect(error.message).toContain(
      'cost.region: given "mars-north-1"; allowed: a region with prices: eu-west-2, us-east-1',
    );
    expect(inputErrorOf(() => pricesOf('eu-west-2', '1999')).message).toContain('2026-10, 2021-12');
  });

  it("falls back to us-east-1's where nobody asked for a region by name", () => {
    expect(defaultPrices('ap-south-1').region).toBe('us-east-1');
    expect(defaultPrices('eu-west-2').region).toBe('eu-west-2');
    expect(defaultPrices().region).toBe('us-east-1');
  });

  it('says of every price where it comes from, and marks what is from memory', () => {
    for (const file of priceFiles())
      for (const name of Object.keys(file.prices)) {
        const { source, date, confidence } = sourceOf(file, name);
        expect([name, source, date, confidence]).toEqual([
          name,
          expect.stringMatching(/.{8}/),
          expect.stringMatching(/^20/),
          expect.stringMatching(/^[A-Z]/),
        ]);
      }
    expect(sourceOf(london, 'dynamodb.writeUnits')).toMatchObject({ confidence: 'MEM' });
    // London's second tier of HTTP APIs is from memory, its first is not.
    expect(sourceOf(london, 'apiGateway.http.requests', 1).confidence).toBe('G');
    expect(sourceOf(london, 'apiGateway.http.requests', 4e8).confidence).toBe('MEM');
  });
});

describe('parsePrices', () => {
  it('reads what it wrote', () => {
    expect(parsePrices(JSON.stringify(london), 'file.json')).toEqual(london);
  });

  it.each<[string, unknown, string]>([
    ['negative', { unit: 'request', price: -1, date: '2026', confidence: 'L' }, 'price: given -1'],
    ['missing', { unit: 'request', date: '2026', confidence: 'L' }, 'price: given nothing'],
    [
      'without a source',
      { unit: 'request', price: 1, date: '2026', confidence: 'Q' },
      'confidence: given "Q"; allowed: names of sources: L, G',
    ],
    [
      'a price of falling tiers',
      {
        unit: 'request',
        tiers: [{ upTo: 2, price: 1 }, { upTo: 1, price: 1 }, { price: 1 }],
        date: '2026',
        confidence: 'L',
      },
      'tiers whose upTo rises',
    ],
    [
      'a price that ends',
      { unit: 'request', tiers: [{ upTo: 2, price: 1 }], date: '2026', confidence: 'L' },
      'tiers whose upTo rises, and a last one without',
    ],
  ])('refuses a price that is %s, by name', (_, entry, message) => {
    const error = inputErrorOf(() => parsePrices(withEntry('lambda.requests', entry), 'my.json'));
    expect(error.message).toContain('my.json.prices.lambda.requests');
    expect(error.message).toContain(message);
  });

  it('refuses another currency, and what is no JSON', () => {
    expect(inputErrorOf(() => parsePrices(JSON.stringify({ ...london, currency: 'EUR' }), 'f')).field).toBe(
      'f.currency',
    );
    expect(inputErrorOf(() => parsePrices('{', 'f')).field).toBe('f');
  });

  it('tells which price a file lacks when it is asked for', () => {
    const { 'lambda.requests': _, ...prices } = london.prices;
    const error = inputErrorOf(() => unitPrice({ ...london, prices }, 'lambda.requests'));
    expect(error.message).toContain('prices.lambda.requests: given nothing');
    expect(error.message).toContain('eu-west-2, 2026-10');
  });
});

describe('dollarsOf', () => {
  // 6e9 x 0.0000166667 + 9e9 x 0.000015 + 1e9 x 0.0000133334, by hand.
  it("sums a month's tiers", () => {
    expect(dollarsOf(virginia, 'lambda.x86_64.gbSeconds', 16e9)).toBeCloseTo(
      100_000.2 + 135_000 + 13_333.4,
      4,
    );
  });

  // A text that went around says 600,000 GB-seconds for a dollar: wrong by ten, 1 / 0.0000166667 is 60,000.
  it('gives 60,000 GB-seconds for a dollar, not 600,000', () => {
    expect(dollarsOf(virginia, 'lambda.x86_64.gbSeconds', 60_000)).toBeCloseTo(1, 3);
    expect(dollarsOf(virginia, 'lambda.x86_64.gbSeconds', 600_000)).toBeCloseTo(10, 2);
  });

  it('leaves the free tier out unless asked, and begins the tiers behind it', () => {
    expect(dollarsOf(london, 'lambda.requests', 3e6)).toBeCloseTo(0.6, 9);
    expect(dollarsOf(london, 'lambda.requests', 3e6, true)).toBeCloseTo(0.4, 9);
    expect(dollarsOf(london, 'lambda.requests', 5, true)).toBe(0);
  });

  it.each(priceFiles().map((file) => [`${file.region} ${file.date}`, file] as const))(
    'is continuous, never negative and never falls: %s',
    (_, file) => {
      const quantity = fc.double({ min: 0, max: 1e12, noNaN: true });
      fc.assert(
        fc.property(
          fc.constantFrom(...Object.keys(file.prices)),
          quantity,
          quantity,
          fc.boolean(),
          (name, a, b, free) => {
            const [low, high] = [Math.min(a, b), Math.max(a, b)];
            const least = dollarsOf(file, name, low, free);
            const most = dollarsOf(file, name, high, free);
            const dearest = Math.max(...tiersOf(entryOf(file, name)).map((tier) => tier.price));
            expect(least).toBeGreaterThanOrEqual(0);
            expect(most).toBeGreaterThanOrEqual(least);
            // No jump: no unit costs more than the dearest tier's.
            const rounding = 1e-9 * (1 + most);
            expect(most - least).toBeLessThanOrEqual(
              ((high - low) / entryOf(file, name).per) * dearest + rounding,
            );
          },
        ),
      );
    },
  );
});

describe('stepsFor', () => {
  it('bills whole steps', () => {
    expect([1, 65_536, 65_537].map((bytes) => stepsFor(london, 'sqs.bytes', bytes))).toEqual([1, 1, 2]);
    expect(inputErrorOf(() => stepsFor(london, 'moon.bytes', 1)).field).toBe('steps.moon.bytes');
  });
});

describe('lambdaDollarsPerMillion', () => {
  // 128 MB for 10 ms: 0.20 + 1e6 x 0.01 s x 0.125 GB x 0.0000166667 = 0.20 + 0.0208.
  it('adds the request charge to the GB-seconds', () => {
    const one = { billedMs: 10, memoryMb: 128, cpuArchitecture: 'x86_64' } as const;
    expect(lambdaDollarsPerMillion(one, virginia)).toBeCloseTo(0.220833, 6);
    // arm64: 0.20 + 1250 x 0.0000133334.
    expect(lambdaDollarsPerMillion({ ...one, cpuArchitecture: 'arm64' }, london)).toBeCloseTo(0.216667, 6);
  });
});
