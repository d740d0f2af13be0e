/** What a deployed lab costs while nobody uses it: resources that are paid by the hour, and functions kept ready. Requests are not in it. */
import { rollup } from 'd3-array';
import { billOf } from './bill.ts';
import type { Prices } from './prices.ts';
import type { Service } from './quantities.ts';
import type { Target } from '../schema/target.ts';

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

type Readiness = Pick<Target, 'id' | 'memoryMb' | 'cpuArchitecture' | 'provisionedConcurrency' | 'snapStart'>;

const readyCosts = (target: Readiness, prices: Prices): readonly IdleCost[] => {
  const { id, memoryMb = 0, cpuArchitecture = 'x86_64', provisionedConcurrency = 0, snapStart } = target;
  const cost = (type: string, count: number, more: Partial<Service>): IdleCost[] => {
    const service = { billing: {}, memoryMb, cpuArchitecture, ...more };
    return count === 0 ? [] : [{ type, count, dollarsPerMonth: billOf(service, nobody, prices).dollars }];
  };
  return [
    ...cost(`Processes of ${id} kept ready`, provisionedConcurrency, { provisionedConcurrency }),
    // Of the version that is deployed; earlier ones that were not deleted keep theirs.
    ...cost(`Snapshot of ${id}`, snapStart === true ? 1 : 0, { snapStart: true }),
  ];
};

/** The resources among `types` that cost by the hour, and what keeps the functions of `targets` ready; dearest first. */
export const idleCosts = (
  types: readonly string[],
  prices: Prices,
  targets: readonly Readiness[] = [],
): readonly IdleCost[] => {
  const counts = rollup(types, (same) => same.length, String);
  const costs = [...counts].flatMap(([type, count]) => {
    const billing = ofType[type];
    if (billing === undefined) return [];
    return [{ type, count, dollarsPerMonth: count * billOf({ billing }, nobody, prices).dollars }];
  });
  const ready = targets.flatMap((target) => readyCosts(target, prices));
  return [...costs, ...ready].sort((a, b) => b.dollarsPerMonth - a.dollarsPerMonth);
};
