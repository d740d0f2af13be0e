/** Report: whatever the run left in the bucket, good or bad, becomes report.json, .html, .md and .csv. */
import type { GenericSchema } from 'valibot';
import { messageOf, InputError, nameAndCause } from '../core/errors.ts';
import { isTrialKey, logsPrefix, reportKey, trialsPrefix, tuningsPrefix, verifyKey } from '../core/keys.ts';
import { known } from '../core/known.ts';
import type { Output } from '../core/schema/fields.ts';
import { targetLogs } from '../core/schema/logs.ts';
import type { FinishInput, ReportOutput } from '../core/schema/outcome.ts';
import { verifications as stored } from '../core/schema/plan.ts';
import { buildReport } from '../core/report/build.ts';
import { renderCsv } from '../core/report/csv.ts';
import { renderHtml } from '../core/report/html/page.ts';
import { renderMarkdown } from '../core/report/markdown.ts';
import type { KnownArchitecture } from '../core/report/build.ts';
import type { Report } from '../core/schema/report.ts';
import { viewOf } from '../core/report/view.ts';
import { crossedInShort } from '../core/report/thresholds.ts';
import type { Clock, ObjectStore } from '../ports/index.ts';
import type { Plan } from '../core/schema/plan.ts';
import { storedTuning } from '../core/schema/tuning.ts';
import { trial } from '../core/schema/trial.ts';
import { inParallel, readPlan } from './stored.ts';
import { readCells, readOrRemark } from './report-cells.ts';

export interface ReportDeps {
  readonly store: ObjectStore;
  readonly clock: Pick<Clock, 'wallTime'>;
  /** The manifest's rows, for titles and reference figures. */
  readonly architectures: readonly KnownArchitecture[];
}

const outcomeOf = ({ error }: FinishInput): Report['outcome'] => {
  if (error === undefined) return { ok: true };
  return {
    ok: false,
    error: error.Error,
    ...(error.Cause === undefined ? {} : { cause: messageOf(error.Cause) }),
  };
};

/** Without a failed request and whole, as the state machine's output has it. */
const isClean = ({ state, valid, requests }: Report['targets'][number]): boolean =>
  state === 'measured' && valid && requests.failed === 0;

/** Writes report.json first: it is the record, the others are made of it. */
const writeReport = async (store: ObjectStore, report: Report): Promise<void> => {
  const { runId } = report;
  const view = viewOf(report);
  await store.put(reportKey(runId, 'json'), JSON.stringify(report));
  await Promise.all([
    store.put(reportKey(runId, 'html'), renderHtml(view)),
    store.put(reportKey(runId, 'md'), renderMarkdown(view)),
    store.put(reportKey(runId, 'csv'), renderCsv(view)),
  ]);
};

const readsAtOnce = 16;

/** What a part of the run left: its objects, and a remark where the part itself ended early. */
const readPart = async <S extends GenericSchema>(
  store: ObjectStore,
  keys: readonly string[],
  schema: S,
  error: FinishInput['error'],
  what: string,
  remarks: string[],
): Promise<readonly Output<S>[]> => {
  if (error !== undefined) remarks.push(`${what}: ${nameAndCause(error.Error, error.Cause)}`);
  const found = await inParallel(keys, readsAtOnce, (key) => readOrRemark(store, key, schema, remarks));
  return found.flatMap((one) => one ?? []);
};

/**
 * The report of whatever a run left, with its plan, not written anywhere: of one whose command was killed as well, from its plan and
 * samples alone, with what is missing among its remarks.
 * @throws InputError when no run is named or the run has no plan: then there is nothing to report on
 */
export const gatherReport = async (
  { store, clock, architectures }: ReportDeps,
  input: FinishInput,
): Promise<{ readonly report: Report; readonly plan: Plan }> => {
  const { runId } = input;
  if (runId === undefined) {
    throw new InputError(
      'runId',
      undefined,
      'the id of a run that Plan has planned',
      'Plan failed before it made one',
    );
  }
  const plan = await readPlan(store, runId);
  const remarks: string[] = [];
  const verifications = await readOrRemark(store, verifyKey(runId), stored, remarks);
  const absent = verifications === undefined && remarks.length === 0;
  const cells = await readCells(store, runId, plan.load, remarks);
  if (absent && cells.length > 0) {
    remarks.push('the results of verification are missing: whether the targets count right is not known');
  }
  const { logsError, coldStartsError, tuningError } = input;
  const [logKeys, trialKeys, tuningKeys] = await Promise.all([
    store.list(logsPrefix(runId)),
    store.list(trialsPrefix(runId)).then((keys) => keys.filter(isTrialKey)),
    store.list(tuningsPrefix(runId)),
  ]);
  const unread = 'the log lines of the functions were not read';
  const logs = await readPart(store, logKeys, targetLogs, logsError, unread, remarks);
  const early = 'forcing cold starts ended early';
  const trials = await readPart(store, trialKeys, trial, coldStartsError, early, remarks);
  const tunings = await readPart(store, tuningKeys, storedTuning, tuningError, 'tuning ended early', remarks);
  const finishedAt = new Date(clock.wallTime()).toISOString();
  const outcome = outcomeOf(input);
  const report = buildReport({
    plan,
    verifications: verifications ?? [],
    cells,
    logs,
    trials,
    tunings,
    remarks,
    finishedAt,
    outcome,
    architectures,
  });
  return { report, plan };
};

/** @throws InputError as gatherReport */
export const makeReport = async (
  deps: ReportDeps,
  input: FinishInput,
): Promise<{ readonly report: Report; readonly output: ReportOutput }> => {
  const { report } = await gatherReport(deps, input);
  await writeReport(deps.store, report);
  const { runId } = report;
  const clean = report.targets.filter(isClean).map(({ id }) => id);
  return {
    report,
    output: {
      runId,
      reportKey: reportKey(runId, 'json'),
      htmlKey: reportKey(runId, 'html'),
      measured: clean,
      failed: report.targets.map(({ id }) => id).filter((id) => !clean.includes(id)),
      ...known({
        recommended: report.recommendation?.best,
        crossed: report.crossed && crossedInShort(report.crossed),
      }),
    },
  };
};
