/** CollectLogs: what the platform's log lines say of each target, as far as they have come in. */
import { messageOf } from '../core/errors.ts';
import { cellsPrefix, logsKey, parsePartKey, verifyKey } from '../core/keys.ts';
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
} from '../core/logs/sections.ts';
import { type JoinedRequest, type LogSection, mostJoined, type TargetLogs } from '../core/schema/logs.ts';
import { samplePart } from '../core/schema/part.ts';
import { type Plan, verifications } from '../core/schema/plan.ts';
import type { Target } from '../core/schema/target.ts';
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

/** What was sent to each target: verified and loaded. */
const tallyTargets = async (
  store: ObjectStore,
  { runId, targets }: Plan,
  remarks: string[],
): Promise<ReadonlyMap<string, Tally>> => {
  const tallies = new Map(targets.filter(isLogged).map(({ id }) => [id, noTally] as const));
  const add = (id: string, tally: Tally): void => {
    const before = tallies.get(id);
    if (before !== undefined) tallies.set(id, addTallies(before, tally));
  };
  for (const one of (await readOrRemark(store, verifyKey(runId), verifications, remarks)) ?? [])
    add(one.targetId, { sent: one.sent, expected: one.acknowledged, joinable: [] });
  const targetOf = (key: string): string => parsePartKey(key)?.cellId.split('@')[0] ?? '';
  const keys = (await store.list(cellsPrefix(runId))).filter((key) => tallies.has(targetOf(key)));
  const read = (key: string) => readOrRemark(store, key, samplePart, remarks);
  for await (const [key, part] of readAhead(keys, partsAtOnce, read))
    if (part !== undefined) add(targetOf(key), tallyOf(part));
  return tallies;
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
  const joinable = chosen(tally.joinable, mostJoined);
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

const sourcesOf = ({ logGroup, copy }: Target, loaded: Tally): Source[] => [
  ...(logGroup === undefined ? [] : [{ name: 'live', logGroup, tally: loaded } as const]),
  ...(copy === undefined ? [] : [{ name: 'copy', logGroup: copy.logGroup, tally: noTally } as const]),
];

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
  const tallies = await tallyTargets(store, plan, remarks);
  const window = { fromMs: Date.parse(plan.createdAt), patientUntilMs: clock.now() + lagMs };
  const targets = plan.targets.filter(({ id }) => tallies.has(id));
  await inParallel(targets, groupsAtOnce, async (target) => {
    const { id } = target;
    const logs = await collectTarget(deps, target, sourcesOf(target, tallies.get(id) ?? noTally), window);
    await store.put(logsKey(runId, id), JSON.stringify({ ...logs, remarks: [...logs.remarks, ...remarks] }));
  });
  return { targets: targets.map(({ id }) => id) };
};
