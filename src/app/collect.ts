/** CollectLogs: what the platform's log lines say of each target, as far as they have come in. */
import { messageOf } from '../core/errors.ts';
import { cellsPrefix, isTrialKey, logsKey, parsePartKey, trialsPrefix, verifyKey } from '../core/keys.ts';
import { known } from '../core/known.ts';
import { type LogRow, queries, requestsQuery } from '../core/logs/queries.ts';
import {
  addTallies,
  chosen,
  joinRequests,
  noTally,
  requestsIn,
  sectionOf,
  type Tally,
  tallyOf,
  tallyOfTrial,
} from '../core/logs/sections.ts';
import { type JoinedRequest, type LogSection, mostJoined, type TargetLogs } from '../core/schema/logs.ts';
import { samplePart } from '../core/schema/part.ts';
import { type Plan, verifications } from '../core/schema/plan.ts';
import type { Target } from '../core/schema/target.ts';
import { trial } from '../core/schema/trial.ts';
import type { Clock, LogQueries, LogQueryResult, ObjectStore } from '../ports/index.ts';
import { readOrRemark } from './report-cells.ts';
import { inParallel, readAhead, readPlan } from './stored.ts';

export interface CollectDeps {
  readonly store: ObjectStore;
  readonly queries: LogQueries;
  readonly clock: Clock;
}

/** Made by CollectLogs for the state machine, which has no use for it: the figures are in the bucket. */
export interface Collected {
  readonly targets: readonly string[];
}

/**
 * Lines of an invocation come in seconds after it, now and then a minute or more: so long after the beginning of this
 * state is waited for those that are missing, once for all targets. Then the missing share is reported.
 */
const lagMs = 120_000;
const betweenLooksMs = 5_000;
/** The platform's clock and the lab's are not the same one. */
const slackMs = 60_000;

/** With up to 4 queries each; an account may run 30 at once, other people's among them. */
const groupsAtOnce = 5;
const partsAtOnce = 8;

const isLogged = ({ logGroup, copy }: Target): boolean => (logGroup ?? copy) !== undefined;

/** What was sent to each function. */
type Tallies = Readonly<Record<JoinedRequest['source'], ReadonlyMap<string, Tally>>>;

const tallyAll = async (
  store: ObjectStore,
  { runId, targets }: Plan,
  remarks: string[],
): Promise<Tallies> => {
  const ids = targets.filter(isLogged).map(({ id }) => id);
  const [live, copy] = [new Map<string, Tally>(), new Map<string, Tally>()];
  const add = (to: Map<string, Tally>, id: string, tally: Tally): void => {
    to.set(id, addTallies(to.get(id) ?? noTally, tally));
  };
  for (const one of (await readOrRemark(store, verifyKey(runId), verifications, remarks)) ?? [])
    add(live, one.targetId, { sent: one.sent, expected: one.acknowledged, joinable: [] });
  const targetOf = (key: string): string => parsePartKey(key)?.cellId.split('@')[0] ?? '';
  const parts = (await store.list(cellsPrefix(runId))).filter((key) => ids.includes(targetOf(key)));
  const readPart = (key: string) => readOrRemark(store, key, samplePart, remarks);
  for await (const [key, part] of readAhead(parts, partsAtOnce, readPart))
    if (part !== undefined) add(live, targetOf(key), tallyOf(part));
  const trials = (await store.list(trialsPrefix(runId))).filter(isTrialKey);
  const readTrial = (key: string) => readOrRemark(store, key, trial, remarks);
  for await (const [, one] of readAhead(trials, partsAtOnce, readTrial))
    if (one !== undefined) add(copy, one.targetId, tallyOfTrial(one));
  return { live, copy };
};

/** One log group, and what the run sent to the function that writes to it. */
interface Source {
  readonly name: JoinedRequest['source'];
  readonly logGroup: string;
  readonly tally: Tally;
}

interface Window {
  readonly fromMs: number;
  /** When the lines that are missing are waited for no longer; of the clock's `now()`. */
  readonly patientUntilMs: number;
}

interface Read {
  readonly section: LogSection;
  readonly requests: readonly JoinedRequest[];
}

