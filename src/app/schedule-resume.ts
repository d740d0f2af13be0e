import { cellsPrefix, parsePartKey, partKey, stepsPrefix } from '../core/keys.ts';
import type { WorkerAssignment } from '../core/payloads.ts';
import type { SamplePart } from '../core/sample-part.ts';
import { type CellHistory, cellHistories } from '../core/schedule-resume.ts';
import type { Cell } from '../core/schedule-steps.ts';
import type { ObjectStore } from '../ports/index.ts';
import { inParallel } from './in-parallel.ts';

/** A cell that is still to be measured. */
export interface PendingCell extends Cell {
  /** 1 for its first try. */
  readonly attempt: number;
}

/** Objects under way at once; one may hold some megabytes of samples. */
const readsAtOnce = 8;

const readJson = async <T>(store: ObjectStore, key: string): Promise<T | undefined> => {
  const text = await store.get(key);
  return text === undefined ? undefined : (JSON.parse(text) as T);
};

const isComplete = async (store: ObjectStore, { lastParts }: CellHistory): Promise<boolean> => {
  for (const place of lastParts) {
    const part = place === undefined ? undefined : await readJson<SamplePart>(store, partKey(place));
    if (part?.final !== true) return false;
  }
  return lastParts.length > 0;
};

/** Those of `cells` that no earlier attempt of this run has measured to the end, in their order. */
export const pendingCells = async (
  store: ObjectStore,
  runId: string,
  cells: readonly Cell[],
): Promise<readonly PendingCell[]> => {
  const stepKeys = await store.list(stepsPrefix(runId));
  const steps = await inParallel(stepKeys, readsAtOnce, (key) => readJson<WorkerAssignment[]>(store, key));
  const parts = (await store.list(cellsPrefix(runId))).flatMap((key) => parsePartKey(key) ?? []);
  const historyOf = cellHistories(
    steps.flatMap((assignments) => assignments ?? []),
    parts,
  );
  const pending = await inParallel(cells, readsAtOnce, async ({ round, target }): Promise<PendingCell[]> => {
    const history = historyOf({ round, cellId: target.id });
    return (await isComplete(store, history)) ? [] : [{ round, target, attempt: history.attempts + 1 }];
  });
  return pending.flat();
};
