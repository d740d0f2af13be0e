import { InputError } from '../../core/errors.ts';
import { openSchedule } from '../../core/load/schedule.ts';
import { reserveMs, startLeadMs } from '../../core/schedule/time-budget.ts';
import type { GenerateInput, GenerateOutput, WorkerAssignment } from '../../core/schema/work.ts';
import type { SelfReport } from '../../core/schema/part.ts';
import type { Clock, ObjectStore, WatchVitals } from '../../ports/index.ts';
import { type SecretConnectionDeps, secretOpener } from '../secrets.ts';
import { driveClosed, type Drive, type Driven } from './closed.ts';
import { driveOpen } from './open.ts';
import { SamplesLostError, Session } from './session.ts';

export interface GenerateDeps extends SecretConnectionDeps {
  readonly store: ObjectStore;
  readonly watchVitals: WatchVitals;
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

/** Waits for the common start. A worker that comes too late begins at once. */
const awaitStart = async (
  clock: Clock,
  input: GenerateInput,
): Promise<{ startMs: number; lateMs: number }> => {
  const nowMs = clock.now();
  if (input.assignment.workers === 1 || input.enteredAt === undefined) return { startMs: nowMs, lateMs: 0 };
  const enteredAt = Date.parse(input.enteredAt);
  if (Number.isNaN(enteredAt)) throw new InputError('enteredAt', input.enteredAt, 'an ISO 8601 time');
  // The clocks of two machines may differ; nobody waits longer than the lead.
  const waitMs = Math.min(startLeadMs, enteredAt + startLeadMs - clock.wallTime());
  if (waitMs <= 0) return { startMs: nowMs, lateMs: -waitMs };
  await clock.sleepUntil(nowMs + waitMs);
  return { startMs: nowMs + waitMs, lateMs: 0 };
};

const drive = (assignment: WorkerAssignment, startMs: number, how: Drive): Promise<Driven> => {
  const { load, worker, workers } = assignment;
  if (load.model === 'closed') return driveClosed(load, how);
  const totalRate = assignment.totalRate ?? load.rate * workers;
  const schedule = openSchedule({ totalRate, durationSeconds: load.durationSeconds, worker, workers });
  return driveOpen(load, schedule, startMs, how);
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
  { remainingMs, ...process }: Surroundings,
): Promise<Generated> => {
  const { clock, store } = deps;
  const { assignment } = input;
  const { load, worker } = assignment;
  const stopAtMs = clock.now() + remainingMs - reserveMs(load.timeoutMs);
  const openConnection = await secretOpener(deps, assignment.target);
  const { startMs, lateMs } = await awaitStart(clock, input);
  const session = new Session(assignment, clock, store, startMs);
  const endWatch = deps.watchVitals();
  const mayGoOn = (): boolean => clock.now() < stopAtMs;
  const how: Drive = { clock, openConnection, mayGoOn, ...booking(clock, session, load.model === 'closed') };
  try {
    const { unsent } = await drive(assignment, startMs, how);
    const self: SelfReport = { ...session.sending(), ...endWatch(), ...process, startedLateMs: lateMs };
    await session.finish(unsent, self);
    return { output: { worker, parts: session.parts, ...session.totals, unsent }, self };
  } catch (error) {
    if (!(error instanceof SamplesLostError)) await session.abandon();
    throw error;
  }
};
