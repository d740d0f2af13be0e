/** Reads a run's samples cell by cell: one cell's raw samples at a time are as much as memory has to hold. */
import type { GenericSchema } from 'valibot';
import { InputError, messageOf, nameAndCause } from '../core/errors.ts';
import {
  cellKey,
  cellsPrefix,
  parseDeathKey,
  type PartPlace,
  parsePartKey,
  partKey,
  stepsPrefix,
} from '../core/keys.ts';
import type { LoadProfile } from '../core/schema/load.ts';
import type { Output } from '../core/schema/fields.ts';
import { assignments } from '../core/schema/work.ts';
import { samplePart } from '../core/schema/part.ts';
import { type CellSummary, summariseCell } from '../core/report/cell.ts';
import { type Death, latestParts, type PlannedWorker } from '../core/report/parts.ts';
import { caught } from '../core/schema/outcome.ts';
import type { ObjectStore } from '../ports/index.ts';
import { inParallel, readStored } from './stored.ts';

/** Objects under way at once; a part of 5 s at full rate has about a megabyte. */
const readsAtOnce = 16;

/** undefined for no such object, and for one that cannot be read, which leaves a sentence among the remarks. */
export const readOrRemark = async <S extends GenericSchema>(
  store: ObjectStore,
  key: string,
  schema: S,
  remarks: string[],
): Promise<Output<S> | undefined> => {
  try {
    return await readStored(store, key, schema);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const whole = error.field === key;
    remarks.push(whole ? `${key} is not ${error.allowed} and was left out` : `left out: ${error.message}`);
    return undefined;
  }
};

/** Which workers each cell was to have: a step that never ran left no part that could tell. */
const plannedWorkers = async (
  store: ObjectStore,
  runId: string,
  remarks: string[],
): Promise<ReadonlyMap<string, readonly PlannedWorker[]>> => {
  const keys = await store.list(stepsPrefix(runId));
  const steps = await inParallel(keys, readsAtOnce, (key) => readOrRemark(store, key, assignments, remarks));
  const planned = new Map<string, PlannedWorker[]>();
  for (const assignment of steps.flatMap((step) => step ?? [])) {
    const cell = planned.get(cellKey(assignment));
    if (cell === undefined) planned.set(cellKey(assignment), [assignment]);
    else cell.push(assignment);
  }
  return planned;
};

/**
 * The workers of the attempt that the parts are of; undefined where their assignments were written over by a later
 * attempt that left no part. Then the parts have to speak for themselves.
 */
const workersOfAttempt = (
  planned: readonly PlannedWorker[] = [],
  attempt: number,
): readonly PlannedWorker[] | undefined =>
  planned.length === 0 || planned.some((worker) => worker.attempt > attempt)
    ? undefined
    : planned.filter((worker) => worker.attempt === attempt);

type KnownDeath = Death & Pick<PartPlace, 'round' | 'cellId' | 'attempt'>;

/** What the state machine wrote of workers that died, in words. */
const readDeaths = async (
  store: ObjectStore,
  keys: readonly string[],
  remarks: string[],
): Promise<readonly KnownDeath[]> => {
  const found = await inParallel(keys, readsAtOnce, async (key) => {
    const place = parseDeathKey(key);
    const error = place === undefined ? undefined : await readOrRemark(store, key, caught, remarks);
    return place === undefined || error === undefined
      ? []
      : [{ ...place, cause: nameAndCause(error.Error, error.Cause) }];
  });
  return found.flat();
};

/** Every cell of which at least one part can be read. @param remarks gets a sentence for each object that cannot */
export const readCells = async (
  store: ObjectStore,
  runId: string,
  load: LoadProfile,
  remarks: string[],
): Promise<readonly CellSummary[]> => {
  const planned = await plannedWorkers(store, runId, remarks);
  const keys = await store.list(cellsPrefix(runId));
  const places = keys.flatMap((key) => parsePartKey(key) ?? []);
  const deaths = await readDeaths(store, keys, remarks);
  const cells: CellSummary[] = [];
  for (const [key, ofCell] of latestParts(places)) {
    const parts = await inParallel(ofCell, readsAtOnce, (place) =>
      readOrRemark(store, partKey(place), samplePart, remarks),
    );
    const [first, ...rest] = parts.flatMap((part) => part ?? []);
    if (first === undefined) continue;
    const workers = workersOfAttempt(planned.get(key), first.attempt);
    try {
      const own = deaths.filter((death) => cellKey(death) === key && death.attempt === first.attempt);
      cells.push(summariseCell([first, ...rest], load, workers, own));
    } catch (error) {
      remarks.push(`the samples of ${key} cannot be read: ${messageOf(error)}`);
    }
  }
  for (const { round, cellId, worker, cause } of deaths) {
    if (!cells.some((cell) => cell.cellId === cellId && cell.round.round === round))
      remarks.push(`${cellId}, round ${round}: worker ${worker} left no samples (${cause})`);
  }
  return cells;
};
