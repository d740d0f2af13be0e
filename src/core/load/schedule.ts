import { type LoadProfile, openSends } from '../schema/load.ts';

/**
 * The planned sends of one worker in the open model: send i of the worker is send `worker + i * workers` of the cell,
 * planned at that number divided by the cell's rate. Computed, never summed up, so that no rounding error grows.
 */
export interface OpenSchedule {
  readonly count: number;
  /** Milliseconds after the common start. */
  plannedMs(index: number): number;
}

export interface OpenShare {
  /** Requests per second of all workers together. */
  readonly totalRate: number;
  readonly durationSeconds: number;
  readonly worker: number;
  readonly workers: number;
}

export const openSchedule = ({ totalRate, durationSeconds, worker, workers }: OpenShare): OpenSchedule => ({
  count: dealt(openSends({ rate: totalRate, durationSeconds }), worker, workers),
  plannedMs: (index) => ((worker + index * workers) * 1000) / totalRate,
});

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
