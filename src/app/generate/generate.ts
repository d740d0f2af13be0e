import { InputError } from '../../core/errors.ts';
import { openSchedule } from '../../core/load/schedule.ts';
import { reserveMs, startLeadMs } from '../../core/schedule/time-budget.ts';
import type { GenerateInput, GenerateOutput, WorkerAssignment } from '../../core/schema/work.ts';
import type { SelfReport } from '../../core/schema/part.ts';
import type { Clock, ObjectStore, StartPacer, WatchVitals } from '../../ports/index.ts';
import { type SecretConnectionDeps, secretOpener } from '../secrets.ts';
import { driveClosed, type Drive, type Driven } from './closed.ts';
import { idleLagP99Ms, noPlan } from './kept-plan.ts';
import { driveOpen } from './open.ts';
import { SamplesLostError, Session } from './session.ts';

export interface GenerateDeps extends SecretConnectionDeps {
  readonly store: ObjectStore;
  readonly watchVitals: WatchVitals;
  readonly startPacer: StartPacer;
}

/** The surroundings of one invocation. */
export interface Surroundings {
  /** Milliseconds until the function's own timeout. */
  readonly remainingMs: number;
  readonly coldStart: boolean;
  readonly memoryMb: number;
  readonly node: string;
}

export interface Generated {
  readonly output: GenerateOutput;
  readonly self: SelfReport;
}

/** Closed model: the longest pause for storing a part. */
const maxPauseMs = 1000;

/** What sends a load, and how long before its start it must be told of it. */
interface Sender {
  readonly leadMs: number;
  readonly idle?: Pick<SelfReport, 'idleLagP99Ms'>;
  readonly send: (startMs: number, how: Drive) => Promise<Driven>;
  readonly end: () => void;
}

/** Milliseconds for handing a list of planned times to the pacer. */
const openLeadMs = 20;

const senderOf = async (
  { clock, startPacer }: GenerateDeps,
  { load, worker, workers, totalRate }: WorkerAssignment,
): Promise<Sender> => {
  if (load.model === 'closed')
    return { leadMs: 0, send: (_, how) => driveClosed(load, how), end: () => undefined };
  const schedule = openSchedule({ ...load, totalRate: totalRate ?? load.rate * workers, worker, workers });
  const pacer = await startPacer();
  return {
    leadMs: openLeadMs,
    idle: { idleLagP99Ms: await idleLagP99Ms(clock, pacer) },
    send: (startMs, how) => driveOpen(load, schedule, startMs, { ...how, pacer }),
    end: () => {
      pacer.end();
    },
  };
};

/** Waits until `leadMs` before the common start. A worker that comes too late begins as soon as it can. */
const awaitStart = async (
  clock: Clock,
  input: GenerateInput,
  leadMs: number,
): Promise<{ startMs: number; lateMs: number }> => {
  const soonestMs = clock.now() + leadMs;
  if (input.assignment.workers === 1 || input.enteredAt === undefined)
    return { startMs: soonestMs, lateMs: 0 };
  const enteredAt = Date.parse(input.enteredAt);
  if (Number.isNaN(enteredAt)) throw new InputError('enteredAt', input.enteredAt, 'an ISO 8601 time');
  // The clocks of two machines may differ; nobody waits longer than the lead.
  const waitMs = Math.min(startLeadMs, enteredAt + startLeadMs - clock.wallTime());
  const startMs = clock.now() + waitMs;
  if (startMs <= soonestMs) return { startMs: soonestMs, lateMs: soonestMs - startMs };
  await clock.sleepUntil(startMs - leadMs);
  return { startMs, lateMs: 0 };
};

/** Parts are stored in the background of an open load, and between two requests of a closed one. */
const booking = (clock: Clock, session: Session, closed: boolean): Pick<Drive, 'onSent' | 'between'> => ({
  onSent: (sent) => {
    session.record(sent);
    if (!closed) void session.flushWhenDue();
  },
  between: () => {
    const flushed = session.flushWhenDue();
    return flushed && Promise.race([flushed, clock.sleepUntil(clock.now() + maxPauseMs)]);
  },
});

/**
 * Measures one worker's share of a cell and stores it in parts. What was measured is stored also when sending fails.
 * @throws InputError on a target that cannot be sent to; SamplesLostError when the store stays unreachable.
 */
export const generate = async (
  deps: GenerateDeps,
  input: GenerateInput,
  surroundings: Surroundings,
): Promise<Generated> => {
  const { clock } = deps;
  const { load, target } = input.assignment;
  const stopAtMs = clock.now() + surroundings.remainingMs - reserveMs(load.timeoutMs);
  const isFresh = load.connection === 'fresh';
  const httpConnection: GenerateDeps['httpConnection'] = (request) =>
    deps.httpConnection(isFresh ? { ...request, fresh: true } : request);
  const openConnection = await secretOpener({ ...deps, httpConnection }, target);
  const mayGoOn = (): boolean => clock.now() < stopAtMs;
  const sender = await senderOf(deps, input.assignment);
  try {
    return await measure(deps, input, sender, { clock, openConnection, mayGoOn }, surroundings);
  } finally {
    sender.end();
  }
};

const measure = async (
  { clock, store, watchVitals }: GenerateDeps,
  input: GenerateInput,
  { leadMs, send, idle }: Sender,
  how: Pick<Drive, 'clock' | 'openConnection' | 'mayGoOn'>,
  { remainingMs: _, ...process }: Surroundings,
): Promise<Generated> => {
  const { load, worker } = input.assignment;
  const { startMs, lateMs } = await awaitStart(clock, input, leadMs);
  const session = new Session(input.assignment, clock, store, startMs);
  const endWatch = watchVitals();
  try {
    const sent = await send(startMs, { ...how, ...booking(clock, session, load.model === 'closed') });
    const self: SelfReport = {
      ...session.sending(),
      ...(sent.kept ?? noPlan),
      ...idle,
      ...endWatch(),
      ...process,
      startedLateMs: lateMs,
    };
    const { unsent } = sent;
    await session.finish(unsent, self);
    return { output: { worker, parts: session.parts, ...session.totals, unsent }, self };
  } catch (error) {
    if (!(error instanceof SamplesLostError)) await session.abandon();
    throw error;
  }
};