/** Asks again and again, until as many lines have come in as must come. */
const settledReports = async (
  { queries: asked, clock }: CollectDeps,
  { logGroup, tally }: Source,
  { fromMs, patientUntilMs }: Window,
): Promise<LogQueryResult> => {
  let scannedBytes = 0;
  for (;;) {
    const toMs = clock.wallTime() + slackMs;
    const result = await asked.run({ logGroup, text: queries.reports, fromMs, toMs });
    scannedBytes += result.scannedBytes;
    const complete = requestsIn(result.rows[0]) >= tally.expected;
    if (complete || clock.now() + betweenLooksMs > patientUntilMs) return { ...result, scannedBytes };
    await clock.sleepUntil(clock.now() + betweenLooksMs);
  }
};

const readSource = async (deps: CollectDeps, source: Source, window: Window): Promise<Read> => {
  const { name, logGroup, tally } = source;
  const { fromMs } = window;
  const settled = await settledReports(deps, source, window);
  const reports: LogRow = settled.rows[0] ?? {};
  const toMs = deps.clock.wallTime() + slackMs;
  const ask = (text: string): Promise<LogQueryResult> => deps.queries.run({ logGroup, text, fromMs, toMs });
  const joinable = chosen(tally.joinable, mostJoined[name]);
  const none: LogQueryResult = { rows: [], scannedBytes: 0 };
  const [coldStarts, volume, lines] = await Promise.all([
    ask(queries.coldStarts),
    ask(queries.volume),
    joinable.length === 0 ? none : ask(requestsQuery(joinable.map(({ requestId }) => requestId))),
  ]);
  const all = [settled, coldStarts, volume, lines];
  const answers = {
    reports,
    coldStarts: coldStarts.rows[0],
    volume: volume.rows[0],
    scannedBytes: all.reduce((sum, { scannedBytes }) => sum + scannedBytes, 0),
  };
  return {
    section: sectionOf(logGroup, answers, tally, name === 'live'),
    requests: joinRequests(name, lines.rows, joinable),
  };
};

const sourcesOf = ({ id, logGroup, copy }: Target, tallies: Tallies): Source[] => {
  const source = (name: Source['name'], group: string | undefined): Source[] =>
    group === undefined ? [] : [{ name, logGroup: group, tally: tallies[name].get(id) ?? noTally }];
  return [...source('live', logGroup), ...source('copy', copy?.logGroup)];
};

/** More lines than requests: they are in every figure of the section. */
const remarksOn = ({ logGroup, requests, sent }: LogSection): string[] =>
  requests <= sent
    ? []
    : [
        `${logGroup} has ${requests} REPORT lines, ${requests - sent} more than the run is known to have sent requests: the function was invoked by others as well, or a generator died before it stored what it sent`,
      ];

const collectTarget = async (
  deps: CollectDeps,
  { id }: Target,
  sources: readonly Source[],
  window: Window,
): Promise<TargetLogs> => {
  const remarks: string[] = [];
  const found = new Map<Source['name'], Read>();
  for (const source of sources) {
    try {
      found.set(source.name, await readSource(deps, source, window));
    } catch (error) {
      remarks.push(`the log group ${source.logGroup} could not be read: ${messageOf(error)}`);
    }
  }
  const [live, copy] = [found.get('live')?.section, found.get('copy')?.section];
  return known({
    schema: 'latency-lab.logs.v1' as const,
    targetId: id,
    live,
    copy,
    requests: [...found.values()].flatMap(({ requests }) => requests),
    remarks: [...remarks, ...(live === undefined ? [] : remarksOn(live))],
  });
};

/**
 * Writes what was found about each target that names a log group; one that cannot be read leaves a remark in its object.
 * @throws InputError for a run without a plan
 */
export const collect = async (
  deps: CollectDeps,
  { runId }: { readonly runId: string },
): Promise<Collected> => {
  const { store, clock } = deps;
  const plan = await readPlan(store, runId);
  if (plan.logs === false) return { targets: [] };
  const remarks: string[] = [];
  const tallies = await tallyAll(store, plan, remarks);
  const window = { fromMs: Date.parse(plan.createdAt), patientUntilMs: clock.now() + lagMs };
  const targets = plan.targets.filter(isLogged);
  await inParallel(targets, groupsAtOnce, async (target) => {
    const { id } = target;
    const logs = await collectTarget(deps, target, sourcesOf(target, tallies), window);
    await store.put(logsKey(runId, id), JSON.stringify({ ...logs, remarks: [...logs.remarks, ...remarks] }));
  });
  return { targets: targets.map(({ id }) => id) };
};
