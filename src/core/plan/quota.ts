/** What a load surely takes of the account's concurrency of functions, so that one that cannot run is refused before it starts. */
import { InputError } from '../errors.ts';
import { workersOf } from '../schedule/segments.ts';
import type { LoadProfile } from '../schema/load.ts';
import type { Plan } from '../schema/plan.ts';

/**
 * Requests per second that an account may send synchronously for each concurrent execution that it may have, however short
 * they are (AWS Lambda Developer Guide, "Lambda quotas", as of 2026). No such limit on one machine.
 */
const ratePerInstance = 10;

type Asked = Pick<Plan, 'load' | 'plane' | 'targets'>;

const ofTargets = ({ load, plane, targets }: Asked): number => {
  // Whatever runs elsewhere takes nothing of it.
  if (targets.every(({ functionArn }) => functionArn === undefined)) return 0;
  if (load.model === 'closed') return Math.min(load.concurrency, load.requests);
  return plane === 'aws' ? Math.ceil(load.rate / ratePerInstance) : 1;
};

const fieldOf = ({ model }: LoadProfile): 'load.concurrency' | 'load.rate' =>
  model === 'closed' ? 'load.concurrency' : 'load.rate';

/**
 * @param free concurrent executions that no function has reserved; undefined where the account does not tell
 * @throws InputError naming the quota and what it would take at least
 */
export const requireConcurrency = (asked: Asked, free: number | undefined): void => {
  const { load } = asked;
  const [generators, functions] = [workersOf(load), ofTargets(asked)];
  if (free === undefined || generators + functions <= free) return;
  throw new InputError(
    fieldOf(load),
    load.model === 'closed' ? load.concurrency : load.rate,
    `what the quota "Concurrent executions" of AWS Lambda allows: ${free} are free, and this takes at least ` +
      `${generators + functions} (${generators} for generators, ${functions} for the functions that they call)`,
    'Ask for more in Service Quotas, or for a smaller load',
  );
};
