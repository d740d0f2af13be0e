/** What a deployed lab costs while nobody uses it: resources that are paid by the hour. Requests are not in it. */
import { rollup } from 'd3-array';
import { billOf } from './bill.ts';
import type { Prices } from './prices.ts';
import type { Service } from './quantities.ts';

/** One of each, as the lab's templates make it by default; instances behind a group are taken for one. */
const ofType: Readonly<Record<string, Service['billing']>> = {
  'AWS::AutoScaling::AutoScalingGroup': {
    instanceType: 't3.micro',
    instances: 1,
    publicIpv4Addresses: 1,
    volumeGb: 8,
  },
  'AWS::CloudWatch::Alarm': { alarms: 1 },
  'AWS::EC2::NatGateway': { natGateways: 1 },
  'AWS::ECS::Service': { fargateVcpu: 0.25, fargateGb: 0.5, tasks: 1 },
  'AWS::EKS::Cluster': { eksClusters: 1 },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': { loadBalancers: 1 },
};

export interface IdleCost {
  readonly type: string;
  readonly count: number;
  /** Of all of them. */
  readonly dollarsPerMonth: number;
}

const nobody = { requestsPerSecond: 0, shape: 'steady' } as const;

/** The resources among `types` that cost by the hour, dearest first. */
export const idleCosts = (types: readonly string[], prices: Prices): readonly IdleCost[] => {
  const counts = rollup(types, (same) => same.length, String);
  const costs = [...counts].flatMap(([type, count]) => {
    const billing = ofType[type];
    if (billing === undefined) return [];
    return [{ type, count, dollarsPerMonth: count * billOf({ billing }, nobody, prices).dollars }];
  });
  return costs.sort((a, b) => b.dollarsPerMonth - a.dollarsPerMonth);
};
