/** What a run needs of the account, checked before it starts: a refused run costs nothing, a broken one an hour. */
import { LambdaClient } from '@aws-sdk/client-lambda';
import { freeConcurrency } from '../../adapters/aws/quotas.ts';
import { createS3Client, s3ObjectStore } from '../../adapters/aws/object-store.ts';
import { messageOf } from '../../core/errors.ts';
import { lockKey } from '../../core/keys.ts';
import type { LoadProfile } from '../../core/schema/load.ts';
import { workersOf } from '../../core/schedule/segments.ts';
import type { Target } from '../../core/schema/target.ts';
import { stepFunctions } from './executions.ts';
import { registeredTargets, type DeployedStack } from './stack.ts';

/** Of the account or, by the doctor, of this machine. */
export interface Finding {
  readonly what: string;
  /** `missing` costs something; `unknown` could not be looked at, and the run may still work; `bad` stops the lab. */
  readonly verdict: 'ok' | 'missing' | 'unknown' | 'bad';
  /** What was seen and, of the account, what to do about it where that is bad. */
  readonly detail: string;
  /** Of this machine: what one does without, and how to mend it; absent where all is well. */
  readonly cost?: string;
  readonly mend?: string;
}

/** Function instances that a load may keep busy at once: its workers, and one per request under way. */
export const neededConcurrency = (load: LoadProfile): number => {
  // Open: requests under way are rate x answer time; half a second is slow for a warm function.
  const underWay = load.model === 'closed' ? load.concurrency : Math.ceil(load.rate / 2);
  return workersOf(load) + underWay;
};

const attempt = async (
  what: string,
  verdict: 'unknown' | 'bad',
  look: () => Promise<Finding>,
): Promise<Finding> => {
  try {
    return await look();
  } catch (error) {
    return { what, verdict, detail: messageOf(error) };
  }
};

/** A failed update that was rolled back leaves the former version, which works. */
const isDeployed = (status: string): boolean =>
  /^(CREATE|UPDATE|IMPORT|UPDATE_ROLLBACK)_COMPLETE$/.test(status);

const stackState = ({ status }: DeployedStack): Finding => ({
  what: 'stack',
  verdict: isDeployed(status) ? 'ok' : 'bad',
  detail: isDeployed(status) ? status : `${status}: wait until it is deployed, or deploy it again`,
});

const permission = (what: string, look: () => Promise<unknown>): Promise<Finding> =>
  attempt(what, 'bad', async () => {
    await look();
    return { what, verdict: 'ok', detail: 'allowed' };
  });

/** Of the whole account, since its functions share it; 10 in a fresh one, 1,000 by default. */
const concurrency = (load: LoadProfile): Promise<Finding> => {
  const what = 'Lambda concurrency';
  return attempt(what, 'unknown', async () => {
    const free = await freeConcurrency(new LambdaClient());
    const needed = neededConcurrency(load);
    if (free === undefined) return { what, verdict: 'unknown', detail: 'the account does not tell' };
    if (free >= needed) return { what, verdict: 'ok', detail: `${free} free, about ${needed} needed` };
    const mend = 'ask for more in Service Quotas, or lower --concurrency or --rate';
    return { what, verdict: 'bad', detail: `${free} free, about ${needed} needed: ${mend}` };
  });
};

/** @returns with the findings the targets that are registered, as far as they can be read */
export const preflight = async (stack: DeployedStack, load: LoadProfile) => {
  const { StateMachineArn = '', ResultsBucketName = '' } = stack.outputs;
  let targets: readonly Target[] = [];
  const looked = await Promise.all([
    permission('state machine', () => stepFunctions(StateMachineArn).mayUse()),
    permission('results bucket', () => s3ObjectStore(createS3Client(), ResultsBucketName).list(lockKey)),
    attempt('targets', 'bad', async () => {
      targets = await registeredTargets(stack.parameters['LabName'] ?? 'default');
      const found = targets.map(({ id }) => id).join(', ');
      return targets.length > 0
        ? { what: 'targets', verdict: 'ok', detail: found }
        : { what: 'targets', verdict: 'bad', detail: 'none is registered: deploy at least one architecture' };
    }),
    concurrency(load),
  ]);
  return { findings: [stackState(stack), ...looked], targets };
};
