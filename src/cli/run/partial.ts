/** A report of whatever a run left behind, made here because the state machine could not make it. */
import { systemClock } from '../../adapters/system/clock.ts';
import { makeReport } from '../../app/report.ts';
import { cellsPrefix, planKey } from '../../core/keys.ts';
import type { KnownArchitecture } from '../../core/report/target-report.ts';
import type { Report } from '../../core/report/types.ts';
import type { ObjectStore } from '../../ports/index.ts';

/**
 * Writes the reports beside the copied objects.
 * @param why the run ended early, in words for the report's face
 * @returns undefined where there is nothing to report: no plan, or no sample yet
 */
export const writePartialReport = async (
  store: ObjectStore,
  runId: string,
  why: string,
  architectures: readonly KnownArchitecture[],
): Promise<Report | undefined> => {
  const [plan, parts] = await Promise.all([store.get(planKey(runId)), store.list(cellsPrefix(runId))]);
  if (plan === undefined || parts.length === 0) return undefined;
  const error = { Error: 'RunCutShort', Cause: why };
  return (await makeReport({ store, clock: systemClock, architectures }, { runId, error })).report;
};
