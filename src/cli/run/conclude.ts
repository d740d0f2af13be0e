/** Ends a run for the user: what was measured, where it is, and whether it was what they asked for. */
import { join } from 'node:path';
import { systemClock } from '../../adapters/system.ts';
import { makeReport } from '../../app/report.ts';
import { nameAndCause } from '../../core/errors.ts';
import { cellsPrefix, planKey, reportKey } from '../../core/keys.ts';
import type { KnownArchitecture } from '../../core/report/build.ts';
import type { Report } from '../../core/schema/report.ts';
import { viewOf } from '../../core/report/view.ts';
import { problemsOf, thresholdCrossed } from '../../core/report/thresholds.ts';
import { recommendationSentence } from '../../core/report/recommendation.ts';
import { readManifest } from '../../local/deploy/build.ts';
import type { ObjectStore } from '../../ports/index.ts';
import type { ExecutionState } from '../aws/executions.ts';
import type { Context } from '../context.ts';
import type { ResultValues } from './request.ts';
import { shownPath, summaryTable } from '../text.ts';

export interface Results {
  readonly runId: string;
  readonly out: string;
  readonly files: ObjectStore;
  readonly wanted: ResultValues;
}

export const causeOf = ({ status, error = status, cause }: ExecutionState): string =>
  nameAndCause(error, cause);

const ownReport = async ({ files, runId }: Results): Promise<Report | undefined> => {
  const text = await files.get(reportKey(runId, 'json'));
  return text === undefined ? undefined : (JSON.parse(text) as Report);
};

/** Prints the headline, the table and where everything is; warns of every target that has no full result. */
export const printReport = (context: Context, { out, wanted }: Results, report: Report): void => {
  const { print, terminal } = context;
  const view = viewOf(report);
  const page = shownPath(join(out, 'report.html'));
  const advice = recommendationSentence(report.recommendation);
  const headline = [view.title, ...(advice === undefined ? [] : [advice])].map((sentence) => `${sentence}.`);
  print(
    wanted.json
      ? `${JSON.stringify(report, null, 2)}\n`
      : `${headline.join('\n')}\n\n${summaryTable(view)}\nReport: ${page}\n`,
  );
  for (const problem of view.problems) terminal.say(`${terminal.style.red('!')} ${problem}`);
  if (view.face !== undefined) terminal.say(terminal.style.dim(`${view.face}.`));
};

/** A run that ended by itself. @returns the exit code */
export const concludeEnded = async (
  context: Context,
  results: Results,
  state: ExecutionState,
): Promise<number> => {
  const report = await ownReport(results);
  const { terminal } = context;
  if (report !== undefined) printReport(context, results, report);
  if (state.status !== 'SUCCEEDED' && state.error !== thresholdCrossed) {
    terminal.say(`${terminal.style.red('The run failed:')} ${causeOf(state)}`);
    return 1;
  }
  if (report === undefined)
    throw new Error(`the run ended without a report; its objects are in ${shownPath(results.out)}`);
  const said = problemsOf(report);
  for (const sentence of report.crossed ?? [])
    if (!said.includes(sentence)) terminal.say(`${terminal.style.red('Threshold crossed:')} ${sentence}`);
  return state.status === 'SUCCEEDED' ? 0 : 1;
};

/**
 * A report of whatever a run left behind, beside the copied objects, because the state machine could not make it.
 * @param why the run ended early, in words for the report's face
 * @returns undefined where there is nothing to report: no plan, or no sample yet
 */
export const partialReport = async (
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

/** A run that was cut short: what was measured until then is reported and kept. */
export const concludePartial = async (context: Context, results: Results, why: string): Promise<void> => {
  const { terminal } = context;
  terminal.say(`${terminal.style.red('The run was cut short:')} ${why}`);
  const report = await partialReport(
    results.files,
    results.runId,
    why,
    (await readManifest(context.root)).architectures,
  );
  if (report === undefined) terminal.say('Nothing had been measured yet.');
  else printReport(context, results, report);
};
