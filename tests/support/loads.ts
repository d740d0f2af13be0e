import type { ClosedLoad, OpenLoad } from '../../src/core/schema/load.ts';

/** The defaults. */
export const closedLoad: ClosedLoad = {
  model: 'closed',
  requests: 150,
  concurrency: 1,
  warmup: 10,
  timeoutMs: 10_000,
};

export const openLoad: OpenLoad = {
  model: 'open',
  rate: 100,
  durationSeconds: 60,
  warmup: 10,
  timeoutMs: 10_000,
  maxConnections: 100,
};
