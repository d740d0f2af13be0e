/** Verify: shows that a target does what its kind promises before it is timed. */
import { InputError } from '../core/errors.ts';
import type { LoadProfile } from '../core/schema/load.ts';
import type { Plan, Verification, VerifyInput } from '../core/schema/plan.ts';
import type { Target, TargetKind } from '../core/schema/target.ts';
import { coldStartsIn, counterFault, hitsOf } from '../core/verify/counter.ts';
import type { Clock, ObjectStore, Connection, OpenConnection, ReplyHeaders } from '../ports/index.ts';
import { known } from '../core/known.ts';
import { readPlan } from './stored.ts';
import { judge } from '../core/load/judge.ts';
import { requestOf } from '../core/load/request.ts';

export interface VerifyDeps {
  readonly store: ObjectStore;
  readonly clock: Pick<Clock, 'now'>;
  /** @throws InputError for a target that cannot be sent to */
  readonly connectionOpener: (target: Target) => OpenConnection | Promise<OpenConnection>;
}

/** How many requests show a kind's promise: one after another, then `perConnection` on each of `connections` connections at once. */
interface Trial {
  readonly sequential: number;
  readonly connections: number;
  readonly perConnection: number;
}

/** Of a service of the lab. One that loses updates shows it only over several connections, however few the load will open. */
const full = { sequential: 10, concurrent: 40, fewestConnections: 5, mostConnections: 10 };

/**
 * As many connections as the load will open, within bounds: each may start an instance, which takes time on the way to the
 * first sample. A user's own URL may cost or change something with each request, so it gets only what its mean needs, and
 * where it is to be loaded over several connections, what shows its pace under them.
 */
const trialOf = (kind: Exclude<TargetKind, 'async-queue'>, load: LoadProfile): Trial => {
  const { fewestConnections, mostConnections } = full;
  if (kind !== 'url') {
    const wanted = load.model === 'closed' ? Math.max(fewestConnections, load.concurrency) : mostConnections;
    const connections = Math.min(wanted, mostConnections);
    return { ...full, connections, perConnection: Math.floor(full.concurrent / connections) };
  }
  const connections = load.model === 'closed' ? Math.min(load.concurrency, mostConnections) : 1;
  return { sequential: 3, connections, perConnection: connections === 1 ? 0 : 2 };
};

/** Answers that are awaited from a target that has given none yet; more would only be more time-outs. */
const patience = 3;
/** Milliseconds after which nothing more is sent; Verify itself ends after 300 s, a request after at most 60. */
const budgetMs = 200_000;
/** Headers that show what really answered. */
const headersOfInterest = ['x-architecture', 'x-cold', 'x-instance', 'server'];

const observedIn = (probes: readonly Probed[]): Readonly<Record<string, string>> => {
  const headers = probes.find((one) => one.headers !== undefined)?.headers;
  return Object.fromEntries(
    headersOfInterest.flatMap((name) => {
      const value = headers?.get(name);
      return value === undefined ? [] : [[name, value.slice(0, 200)]];
    }),
  );
};

const acknowledgedOf = (probes: readonly Probed[]): readonly Probed[] =>
  probes.filter(({ fault }) => fault === undefined);

const hitsIn = (probes: readonly Probed[]): readonly number[] => probes.flatMap(({ hits }) => hits ?? []);

/** The mean without the first, which may have waited for a cold start, unless it is the only one. */
const meanMsOf = (sequential: readonly Probed[]): number => {
  const warm = sequential.length > 1 ? sequential.slice(1) : sequential;
  return warm.reduce((sum, { ms }) => sum + ms, 0) / warm.length;
};

/** How a warm request did among those of all connections. The others' cold starts are not the target's pace. */
const burstOf = (concurrent: readonly Probed[], connections: number): Verification['burst'] => {
  const warm = acknowledgedOf(concurrent).filter(({ cold }) => cold !== true);
  if (connections < 2 || warm.length === 0) return undefined;
  return { connections, meanMs: warm.reduce((sum, { ms }) => sum + ms, 0) / warm.length };
};

/** All verifications of a run travel through the state machine's data together, which may not pass 256 KiB. */
const longestReason = 500;

