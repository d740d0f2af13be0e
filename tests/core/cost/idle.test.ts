import { idleCosts } from '../../../src/core/cost/idle.ts';
import { pricesOf } from '../../../src/core/cost/prices.ts';

const london = pricesOf('eu-west-2');

describe('idleCosts', () => {
  it('prices what is paid by the hour, dearest first, and nothing else', () => {
    const types = [
      'AWS::Lambda::Function',
      'AWS::CloudWatch::Alarm',
      'AWS::EKS::Cluster',
      'AWS::CloudWatch::Alarm',
    ];
    expect(idleCosts(types, london)).toEqual([
      { type: 'AWS::EKS::Cluster', count: 1, dollarsPerMonth: 73 },
      { type: 'AWS::CloudWatch::Alarm', count: 2, dollarsPerMonth: 0.2 },
    ]);
  });

  // By hand: 2 x 0.5 GB x 2,628,000 s x 4.8304e-6, and 1 GB x 2,628,000 s x 1.5046e-6.
  it('prices processes that are kept ready and snapshots, of the targets that have them', () => {
    const targets = [
      { id: 'plain', memoryMb: 512, provisionedConcurrency: 0, snapStart: false },
      { id: 'snapped', memoryMb: 1024, snapStart: true },
      { id: 'ready', memoryMb: 512, cpuArchitecture: 'x86_64' as const, provisionedConcurrency: 2 },
    ];
    expect(idleCosts(['AWS::Lambda::Function'], london, targets)).toEqual([
      {
        type: 'Processes of ready kept ready',
        count: 2,
        dollarsPerMonth: expect.closeTo(12.694, 3) as number,
      },
      { type: 'Snapshot of snapped', count: 1, dollarsPerMonth: expect.closeTo(3.954, 3) as number },
    ]);
  });

  it('takes an instance for a t3.micro with its disk and its public address', () => {
    const [server] = idleCosts(['AWS::AutoScaling::AutoScalingGroup'], london);
    expect(server?.dollarsPerMonth).toBeCloseTo(730 * (0.0118 + 0.005) + 8 * 0.0928, 6);
  });
});
