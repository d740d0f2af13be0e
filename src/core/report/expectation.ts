/** What to expect of a target at a rate: how many of its requests are cold. */
import type { ColdStartGroup } from '../schema/report-cold-starts.ts';
import type { TargetReport } from '../schema/report.ts';
import { type Distribution, distributionFromSamples, mean } from '../stats/distribution.ts';
import { assumedIdleSeconds, expectedColdShare } from '../stats/traffic.ts';
import { responseTimes } from './latency.ts';

/** Forced cold starts of the function as it is deployed, nothing else under way. */
export const forcedAlone = ({ coldStarts, memoryMb }: TargetReport): ColdStartGroup | undefined =>
  coldStarts?.groups.find((group) => group.kind === 'alone' && group.memoryMb === memoryMb);

/** Cold starts of the function as it is deployed, in milliseconds: the forced ones, else those that came under the load. */
export const coldTimesOf = (target: TargetReport): Distribution | undefined => {
  const calls = forcedAlone(target)?.calls ?? [];
  return distributionFromSamples(calls.map(({ ms }) => ms)) ?? responseTimes(target).cold;
};

/** Share of its requests that are cold, steady traffic at random times. 0 of a server, which is always there. */
export const coldShareAt = (target: TargetReport, requestsPerSecond: number): number => {
  if (target.memoryMb === undefined) return 0;
  const cold = coldTimesOf(target);
  const warmSeconds = (target.service.warm?.meanMs ?? 0) / 1000;
  return expectedColdShare({
    rate: requestsPerSecond,
    warmSeconds,
    coldSeconds: cold === undefined ? warmSeconds : mean(cold) / 1000,
    idleSeconds: assumedIdleSeconds,
  });
};