const conclude = (
  target: Target,
  sequential: readonly Probed[],
  concurrent: readonly Probed[],
  connections: number,
): Verification => {
  const all = [...sequential, ...concurrent];
  const acknowledged = acknowledgedOf(all).length;
  const inTurn = acknowledgedOf(sequential);
  const coldStarts = coldStartsIn(sequential, concurrent);
  const facts = {
    targetId: target.id,
    sent: all.length,
    acknowledged,
    observed: observedIn(all),
    ...known({ coldStarts, burst: burstOf(concurrent, connections) }),
  };
  if (inTurn.length === 0) {
    const reason = `none of ${all.length} requests was acknowledged; the first: ${all[0]?.fault ?? 'not sent'}`;
    return { ...facts, ok: false, reason: reason.slice(0, longestReason) };
  }
  const meanMs = meanMsOf(inTurn);
  const fault = counterFault({
    sequential: hitsIn(sequential),
    concurrent: hitsIn(concurrent),
    unacknowledged: all.length - acknowledged,
  });
  return fault === undefined
    ? { ...facts, ok: true, meanMs }
    : { ...facts, ok: false, meanMs, reason: fault };
};

const unfit = (target: Target, reason: string): Verification => ({
  targetId: target.id,
  ok: false,
  sent: 0,
  acknowledged: 0,
  reason,
});

const findTarget = (plan: Plan, targetId: string): Target => {
  const target = plan.targets.find(({ id }) => id === targetId);
  if (target !== undefined) return target;
  throw new InputError(
    'targetId',
    targetId,
    `a target of the run: ${plan.targets.map(({ id }) => id).join(', ')}`,
  );
};

const runTrial = async (
  { clock, connectionOpener }: VerifyDeps,
  target: Target,
  trial: Trial,
  timeoutMs: number,
): Promise<Verification> => {
  const openConnection = await connectionOpener(target);
  const first = openConnection();
  const connections = [first, ...Array.from({ length: trial.connections - 1 }, openConnection)];
  const endMs = clock.now() + budgetMs;
  /** Sends up to `count` requests one after another; ends early when the target gives nothing or time is up. */
  const sendOn = async (connection: Connection, count: number): Promise<readonly Probed[]> => {
    const probes: Probed[] = [];
    while (probes.length < count && clock.now() < endMs) {
      if (probes.length >= patience && acknowledgedOf(probes).length === 0) break;
      probes.push(await probe(connection, target, timeoutMs));
    }
    return probes;
  };
  try {
    const sequential = await sendOn(first, trial.sequential);
    const fit = acknowledgedOf(sequential).length > 0;
    const concurrent = await Promise.all(
      fit ? connections.map((connection) => sendOn(connection, trial.perConnection)) : [],
    );
    return conclude(target, sequential, concurrent.flat(), trial.connections);
  } finally {
    for (const connection of connections) connection.close();
  }
};

/**
 * Never rejects because of the target: one that fails is reported with its reason and then not timed.
 * @throws InputError for a run or a target that Plan did not make
 */
export const verify = async (deps: VerifyDeps, { runId, targetId }: VerifyInput): Promise<Verification> => {
  const plan = await readPlan(deps.store, runId);
  const target = findTarget(plan, targetId);
  if (target.kind === 'async-queue')
    return unfit(
      target,
      'targets of kind "async-queue" cannot be verified and timed yet; leave it out of the run',
    );
  return runTrial(deps, target, trialOf(target.kind, plan.load), plan.load.timeoutMs);
};

/** What one request showed. */
export interface Probed {
  /** Milliseconds from sending to the whole answer; connecting is not in it. */
  readonly ms: number;
  /** Absent where no answer came. */
  readonly headers?: ReplyHeaders;
  /** By `x-cold`; absent where the answer does not say. */
  readonly cold?: boolean;
  /** N of an acknowledged request to a `sync-counter`. */
  readonly hits?: number;
  /** Why the request is not acknowledged. */
  readonly fault?: string;
}

/** Sends the connection's request once and judges the answer as the measurement will. Never rejects. */
export const probe = async (connection: Connection, target: Target, timeoutMs: number): Promise<Probed> => {
  const { sentMs, endMs, result } = await connection.send(timeoutMs);
  const ms = endMs - sentMs;
  if ('error' in result) return { ms, fault: result.message };
  const { headers, body } = result;
  const expectation = { kind: target.kind, expectedStatus: requestOf(target).expectedStatus };
  const { cold, error } = judge(result, expectation);
  const seen = { ms, headers, ...(headers.get('x-cold') === undefined ? {} : { cold }) };
  if (error !== undefined) return { ...seen, fault: error.message };
  const hits = target.kind === 'sync-counter' ? hitsOf(body) : undefined;
  return { ...seen, ...known({ hits }) };
};
