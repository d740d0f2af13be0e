/** Finds out, for a run that is taken up again, which cells are complete and how often the others were tried. */
import { cellKey, type PartPlace } from '../keys.ts';
import type { WorkerAssignment } from '../schema/work.ts';

type CellPlace = Pick<WorkerAssignment, 'round' | 'cellId'>;
type WorkerPlace = CellPlace & Pick<WorkerAssignment, 'segment' | 'attempt' | 'worker'>;

const workerKey = (p: WorkerPlace): string => `${cellKey(p)}/${p.segment}/${p.attempt}/${p.worker}`;

/** The highest attempt of each cell, by `<round>/<cellId>`. */
const latestAttempts = (
  places: readonly (CellPlace & { readonly attempt: number })[],
): Map<string, number> => {
  const latest = new Map<string, number>();
  for (const place of places) {
    const key = cellKey(place);
    latest.set(key, Math.max(latest.get(key) ?? 0, place.attempt));
  }
  return latest;
};

export interface CellHistory {
  /** What the latest attempt at the cell had to deliver: the last part of each of its workers; undefined where there is none. */
  readonly lastParts: readonly (PartPlace | undefined)[];
  /** 0 when it was never tried. */
  readonly attempts: number;
}

/**
 * What became of a cell so far. It is complete when its `lastParts` are some, all there and all marked final. Step files
 * of earlier attempts can outlive them (a later attempt may have fewer segments), so only the latest attempt counts.
 */
export const cellHistories = (
  assignments: readonly WorkerAssignment[],
  parts: readonly PartPlace[],
): ((cell: CellPlace) => CellHistory) => {
  const attempts = latestAttempts([...assignments, ...parts]);
  const last = new Map<string, PartPlace>();
  for (const part of parts) {
    const key = workerKey(part);
    if (part.part >= (last.get(key)?.part ?? 0)) last.set(key, part);
  }
  return (cell) => {
    const key = cellKey(cell);
    const tried = attempts.get(key) ?? 0;
    const workers = assignments.filter((a) => cellKey(a) === key && a.attempt === tried);
    return { attempts: tried, lastParts: workers.map((a) => last.get(workerKey(a))) };
  };
};
