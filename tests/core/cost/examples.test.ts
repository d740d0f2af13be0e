/**
 * Worked examples that AWS publishes beside its prices, all of us-east-1, as stored copies of aws.amazon.com/lambda/pricing,
 * aws.amazon.com/fargate/pricing and an older edition of the first had them in 2026. AWS rounds each line to a cent.
 * For DynamoDB, HTTP APIs and Step Functions no copy with a worked sum was found: their prices alone are tested.
 */
import { billOf } from '../../../src/core/cost/bill.ts';
import { dollarsOf, pricesOf } from '../../../src/core/cost/prices.ts';
import type { Service } from '../../../src/core/cost/quantities.ts';

const virginia = pricesOf('us-east-1');
const quiet = { logBytesPerRequest: 0, responseBytes: 0 };

/** Of `millions` of requests in a month. */
const dollars = (service: Omit<Service, 'billing'>, millions: number, freeTier = true): number => {
  const requestsPerSecond = (millions * 1e6) / (730 * 3_600);
  return billOf(
    { ...quiet, ...service, billing: {} },
    { requestsPerSecond, shape: 'steady' },
    virginia,
    freeTier,
  ).dollars;
};

describe("AWS's examples", () => {
  it('Lambda, mobile backend: 3M requests of 120 ms at 1,536 MB: $2.33 + $0.40', () => {
    expect(dollars({ memoryMb: 1536, billedMs: 120 }, 3)).toBeCloseTo(2.73, 2);
  });

  it('Lambda, telemetry without free tier: 7.44M requests of 2 s at 1,024 MB: $249.49', () => {
    expect(dollars({ memoryMb: 1024, billedMs: 2000 }, 7.44, false)).toBeCloseTo(249.49, 2);
  });

  it('Lambda, machine learning: 6M requests of 280 ms at 4,096 MB, /tmp of 2,048 MB: $106.41', () => {
    expect(dollars({ memoryMb: 4096, billedMs: 280, ephemeralMb: 2048 }, 6)).toBeCloseTo(106.41, 2);
  });

  it('Lambda, event source: 60M GB-seconds $993.3, 60M requests $12', () => {
    expect(dollarsOf(virginia, 'lambda.x86_64.gbSeconds', 60e6, true)).toBeCloseTo(993.3, 1);
    expect(dollarsOf(virginia, 'lambda.requests', 60e6)).toBeCloseTo(12, 9);
  });

  it('Lambda, older edition: 3M of 1 s at 512 MB $18.74, 30M of 200 ms at 128 MB $11.63', () => {
    // It rounds the price up to 0.00001667, which is a cent here.
    expect(Math.abs(dollars({ memoryMb: 512, billedMs: 1000 }, 3) - 18.74)).toBeLessThan(0.011);
    expect(Math.abs(dollars({ memoryMb: 128, billedMs: 200 }, 30) - 11.63)).toBeLessThan(0.011);
  });

  it('Lambda, provisioned: 7 of 4,096 MB for a day $10.08, 2M requests of 280 ms there $21.78', () => {
    expect(dollarsOf(virginia, 'lambda.x86_64.provisioned.gbSeconds', 7 * 4 * 86_400)).toBeCloseTo(10.08, 2);
    expect(dollarsOf(virginia, 'lambda.x86_64.provisionedDuration.gbSeconds', 2e6 * 0.28 * 4)).toBeCloseTo(
      21.78,
      2,
    );
    // The model's month of the same 7: requests $0.40, duration $21.78, kept ready 7 x 4 GB x 2,628,000 s.
    const all = dollars({ memoryMb: 4096, billedMs: 280, provisionedConcurrency: 7 }, 2, false);
    expect(all).toBeCloseTo(0.4 + 21.7777 + 28 * 2_628_000 * 0.0000041667, 2);
  });

  it('Lambda, SnapStart: a version of 1 GB for 31 days $4.03, 74,400 restores $10.40', () => {
    expect(dollarsOf(virginia, 'lambda.snapStart.cache.gbSeconds', 2_678_400)).toBeCloseTo(4.03, 2);
    expect(dollarsOf(virginia, 'lambda.snapStart.restore.gb', 74_400)).toBeCloseTo(10.4, 2);
    const service = { memoryMb: 1024, billedMs: 2000, snapStart: true, coldShare: 0.01 };
    expect(dollars(service, 7.44, false)).toBeCloseTo(249.488 + 2_628_000 * 0.0000015046 + 10.401, 2);
  });

  it('Fargate: 5 tasks of 1 vCPU, 2 GB and 30 GB of storage, 10 minutes a day: $1.26', () => {
    const hours = (5 * 600 * 30) / 3600;
    const parts = [
      dollarsOf(virginia, 'fargate.x86_64.vcpuHours', hours),
      dollarsOf(virginia, 'fargate.x86_64.gbHours', hours * 2),
      dollarsOf(virginia, 'fargate.ephemeral.gbHours', hours * 10),
    ];
    [1.01, 0.22, 0.03].forEach((published, i) => {
      expect(parts[i]).toBeCloseTo(published, 2);
    });
    // A month of the same tasks by the model: 730 h in place of 25.
    const billing = { fargateVcpu: 1, fargateGb: 2, fargateEphemeralGb: 30, tasks: 5 };
    const { dollars: month } = billOf(
      { ...quiet, billing },
      { requestsPerSecond: 0, shape: 'steady' },
      virginia,
    );
    const sum = parts.reduce((a, b) => a + b, 0);
    expect(month).toBeCloseTo((sum * 5 * 730) / hours, 6);
  });

  it("has AWS's tiers: HTTP APIs 1,000M for $930, REST APIs $3.50 a million, transitions $0.025 a thousand after 4,000", () => {
    expect(dollarsOf(virginia, 'apiGateway.http.requests', 1e9)).toBeCloseTo(300 + 630, 6);
    expect(dollarsOf(virginia, 'apiGateway.rest.requests', 1e9)).toBeCloseTo(333 * 3.5 + 667 * 2.8, 6);
    expect(dollarsOf(virginia, 'states.transitions', 500_000, true)).toBeCloseTo(12.4, 9);
  });
});
