/** Cuts a cell's load into pieces that fit into one Lambda invocation and deals each piece out to workers. */
import { range } from 'd3-array';
import { type LoadProfile, openSends } from '../schema/load.ts';
import { dealt } from '../load/schedule.ts';

/** One generator may work this long; a function's invocation ends after 900 s. */
const segmentSeconds = 840;
/** How much slower than in its verification a target is expected to be at worst. */
const slowDownFactor = 2;

const connectionsPerWorker = 50;
const ratePerWorker = 500;
const maxWorkers = 200;

/** Generators that share one step: as few as can carry the load without delaying it. */
export const workersOf = (load: LoadProfile): number => {
  const wanted =
    load.model === 'open'
      ? Math.ceil(load.rate / ratePerWorker)
      : Math.min(Math.ceil(load.concurrency / connectionsPerWorker), load.requests);
  return Math.min(wanted, maxWorkers);
};

const plannedSends = (load: LoadProfile): number => (load.model === 'open' ? openSends(load) : load.requests);

/** Sends that one connection or rate gets done within a segment, at least 1. */
const sendsPerSegment = (load: LoadProfile, meanMs: number): number => {
  const sends =
    load.model === 'open'
      ? segmentSeconds * load.rate
      : (segmentSeconds * 1000 * load.concurrency) / (meanMs * slowDownFactor) - load.warmup;
  return Math.max(1, Math.floor(sends));
};

/** @param meanMs see segmentsOf */
export const segmentCountOf = (load: LoadProfile, meanMs: number): number =>
  Math.max(1, Math.ceil(plannedSends(load) / sendsPerSegment(load, meanMs)));

/**
 * The segments of a cell in their order; one when it fits. Their sends add up to the whole exactly. Each segment opens
 * new connections, so each starts with a warm-up of its own (open model: of at most half its sends).
 * @param meanMs of one request, one after another; sizes closed loads only. 0 stands for "not known": one segment
 */
export const segmentsOf = (load: LoadProfile, meanMs: number): readonly LoadProfile[] => {
  const sends = plannedSends(load);
  const count = segmentCountOf(load, meanMs);
  // Planned sends are rounded, so a slow rate may reach a little beyond what holds as many sends.
  const fits = load.model === 'closed' || load.durationSeconds <= segmentSeconds;
  if (count === 1 && fits) return [load];
  return range(count).map((i) => {
    const share = dealt(sends, i, count);
    if (load.model === 'closed') return { ...load, requests: share };
    return {
      ...load,
      durationSeconds: share / load.rate,
      warmup: Math.min(load.warmup, Math.floor(share / 2)),
    };
  });
};
