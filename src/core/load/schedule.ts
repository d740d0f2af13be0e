import { dealt } from './share.ts';

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
  count: dealt(Math.round(totalRate * durationSeconds), worker, workers),
  plannedMs: (index) => ((worker + index * workers) * 1000) / totalRate,
});
