import type { GenericSchema } from 'valibot';
import { InputError } from '../core/errors.ts';
import { planKey } from '../core/keys.ts';
import { type Output, readJson } from '../core/schema/fields.ts';
import { storedPlan, type Plan } from '../core/schema/plan.ts';
import type { ObjectStore } from '../ports/index.ts';

/** @returns undefined where there is none. @throws InputError naming the object, and the field that is wrong */
export const readStored = async <S extends GenericSchema>(
  store: Pick<ObjectStore, 'get'>,
  key: string,
  schema: S,
): Promise<Output<S> | undefined> => {
  const text = await store.get(key);
  return text === undefined ? undefined : readJson(schema, text, key);
};

/** @throws InputError when the run has none: only Plan makes one */
export const readPlan = async (store: ObjectStore, runId: string): Promise<Plan> => {
  const found = await readStored(store, planKey(runId), storedPlan);
  if (found === undefined)
    throw new InputError('runId', runId, 'a run whose plan.json is in the results bucket');
  return found;
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

/** Each item with what `work` makes of it, in the items' order, of which at most `limit` are under way or waiting to be taken. */
export async function* readAhead<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<readonly [Item, Result]> {
  const queue: Promise<readonly [Item, Result]>[] = [];
  for (const item of items) {
    const begun = work(item).then((result) => [item, result] as const);
    // Whoever takes it hears of its failure; until then, or when nobody does, it is no unhandled one.
    begun.catch(() => undefined);
    queue.push(begun);
    if (queue.length < limit) continue;
    const first = queue.shift();
    if (first !== undefined) yield await first;
  }
  for (const begun of queue) yield await begun;
}
