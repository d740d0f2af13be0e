/** Which targets of a run are tuned, with what, and how the winner is measured again. Pure. */
import { range } from 'd3-array';
import type { Plan } from '../schema/plan.ts';
import type { Copy, Target } from '../schema/target.ts';
import type { TrialInput } from '../schema/trial.ts';
import type { StoredTuning, TunerInput, TuningRequest } from '../schema/tuning.ts';

type Settings = Exclude<TuningRequest, false>;

/** The event that the target's own HTTP API would send for its measured request: API Gateway's payload format 2.0. */
const requestEvent = (url: string): object => {
  const { hostname, pathname, search } = new URL(url);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers: { accept: '*/*', 'content-length': '0', host: hostname, 'user-agent': 'latency-lab' },
    requestContext: {
      accountId: 'anonymous',
      apiId: hostname.split('.')[0],
      domainName: hostname,
      domainPrefix: hostname.split('.')[0],
      http: {
        method: 'GET',
        path: pathname,
        protocol: 'HTTP/1.1',
        sourceIp: '192.0.2.1',
        userAgent: 'latency-lab',
      },
      requestId: 'latency-lab',
      routeKey: '$default',
      stage: '$default',
      time: '01/Jan/1970:00:00:00 +0000',
      timeEpoch: 0,
    },
    isBase64Encoded: false,
  };
};

type TunedTarget = Target & { readonly copy: Copy };

/** Memory makes nothing of the null target faster, and nothing is changed that has no copy. */
const isTuned = (target: Target): target is TunedTarget =>
  target.copy !== undefined && target.kind !== 'null';

/** MB; Lambda's own default, of a function whose registration tells no size. */
export const deployedMb = ({ memoryMb = 128 }: Target): number => memoryMb;

/** With the deployed size, ascending: a curve that does not show it would recommend against nothing. */
const sizesFor = (target: Target, { powerValues }: Settings): readonly number[] =>
  [...new Set([...powerValues, deployedMb(target)])].sort((a, b) => a - b);

const inputFor = (target: TunedTarget, settings: Settings): TunerInput => ({
  lambdaARN: target.copy.functionArn,
  num: settings.num,
  powerValues: sizesFor(target, settings),
  payload: requestEvent(target.copy.url),
  parallelInvocation: settings.parallelInvocation,
  strategy: settings.strategy,
  balancedWeight: settings.balancedWeight,
  includeOutputResults: true,
});

/** What a tuner is told, by target. */
export const tuningsOf = ({
  targets,
  tuning = false,
}: Pick<Plan, 'targets' | 'tuning'>): readonly { readonly targetId: string; readonly input: TunerInput }[] =>
  tuning === false
    ? []
    : targets.filter(isTuned).map((target) => ({ targetId: target.id, input: inputFor(target, tuning) }));

/** The deployed size and the winner in turn, each first in every other round; none where they are the same. */
export const confirmingTrials = (
  { runId, tuning = false }: Pick<Plan, 'runId' | 'tuning'>,
  { targetId, deployedMb: deployed, winner }: StoredTuning,
): readonly TrialInput[] => {
  if (tuning === false || winner === undefined || winner.memoryMb === deployed) return [];
  return range(1, tuning.confirmRounds + 1).flatMap((round) => {
    const sizes = [deployed, winner.memoryMb];
    return (round % 2 === 1 ? sizes : sizes.reverse()).map((memoryMb) => ({
      ...{ runId, targetId, purpose: 'confirm' as const, memoryMb, round },
      ...{ simultaneous: 1, warm: tuning.confirmRequests, force: true },
    }));
  });
};
