import type { LoadProfile } from '../schema/load.ts';
import type { SamplePart } from '../sample-part.ts';
import { countErrors, countRequests } from './counts.ts';
import { countWorkers, type PlannedWorker, summariseGenerator } from './generator.ts';
import { summariseColdAndWarm } from './latency.ts';
import { encodeHistograms, mergeHistograms } from './merge-histograms.ts';
import { extentOf, timelineOf } from './timeline.ts';
import type { ErrorCount, RoundReport } from './types.ts';
import { judgeCell } from './validity.ts';

/** One target in one round, with the raw samples boiled down: what buildReport needs of it. */
export interface CellSummary {
  readonly cellId: string;
  readonly errors: readonly ErrorCount[];
  readonly round: RoundReport;
}

export const perSecond = (count: number, seconds: number): { throughputPerSecond?: number } =>
  seconds > 0 ? { throughputPerSecond: count / seconds } : {};

/**
 * Summarises the parts of one cell in one round. Figures come from the histograms, which are whole; the time line from
 * the raw samples.
 * @param parts of one round and cell, the latest attempt of each segment, at least one; ordered by worker and part
 * @param planned the workers that were assigned; default: as many as the parts themselves speak of
 * @throws InputError on an unreadable histogram
 */
export const summariseCell = (
  parts: readonly [SamplePart, ...SamplePart[]],
  load: LoadProfile,
  planned?: readonly PlannedWorker[],
): CellSummary => {
  const histograms = mergeHistograms(parts.map((part) => part.histograms));
  const response = summariseColdAndWarm(histograms.response);
  const p50 = response.warm?.quantiles.p50;
  const generator = summariseGenerator(parts, p50 !== undefined && 'ms' in p50 ? p50.ms : undefined);
  const workers = countWorkers(parts, planned);
  const requests = countRequests(parts);
  const extent = extentOf(parts);
  const seconds = extent?.seconds ?? 0;
  return {
    cellId: parts[0].cellId,
    errors: countErrors(parts),
    round: {
      round: parts[0].round,
      ...(extent === undefined ? {} : { startedAt: new Date(extent.startMs).toISOString() }),
      seconds,
      requests,
      ...perSecond(requests.ok, seconds),
      response,
      workers,
      ...(generator === undefined ? {} : { generator }),
      ...judgeCell(
        { workers, unsent: requests.unsent, ...(generator === undefined ? {} : { generator }) },
        load,
      ),
      timeline: timelineOf(parts, extent),
      histograms: encodeHistograms(histograms),
    },
  };
};
