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

  it('takes an instance for a t3.micro with its disk and its public address', () => {
    const [server] = idleCosts(['AWS::AutoScaling::AutoScalingGroup'], london);
    expect(server?.dollarsPerMonth).toBeCloseTo(730 * (0.0118 + 0.005) + 8 * 0.0928, 6);
  });
});
