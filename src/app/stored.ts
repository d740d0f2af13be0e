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

/** `work` over all `items`, at most `limit` at a time, results in the items' order. The first rejection rejects all. */
export const inParallel = async <Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> => {
  const results: Result[] = [];
  const queue = items.entries();
  const drain = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, drain));
  return results;
};
