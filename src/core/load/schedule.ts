import { bisectRight, cumsum, range, sum } from 'd3-array';
import { type Arrivals, type LoadProfile, openSends, type Phase, sendsIn } from '../schema/load.ts';
import { createRandom } from '../stats/random.ts';

/**
 * The planned sends of one worker in the open model: send i of the worker is send `worker + i * workers` of the cell, so
 * that all workers' sends are the cell's, whatever its profile. Computed, never summed up, so that no rounding error grows.
 */
export interface OpenSchedule {
  readonly count: number;
  /** Milliseconds after the common start. */
  plannedMs(index: number): number;
}

export interface OpenShare extends Omit<Arrivals, 'rate'> {
  /** Requests per second of all workers together; with a profile its highest. */
  readonly totalRate: number;
  readonly worker: number;
  readonly workers: number;
}

export const openSchedule = ({ totalRate, worker, workers, ...cell }: OpenShare): OpenSchedule => {
  const { durationSeconds, profile = [{ rate: totalRate, seconds: durationSeconds }], poissonSeed } = cell;
  const count = openSends({ ...cell, rate: totalRate });
  const dueMs = dueTimes(profile);
  const placeOf = poissonSeed === undefined ? (i: number) => i : randomPlaces(count, poissonSeed);
  // Planned sends are whole and the profile's integral is not: random places are spread over all of it.
  const scale = poissonSeed === undefined ? 1 : sum(profile, sendsIn);
  return {
    count: dealt(count, worker, workers),
    plannedMs: (index) => dueMs(placeOf(worker + index * workers) * scale),
  };
};

/**
 * When so many sends are due, in milliseconds: the inverse of the rate's integral. In a phase whose rate goes from a to b
 * in s seconds, y sends are due at the root t of a t + (b - a) t^2 / 2s = y, in the form that divides nothing by b - a.
 */
const dueTimes = (profile: readonly Phase[]): ((sends: number) => number) => {
  const startMs = cumsum([0, ...profile.map(({ seconds }) => seconds * 1000)]);
  const before = cumsum([0, ...profile.map(sendsIn)]);
  const sending = range(profile.length).filter((i) => (before[i + 1] ?? 0) > (before[i] ?? 0));
  const beforeSending = sending.map((i) => before[i] ?? 0);
  return (sends) => {
    const at = sending[bisectRight(beforeSending, sends) - 1] ?? 0;
    const { rate: from, toRate = from, seconds } = profile[at] ?? { rate: 0, seconds: 1 };
    const left = sends - (before[at] ?? 0);
    if (left === 0) return startMs[at] ?? 0;
    const root = Math.sqrt(Math.max(0, from * from + (2 * (toRate - from) * left) / seconds));
    return (startMs[at] ?? 0) + (2000 * left) / (from + root);
  };
};

/**
 * Where the `count` sends of a Poisson process fall, of which only their number is given: as many uniform numbers in
 * their order, which are the partial sums of `count + 1` exponential gaps over their total (Devroye 1986, V.3.1). From 0
 * to 1; the relative error of a million sums is below 1e-9.
 */
const randomPlaces = (count: number, seed: number): ((index: number) => number) => {
  const random = createRandom(seed);
  const sums = cumsum(Float64Array.from({ length: count + 1 }, () => -Math.log(1 - random())));
  return (index) => (sums[index] ?? 0) / (sums[count] ?? 1);
};

/** How many of `total` fall to `worker` of `workers` when they are dealt out one by one, starting with worker 0. */
export const dealt = (total: number, worker: number, workers: number): number =>
  Math.max(0, Math.ceil((total - worker) / workers));

/**
 * The part of a cell's load that one of several workers carries. Shares add up to the whole in requests, warm-up and
 * concurrency. `workers` may not exceed the concurrency (closed) or the planned sends (open), else some share is 0.
 */
export const shareOf = (load: LoadProfile, worker: number, workers: number): LoadProfile => {
  const warmup = dealt(load.warmup, worker, workers);
  if (load.model === 'open') {
    const maxConnections = Math.max(1, dealt(load.maxConnections, worker, workers));
    return { ...load, rate: load.rate / workers, warmup, maxConnections };
  }
  const requests = dealt(load.requests, worker, workers);
  return { ...load, requests, warmup, concurrency: dealt(load.concurrency, worker, workers) };
};
