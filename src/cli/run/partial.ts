/** A report of whatever a run left behind, made here because the state machine could not make it. */
import { cellsPrefix, planKey, reportKey, verifyKey } from '../../core/keys.ts';
import type { Plan, SamplePart, Verification } from '../../core/payloads.ts';
import { buildReport, summariseParts } from '../../core/report/build.ts';
import { renderHtml } from '../../core/report/html/page.ts';
import type { Report } from '../../core/report/types.ts';
import type { ObjectStore } from '../../ports/index.ts';

const read = async <T>(store: ObjectStore, key: string): Promise<T | undefined> => {
  const text = await store.get(key);
  return text === undefined ? undefined : (JSON.parse(text) as T);
};

const readParts = async (store: ObjectStore, runId: string): Promise<SamplePart[]> => {
  const parts: SamplePart[] = [];
  for (const key of await store.list(cellsPrefix(runId))) {
    const part = await read<SamplePart>(store, key);
    if (part !== undefined) parts.push(part);
  }
  return parts;
};

/**
 * Writes report.json and report.html beside the copied objects.
 * @param why the run ended early, in words for the report's face
 * @returns undefined where there is nothing to report: no plan, or no sample yet
 */
export const writePartialReport = async (
  store: ObjectStore,
  runId: string,
  why: string,
): Promise<Report | undefined> => {
  const plan = await read<Plan>(store, planKey(runId));
  if (plan === undefined) return undefined;
  const parts = await readParts(store, runId);
  if (parts.length === 0) return undefined;
  const report = buildReport({
    plan,
    verifications: (await read<Verification[]>(store, verifyKey(runId))) ?? [],
    cells: summariseParts(parts, plan),
    finishedAt: new Date().toISOString(),
    outcome: { ok: false, error: 'RunCutShort', cause: why },
  });
  await store.put(reportKey(runId, 'json'), JSON.stringify(report));
  await store.put(reportKey(runId, 'html'), renderHtml(report));
  return report;
};
