/** How long a run still takes. */
import type { LoadProfile } from '../../core/schema/load.ts';
import { plannedRequests, timedTargets, type RunProgress } from './progress.ts';

/** Seconds around each cell for starting and ending its workers; a first guess that the run itself corrects. */
const overheadSeconds = 1;
/** For a target whose mean is not known yet. */
const guessedMeanMs = 20;

const loadSeconds = (load: LoadProfile, meanMs: number): number =>
  load.model === 'open'
    ? load.durationSeconds
    : ((load.requests + load.warmup) * meanMs) / 1000 / load.concurrency;

interface Work {
  readonly done: number;
  readonly open: number;
}

/** Expected seconds of the cells, the measured part and the rest apart. */
const work = (progress: RunProgress, load: LoadProfile, rounds: number): Work => {
  let done = 0;
  let open = 0;
  for (const id of timedTargets(progress)) {
    const mean = progress.verifications?.find(({ targetId }) => targetId === id)?.meanMs ?? guessedMeanMs;
    const seconds = loadSeconds(load, mean) + overheadSeconds;
    for (let round = 1; round <= rounds; round++) {
      const share = Math.min(1, (progress.cells.get(`${round}/${id}`)?.sent ?? 0) / plannedRequests(load));
      done += seconds * share;
      open += seconds * (1 - share);
    }
  }
  return { done, open };
};

/**
 * Seconds until the last cell is measured: what is planned from the verified means, scaled by how the cells so far kept to it.
 * @param elapsedSeconds since the first cell began; 0 before
 * @returns undefined while the plan is not known
 */
export const remainingSeconds = (progress: RunProgress, elapsedSeconds: number): number | undefined => {
  if (progress.plan === undefined) return undefined;
  const { done, open } = work(progress, progress.plan.load, progress.plan.rounds);
  // Before a twentieth is done, the pace says more about the start than about the run.
  const pace = done > (done + open) / 20 ? elapsedSeconds / done : 1;
  return open * pace;
};
