import { pricesOf } from '../../../src/core/cost/prices.ts';
import type { Service } from '../../../src/core/cost/quantities.ts';
import { breakEven, type Conditions, curveOf, logRates } from '../../../src/core/cost/sweep.ts';

const london = pricesOf('eu-west-2');
const conditions: Conditions = { prices: london, shape: 'steady', freeTier: false };
const quiet = { logBytesPerRequest: 0, responseBytes: 0 };
const functionOf = (billing: Service['billing']): Service => ({
  ...quiet,
  billing,
  memoryMb: 128,
  billedMs: 10,
});
const lambda = { id: 'lambda', service: functionOf({ httpApiRequests: 1, dynamodbWriteUnits: 1 }) };
const server = {
  id: 'server',
  service: { ...quiet, billing: { instanceType: 't3.micro', instances: 1, publicIpv4Addresses: 1 } },
};

describe('breakEven', () => {
  // (0.0118 + 0.005) x 730 = 12.264 a month over 2.123133 a million: 5.776 million a month, 2.198 requests/s.
  it('finds where a server becomes cheaper than a function, to 0.1 %', () => {
    const [first] = breakEven([lambda, server], conditions);
    expect(first).toMatchObject({ below: 'lambda', above: 'server' });
    expect(first!.requestsPerMonth / (12.264 / 2.123133e-6)).toBeCloseTo(1, 3);
    expect(first!.dollarsPerMonth).toBeCloseTo(12.264, 1);
    expect(first!.requestsPerSecond).toBeCloseTo(2.198, 2);
  });

  // 0.25 vCPU and 0.5 GB of Fargate with a load balancer: 29.678 a month; 13.98 million (its LCUs add 0.05 %).
  it('does so for tasks behind a load balancer', () => {
    const billing = { fargateVcpu: 0.25, fargateGb: 0.5, loadBalancers: 1 };
    const [first] = breakEven([lambda, { id: 'task', service: { ...quiet, billing } }], conditions);
    expect(Math.abs(first!.requestsPerMonth / (29.678 / 2.123133e-6) - 1)).toBeLessThan(0.002);
  });

  it('finds none between equal services, or where one is dearer throughout', () => {
    expect(breakEven([lambda, { ...lambda, id: 'twin' }], conditions)).toEqual([]);
    const dearer = { id: 'dearer', service: functionOf({ restApiRequests: 1, dynamodbWriteUnits: 1 }) };
    expect(breakEven([lambda, dearer], conditions)).toEqual([]);
  });

  // A function without a table costs 1.3808 a million; a server of 1 request/s (0.6 used) 12.264 each: the third server, above
  // 1.2 requests/s, costs more per request than the function at 2.628 million x 1.3808 x rate = 3.63 x rate dollars: never crossed from below.
  it('sees the jump of a further server', () => {
    const small = { ...server, service: { ...server.service, capacityPerSecond: 20 } };
    const crossings = breakEven(
      [{ id: 'f', service: functionOf({ httpApiRequests: 1 }) }, small],
      conditions,
    );
    // One server does up to 12 requests/s. 12.264 = 3.6288 x rate at 3.380; the second at 12: 24.528 < 43.5.
    expect(crossings).toHaveLength(1);
    expect(crossings[0]!.requestsPerSecond).toBeCloseTo(3.38, 2);
    const tiny = { ...server, service: { ...server.service, capacityPerSecond: 6 } };
    // 3.6 requests/s a server: cheaper from 3.38 to 3.6, then two for 24.528 up to 7.2, cheaper again from 6.759 to 7.2, and so on.
    const many = breakEven([{ id: 'f', service: functionOf({ httpApiRequests: 1 }) }, tiny], conditions);
    expect(many.slice(0, 4).map((each) => Number(each.requestsPerSecond.toFixed(2)))).toEqual([
      3.38, 3.6, 6.76, 7.2,
    ]);
    expect(many.slice(0, 4).map(({ below }) => below)).toEqual(['f', 'server', 'f', 'server']);
  });
});

describe('curveOf', () => {
  it('has dollars a month and a million at each rate', () => {
    const rates = logRates(1);
    expect(rates.map((rate) => Number(rate.toPrecision(3)))).toEqual([0.01, 0.1, 1, 10, 100, 1000]);
    const curve = curveOf(lambda, rates, conditions);
    // 2.628 million a month each request/s.
    expect(curve[2]!.dollarsPerMonth).toBeCloseTo(2.628 * 2.123133, 3);
    expect(curve[2]!.dollarsPerMillion).toBeCloseTo(2.123133, 4);
    expect(curveOf(server, rates, conditions)[0]!.dollarsPerMillion).toBeCloseTo(12.264 / 0.02628, 1);
  });
});
