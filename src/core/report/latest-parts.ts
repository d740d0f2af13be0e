import { cellKey, type PartPlace } from '../keys.ts';

/**
 * The parts that count, by cell: of each cell only its latest attempt, because a resumed run measures the whole cell
 * again and samples of different times must not mix. Ordered by worker, segment and part.
 * @returns cells in order of round
 */
export const latestParts = <P extends PartPlace>(places: readonly P[]): ReadonlyMap<string, readonly P[]> => {
  const latest = new Map<string, number>();
  for (const place of places) {
    latest.set(cellKey(place), Math.max(latest.get(cellKey(place)) ?? 0, place.attempt));
  }
  const ordered = places
    .filter((place) => latest.get(cellKey(place)) === place.attempt)
    .sort((a, b) => a.round - b.round || a.worker - b.worker || a.segment - b.segment || a.part - b.part);
  const cells = new Map<string, P[]>();
  for (const place of ordered) {
    const cell = cells.get(cellKey(place));
    if (cell === undefined) cells.set(cellKey(place), [place]);
    else cell.push(place);
  }
  return cells;
};
