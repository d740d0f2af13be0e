/** Cuts a cell's load into pieces that fit into one Lambda invocation and deals each piece out to workers. */
import { range } from 'd3-array';
import { InputError } from '../errors.ts';
import { type LoadProfile, openSends } from '../schema/load.ts';
import { dealt } from '../load/schedule.ts';
import { longestSendingMs } from './time-budget.ts';

/** How much slower than in its verification a target is expected to be at worst. */
const slowDownFactor = 2;

const connectionsPerWorker = 50;
const ratePerWorker = 500;
/** A function may have 1,024 files open, connections among them; the rest is for the store, DNS and what Node needs. */
const mostConnectionsPerWorker = 900;
const maxWorkers = 200;

/**
 * Generators that share one step: as few as can carry the load without delaying it. An open load opens a connection per
 * request under way, up to its `maxConnections`, so there are enough of them to hold those. The bounds of a load
 * (10,000 connections) keep that below `maxWorkers`.
 */
export const workersOf = (load: LoadProfile): number => {
  const wanted =
    load.model === 'open'
      ? Math.max(load.rate / ratePerWorker, load.maxConnections / mostConnectionsPerWorker)
      : load.concurrency / connectionsPerWorker;
  return Math.max(1, Math.min(Math.ceil(wanted), plannedSends(load), maxWorkers));
};

/**
 * Only a closed load of very few requests asks for more: fewer workers than it would take, since each must have a request.
 * @throws InputError naming its concurrency
 */
export const requireFiles = (load: LoadProfile): void => {
  if (load.model === 'open') return;
  const connections = Math.min(load.concurrency, load.requests + load.warmup);
  if (Math.ceil(connections / workersOf(load)) <= mostConnectionsPerWorker) return;
  throw new InputError(
    'load.concurrency',
    load.concurrency,
    `at most ${mostConnectionsPerWorker} connections per generator, where ${load.requests} requests are work for ${workersOf(load)}`,
    'Ask for more requests, or for fewer connections',
  );
};

const plannedSends = (load: LoadProfile): number => (load.model === 'open' ? openSends(load) : load.requests);

/** Sends that fit into one invocation, at least 1. @param pace see segmentsOf */
const sendsPerSegment = (load: LoadProfile, pace: number): number => {
  const seconds = longestSendingMs(load.timeoutMs) / 1000;
  const sends = load.model === 'open' ? seconds * load.rate : (seconds * pace) / slowDownFactor - load.warmup;
  return Math.max(1, Math.floor(sends));
};

/** @param pace see segmentsOf */
export const segmentCountOf = (load: LoadProfile, pace: number): number =>
  Math.max(1, Math.ceil(plannedSends(load) / sendsPerSegment(load, pace)));

/**
 * The segments of a cell in their order; one when it fits, as a load with a profile always does. Their sends add up to
 * the whole exactly. Each segment opens new connections, so each starts with a warm-up of its own (open model: of at most
 * half its sends).
 * @param pace requests per second; sizes closed loads only. Infinity stands for "not known": one segment
 */
export const segmentsOf = (load: LoadProfile, pace: number): readonly LoadProfile[] => {
  const sends = plannedSends(load);
  const count = segmentCountOf(load, pace);
  // Planned sends are rounded, so a slow rate may reach a little beyond what holds as many sends.
  const fits = load.model === 'closed' || load.durationSeconds * 1000 <= longestSendingMs(load.timeoutMs);
  if (count === 1 && fits) return [load];
  return range(count).map((i) => {
    const share = dealt(sends, i, count);
    if (load.model === 'closed') return { ...load, requests: share };
    return {
      ...load,
      durationSeconds: share / load.rate,
      // Other random times in each segment.
      ...(load.poissonSeed === undefined ? {} : { poissonSeed: (load.poissonSeed + i) % 2 ** 32 }),
      warmup: Math.min(load.warmup, Math.floor(share / 2)),
    };
  });
};
