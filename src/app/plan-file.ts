import { InputError } from '../core/errors.ts';
import { planKey } from '../core/keys.ts';
import type { Plan } from '../core/payloads.ts';
import type { ObjectStore } from '../ports/index.ts';

/** @throws InputError when the run has none: only Plan makes one */
export const readPlan = async (store: ObjectStore, runId: string): Promise<Plan> => {
  const text = await store.get(planKey(runId));
  if (text === undefined)
    throw new InputError('runId', runId, 'a run whose plan.json is in the results bucket');
  return JSON.parse(text) as Plan;
};
