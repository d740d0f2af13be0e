/** Reads a run's samples cell by cell and part by part: memory holds a few parts at a time, whatever the run's size. */
import type { GenericSchema } from 'valibot';
import { InputError, nameAndCause } from '../core/errors.ts';
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
import { type Output, readJson } from '../core/schema/fields.ts';
import { assignments } from '../core/schema/work.ts';
import { samplePart } from '../core/schema/part.ts';
import { CellFold, type CellSummary } from '../core/report/cell.ts';
import { type Death, latestParts, type PlannedWorker } from '../core/report/parts.ts';
import { caught } from '../core/schema/outcome.ts';
import type { ObjectStore } from '../ports/index.ts';
import { inParallel, readAhead } from './stored.ts';

/** Objects under way at once; a part of 5 s at full rate has about a megabyte. */
const readsAtOnce = 16;

/** undefined for no such object, and for one that cannot be read, which leaves a sentence among the remarks. */
export const readOrRemark = async <S extends GenericSchema>(
  store: ObjectStore,
  key: string,
  schema: S,
  remarks: string[],
): Promise<Output<S> | undefined> => {
  const text = await store.get(key);
  return text === undefined ? undefined : parseOrRemark(text, key, schema, remarks);
};

const parseOrRemark = <S extends GenericSchema>(
  text: string,
  key: string,
  schema: S,
  remarks: string[],
): Output<S> | undefined => {
  try {
    return readJson(schema, text, key);
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
  const planned = new Map<string, PlannedWorker[]>();
  await inParallel(keys, readsAtOnce, async (key) => {
    const step = (await readOrRemark(store, key, assignments, remarks)) ?? [];
    for (const assignment of step) {
      const { segment, worker, attempt } = assignment;
      const cell = planned.get(cellKey(assignment)) ?? [];
      planned.set(cellKey(assignment), cell);
      // Not the rest of it, which holds the whole target.
      cell.push({ segment, worker, attempt });
    }
  });
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

/** @throws InputError on an unreadable histogram */
const foldParts = async (
  store: ObjectStore,
  places: readonly PartPlace[],
  load: LoadProfile,
  remarks: string[],
): Promise<CellFold> => {
  const fold = new CellFold(load);
  const keys = places.map(partKey);
  for await (const [key, text] of readAhead(keys, readsAtOnce, (key) => store.get(key))) {
    // One at a time: as text a part is a third of what it is as numbers.
    const part = text === undefined ? undefined : parseOrRemark(text, key, samplePart, remarks);
    if (part !== undefined) fold.add(part);
  }
  return fold;
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
    const attempt = ofCell[0]?.attempt ?? 0;
    const workers = workersOfAttempt(planned.get(key), attempt);
    const own = deaths.filter((death) => cellKey(death) === key && death.attempt === attempt);
    try {
      const fold = await foldParts(store, ofCell, load, remarks);
      const cell = fold.summary(workers, own);
      if (cell !== undefined) cells.push(cell);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      remarks.push(`the samples of ${key} cannot be read: ${error.message}`);
    }
  }
  for (const { round, cellId, worker, cause } of deaths) {
    if (!cells.some((cell) => cell.cellId === cellId && cell.round.round === round))
      remarks.push(`${cellId}, round ${round}: worker ${worker} left no samples (${cause})`);
  }
  return cells;
};
