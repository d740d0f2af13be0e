/** What the sample parts of one cell add up to: which of them count, their requests, errors and workers. */
import { ascending, group, max, range, rollup, sum } from 'd3-array';
import { known } from '../known.ts';
import { cellKey, type PartPlace } from '../keys.ts';
import { errorKinds, type SamplePart } from '../schema/part.ts';
import type { ErrorCount, RequestCounts, WorkerCounts } from '../schema/report.ts';

/**
 * The parts that count, by cell: of each cell only its latest attempt, because a resumed run measures the whole cell
 * again and samples of different times must not mix. Ordered by worker, segment and part.
 * @returns cells in order of round
 */
export const latestParts = <P extends PartPlace>(places: readonly P[]): ReadonlyMap<string, readonly P[]> => {
  const latest = rollup(places, (own) => max(own, ({ attempt }) => attempt), cellKey);
  const ordered = places
    .filter((place) => latest.get(cellKey(place)) === place.attempt)
    .sort((a, b) => a.round - b.round || a.worker - b.worker || a.segment - b.segment || a.part - b.part);
  return group(ordered, cellKey);
};

/** A part without what is large in it: its histograms and raw samples are folded in and let go. */
export interface LightPart extends Omit<SamplePart, 'histograms' | 'openings' | 'samples' | 'joinable'> {
  /** When its last answer came, microseconds from its epoch; absent where it tells of none. */
  readonly lastUs?: number;
}

export const withoutBulk = ({
  histograms: _,
  openings: __,
  samples,
  joinable: ___,
  ...part
}: SamplePart): LightPart => {
  const lastUs = Math.max(part.measuredUs?.to ?? -Infinity, samples.endUs.at(-1) ?? -Infinity);
  return lastUs === -Infinity ? part : { ...part, lastUs };
};

/** @param planned of the whole run, rounds that never were included */
export const addCounts = (
  all: readonly Omit<RequestCounts, 'planned'>[],
  planned: number,
): RequestCounts => ({
  planned,
  sent: sum(all, (c) => c.sent),
  ok: sum(all, (c) => c.ok),
  failed: sum(all, (c) => c.failed),
  unsent: sum(all, (c) => c.unsent),
  warmup: sum(all, (c) => c.warmup),
});

/** What the parts counted, added up. @param planned of the cell */
export const countRequests = (parts: readonly LightPart[], planned: number): RequestCounts =>
  addCounts(
    parts.map(({ counts }) => ({ ...counts, failed: sum(Object.values(counts.errors)) })),
    planned,
  );

/** By kind, in the order of errorKinds, with the first example of each. Kinds that did not occur are left out. */
export const addErrors = (errors: readonly ErrorCount[]): ErrorCount[] =>
  errorKinds.flatMap((kind) => {
    const ofKind = errors.filter((error) => error.kind === kind && error.count > 0);
    if (ofKind.length === 0) return [];
    const example = ofKind.find((error) => error.example !== undefined)?.example;
    return [known({ kind, count: sum(ofKind, ({ count }) => count), example })];
  });

export const countErrors = (parts: readonly LightPart[]): ErrorCount[] =>
  addErrors(
    parts.flatMap(({ counts: { errors, examples } }) =>
      errorKinds.flatMap((kind) => {
        const count = errors[kind] ?? 0;
        return count === 0 ? [] : [known({ kind, count, example: examples[kind] })];
      }),
    ),
  );

type WorkerPlace = Pick<PartPlace, 'segment' | 'worker'>;

/** One worker of one segment, as it was assigned. */
export type PlannedWorker = WorkerPlace & Pick<PartPlace, 'attempt'>;

/** The parts' own word on how many workers there were, for want of the assignments. */
const workersOfParts = (parts: readonly LightPart[]): readonly WorkerPlace[] => {
  const widths = new Map(parts.map((part) => [part.segment, part.workers]));
  return [...widths].flatMap(([segment, workers]) => range(workers).map((worker) => ({ segment, worker })));
};

/** A worker whose end the state machine was told of. */
export interface Death extends WorkerPlace {
  readonly cause: string;
}

/** Workers are counted per segment, since each segment starts its own. @param deaths of the same attempt as the parts */
export const countWorkers = (
  parts: readonly LightPart[],
  planned: readonly WorkerPlace[] = workersOfParts(parts),
  deaths: readonly Death[] = [],
): WorkerCounts => {
  const seen = new Set([...parts, ...deaths].map(workerKey));
  const finished = new Set(parts.filter((part) => part.final).map(workerKey));
  const unfinished = parts.filter((part) => !finished.has(workerKey(part)));
  const fallen = deaths.filter((death) => !finished.has(workerKey(death)));
  const died = distinctWorkers([...unfinished, ...fallen]);
  const missing = planned.filter((worker) => !seen.has(workerKey(worker)));
  return {
    planned: planned.length,
    finished: finished.size,
    died: died.map((worker) =>
      known({
        worker,
        lastHeardAt: lastHeardOf(unfinished.filter((part) => part.worker === worker)),
        cause: fallen.find((death) => death.worker === worker)?.cause,
      }),
    ),
    missing: distinctWorkers(missing),
  };
};

/** The last answer that the samples tell of. */
const lastHeardOf = (parts: readonly LightPart[]): string | undefined => {
  const last = max(parts, ({ epoch, lastUs }) =>
    lastUs === undefined ? undefined : Date.parse(epoch) + lastUs / 1000,
  );
  return last === undefined ? undefined : new Date(last).toISOString();
};

const workerKey = ({ segment, worker }: WorkerPlace): string => `${segment}/${worker}`;

const distinctWorkers = (places: readonly WorkerPlace[]): number[] =>
  [...new Set(places.map(({ worker }) => worker))].sort(ascending);
