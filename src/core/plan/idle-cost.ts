/** What a deployed lab costs while nobody uses it: resources that are paid by the hour. Requests are not in it. */
import { rollup } from 'd3-array';

/**
 * Dollars per month of 730 hours, eu-west-2 list prices as seen in September and October 2026; no taxes, no free tier.
 * Those of instances and volumes in eu-west-2 are second-hand: look them up before you rely on them.
 */
export const idlePrices = {
  source: 'estimated from list prices of eu-west-2, autumn 2026',
  perMonth: {
    // The t3.micro of fastapi-ec2 at 0.0118 an hour (a t4g.micro: 0.0094), 8 GB of gp3 at 0.0928 a month, a public IPv4 address at 0.005 an hour.
    'AWS::AutoScaling::AutoScalingGroup': 13.01,
    'AWS::EC2::Instance': 13.01,
    'AWS::ElasticLoadBalancingV2::LoadBalancer': 19.32,
    'AWS::EKS::Cluster': 73,
    'AWS::EC2::NatGateway': 36.5,
    'AWS::EC2::EIP': 3.65,
    // 0.25 vCPU and 0.5 GB on demand: one task.
    'AWS::ECS::Service': 10.36,
    'AWS::CloudWatch::Alarm': 0.1,
    'AWS::SecretsManager::Secret': 0.4,
    'AWS::KMS::Key': 1,
  } as Readonly<Record<string, number>>,
} as const;

export interface IdleCost {
  readonly type: string;
  readonly count: number;
  /** Of all of them. */
  readonly dollarsPerMonth: number;
}

/** The resources among `types` that cost by the hour, dearest first. One per entry: instances behind a group are taken for one. */
export const idleCosts = (types: readonly string[]): readonly IdleCost[] => {
  const counts = rollup(types, (same) => same.length, String);
  const priced = [...counts].flatMap(([type, count]) => {
    const price = idlePrices.perMonth[type];
    return price === undefined ? [] : [{ type, count, dollarsPerMonth: price * count }];
  });
  return priced.sort((a, b) => b.dollarsPerMonth - a.dollarsPerMonth);
};
