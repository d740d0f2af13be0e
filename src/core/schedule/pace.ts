/** How fast a closed load is expected to go: its requests are sent when answers come, so only a guess can size it. */
import type { LoadProfile } from '../schema/load.ts';
import type { Verification } from '../schema/plan.ts';
import type { Target } from '../schema/target.ts';

type Seen = Pick<Verification, 'meanMs' | 'burst'>;

/**
 * Milliseconds of one request among `concurrency` under way. What Verify's burst took longer than a lonely request is
 * put down to waiting in turn for something shared (a lock, a store, a CPU), which grows with everyone else under way:
 * m(c) = m(1) + s (c - 1), the Universal Scalability Law (Gunther) without its term of coherency. Its throughput,
 * c / m(c), approaches 1 / s.
 */
const meanMsAt = (concurrency: number, { meanMs, burst }: Seen & { readonly meanMs: number }): number => {
  const shared = burst === undefined ? 0 : Math.max(0, burst.meanMs - meanMs) / (burst.connections - 1);
  return meanMs + shared * (concurrency - 1);
};

/**
 * Requests per second of all connections together; Infinity where nothing is known, and for an open load, which keeps its
 * own time. Never above the target's `maxRate`.
 */
export const paceOf = (
  load: LoadProfile,
  { maxRate = Infinity }: Pick<Target, 'maxRate'>,
  seen: Seen = {},
): number => {
  if (load.model === 'open') return Infinity;
  const { meanMs = 0 } = seen;
  if (meanMs <= 0) return maxRate;
  return Math.min(maxRate, (load.concurrency * 1000) / meanMsAt(load.concurrency, { ...seen, meanMs }));
};
