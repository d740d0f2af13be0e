/** Finds out, for a run that is taken up again, which cells are complete and how often the others were tried. */
import { greatest, max, rollup } from 'd3-array';
import { cellKey, type PartPlace } from '../keys.ts';
import type { WorkerAssignment } from '../schema/work.ts';

type CellPlace = Pick<WorkerAssignment, 'round' | 'cellId'>;
type WorkerPlace = CellPlace & Pick<WorkerAssignment, 'segment' | 'attempt' | 'worker'>;

const workerKey = (p: WorkerPlace): string => `${cellKey(p)}/${p.segment}/${p.attempt}/${p.worker}`;

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
  const attempts = rollup(
    [...assignments, ...parts],
    (ofCell) => max(ofCell, ({ attempt }) => attempt),
    cellKey,
  );
  const last = rollup(parts, (ofWorker) => greatest(ofWorker, ({ part }) => part), workerKey);
  return (cell) => {
    const key = cellKey(cell);
    const tried = attempts.get(key) ?? 0;
    const workers = assignments.filter((a) => cellKey(a) === key && a.attempt === tried);
    return { attempts: tried, lastParts: workers.map((a) => last.get(workerKey(a))) };
  };
};
