import fc from 'fast-check';
import { billOf } from '../../../src/core/cost/bill.ts';
import { pricesOf } from '../../../src/core/cost/prices.ts';
import type { Service } from '../../../src/core/cost/quantities.ts';
import { shapes } from '../../../src/core/cost/traffic.ts';

const london = pricesOf('eu-west-2');
const steady = { shape: 'steady' } as const;
/** A million requests in a month. */
const million = { ...steady, requestsPerSecond: 1e6 / 2_628_000 };

const counter: Service = {
  billing: { httpApiRequests: 1, dynamodbWriteUnits: 1 },
  memoryMb: 128,
  billedMs: 10,
  logBytesPerRequest: 0,
  responseBytes: 0,
};
const server: Service = {
  billing: { instanceType: 't3.micro', instances: 1, publicIpv4Addresses: 1, volumeGb: 8 },
  responseBytes: 0,
};
const container: Service = {
  billing: { fargateVcpu: 0.25, fargateGb: 0.5, tasks: 1, loadBalancers: 1 },
  responseBytes: 0,
};

describe('billOf', () => {
  // London, by hand: 0.20 + 0.0208 + 1.16 + 0.7423 = 2.1231 a million.
  it('itemises a function with its API and its table', () => {
    const { items, dollars, dollarsPerMillion, omitted } = billOf(counter, million, london);
    expect(items.map(({ what, dollars: each }) => [what, Number(each.toFixed(4))])).toEqual([
      ['HTTP API', 1.16],
      ['DynamoDB writes', 0.7423],
      ['Lambda requests', 0.2],
      ['Lambda duration', 0.0208],
    ]);
    expect(dollars).toBeCloseTo(2.1231, 4);
    expect(dollarsPerMillion).toBeCloseTo(dollars, 9);
    expect(omitted).toEqual([]);
    expect(items[1]).toMatchObject({ unit: 'write request unit', confidence: 'MEM', date: '2026' });
  });

  // 300 bytes x 1e6 = 0.2794 GB: 0.5985 and 0.0315 each; 500 bytes of answers 0.4657 GB x 0.09.
  it('assumes log lines and answers where nobody measured them', () => {
    const { billing, memoryMb, billedMs } = counter;
    const { items } = billOf({ billing, ...{ memoryMb: memoryMb!, billedMs: billedMs! } }, million, london);
    const of = (name: string): number => items.find(({ what }) => what === name)?.dollars ?? NaN;
    expect(of('Logs: taking in')).toBeCloseTo(0.16722, 4);
    expect(of('Logs: keeping a month')).toBeCloseTo(0.0088, 4);
    expect(of('Data out')).toBeCloseTo(0.04191, 4);
  });

  // 0.0118 x 730 + 8 x 0.0928 + 0.005 x 730 = 8.614 + 0.7424 + 3.65.
  it('bills a server by the month, and one more of everything for each that the peak takes', () => {
    expect(billOf(server, million, london).dollars).toBeCloseTo(13.0064, 4);
    // 180 requests/s are 60 % of the assumed 300 of one server.
    expect(billOf(server, { ...steady, requestsPerSecond: 180 }, london).dollars).toBeCloseTo(13.0064, 4);
    expect(billOf(server, { ...steady, requestsPerSecond: 181 }, london).dollars).toBeCloseTo(26.0128, 4);
    const bursty = { shape: 'bursty', requestsPerSecond: 18.1 } as const;
    expect(billOf(server, bursty, london).dollars).toBeCloseTo(26.0128, 4);
  });

  // 0.25 x 0.04656 x 730 + 0.5 x 0.00511 x 730 + 0.02646 x 730 = 8.4972 + 1.8652 + 19.3158; LCU 0.1 % at this rate.
  it('bills tasks behind a load balancer, and Spot at its share', () => {
    const quiet = { ...steady, requestsPerSecond: 0 };
    expect(billOf(container, quiet, london).dollars).toBeCloseTo(29.6782, 3);
    const spot = { ...container, billing: { ...container.billing, fargateSpot: 1 } };
    expect(billOf(spot, quiet, london).dollars).toBeCloseTo(0.35 * 10.3624 + 19.3158, 3);
  });

  it('says what has no price instead of leaving it out in silence', () => {
    const odd = { ...server, billing: { instanceType: 'r9.huge', instances: 1, moonbeams: 3 } };
    const { omitted, dollars } = billOf(odd, million, london);
    expect(dollars).toBe(0);
    expect(omitted).toEqual([
      'EC2 r9.huge: eu-west-2, 2026-10, has no price "ec2.r9.huge.hours"',
      '"moonbeams" is a quantity that the cost model does not know',
    ]);
  });

  it('bills an answer above 512 KB and a message above 64 KB by whole steps', () => {
    const large = { ...counter, responseBytes: 512 * 1024 + 1 };
    const api = billOf(large, million, london).items.find(({ what }) => what === 'HTTP API');
    expect(api?.quantity).toBeCloseTo(2e6, 3);
    const queue = { billing: { sqsRequests: 3, sqsMessageBytes: 65 * 1024 }, responseBytes: 0 };
    expect(billOf(queue, million, london).items[0]?.quantity).toBeCloseTo(6e6, 3);
  });

  it('has ready processes serve what they can, and bills the rest as of any function', () => {
    const ready = { billing: {}, memoryMb: 1024, billedMs: 1000, provisionedConcurrency: 1 };
    const secondsOf = (requestsPerSecond: number, more: object = {}) => {
      const { items } = billOf({ ...ready, ...more }, { requestsPerSecond, shape: 'steady' }, london);
      const of = (name: string) => items.find(({ what }) => what === name)?.quantity ?? 0;
      return [of('Lambda duration, provisioned'), of('Lambda duration')].map((all) => all / 2_628_000);
    };
    // Erlang's loss formula: one process with one at work on the mean loses half, two lose a fifth.
    expect(secondsOf(1)).toEqual([expect.closeTo(0.5, 9), expect.closeTo(0.5, 9)]);
    expect(secondsOf(1, { provisionedConcurrency: 2 })[1]).toBeCloseTo(0.2, 9);
    // However many come, one process works no longer than all the time.
    expect(secondsOf(1_000)[0]).toBeCloseTo(1, 2);
    expect(secondsOf(1, { provisionedShare: 1 })).toEqual([1, 0]);
    expect(secondsOf(1, { provisionedConcurrency: 0 })).toEqual([0, 1]);
  });

  const service = fc.record({
    billing: fc.dictionary(
      fc.constantFrom(
        'httpApiRequests',
        'dynamodbWriteUnits',
        's3Puts',
        'loadBalancers',
        'eksClusters',
        'fargateVcpu',
      ),
      fc.integer({ min: 0, max: 5 }),
    ),
    memoryMb: fc.integer({ min: 128, max: 10_240 }),
    billedMs: fc.integer({ min: 1, max: 60_000 }),
    cpuArchitecture: fc.constantFrom('x86_64' as const, 'arm64' as const),
    provisionedConcurrency: fc.integer({ min: 0, max: 10 }),
    snapStart: fc.boolean(),
  });
  const rate = fc.double({ min: 0.001, max: 1e5, noNaN: true });

  it('never falls with the rate, is never negative, and is the sum of its items', () => {
    fc.assert(
      fc.property(service, rate, rate, fc.constantFrom(...shapes), fc.boolean(), (one, a, b, shape, free) => {
        const bill = (requestsPerSecond: number) => billOf(one, { requestsPerSecond, shape }, london, free);
        const [less, more] = [bill(Math.min(a, b)), bill(Math.max(a, b))];
        expect(more.dollars).toBeGreaterThanOrEqual(less.dollars * (1 - 1e-12));
        for (const { items, dollars } of [less, more]) {
          expect(items.every((item) => item.dollars >= 0 && item.unitPrice >= 0)).toBe(true);
          expect(items.reduce((sum, item) => sum + item.dollars, 0)).toBeCloseTo(dollars, 6);
          for (const item of items) expect(item.quantity * item.unitPrice).toBeCloseTo(item.dollars, 6);
        }
        expect(bill(a).dollars).toBeLessThanOrEqual(
          billOf(one, { requestsPerSecond: a, shape }, london, false).dollars * (1 + 1e-12),
        );
      }),
    );
  });
});
