/** Schedule: cuts what is still to be measured into steps, each with its workers' assignments in the bucket. */
import { NoTargetError } from '../core/errors.ts';
import {
  verifyKey,
  cellsPrefix,
  parsePartKey,
  partKey,
  stepsPrefix,
  trialListKey,
  tuningKey,
  tuningListKey,
} from '../core/keys.ts';
import type { Plan, Verification } from '../core/schema/plan.ts';
import type { TrialInput } from '../core/schema/trial.ts';
import { storedTuning } from '../core/schema/tuning.ts';
import { tuningsOf } from '../core/tuning/tunings.ts';
import {
  assignments,
  type Schedule,
  type ScheduleInput,
  type Step,
  type TrialList,
  type Tuning,
} from '../core/schema/work.ts';
import { samplePart } from '../core/schema/part.ts';
import { assignmentsOf, cellsOf, type StepPlan, stepsOf, type Cell } from '../core/schedule/steps.ts';
import { paceOf } from '../core/schedule/pace.ts';
import { forcedTrials, idleTrials } from '../core/schedule/trials.ts';
import type { Clock, ObjectStore } from '../ports/index.ts';
import { inParallel, readPlan, readStored } from './stored.ts';
import { extendLock } from './lock.ts';
import { pendingTrials } from './pending-trials.ts';
import { type CellHistory, cellHistories } from '../core/schedule/resume.ts';

export interface ScheduleDeps {
  readonly store: ObjectStore;
  readonly clock: Pick<Clock, 'wallTime'>;
}

const writesAtOnce = 16;

/** A step ends after a generator's 905 s at the latest, a trial after 305; Report and CleanUp take up to half an hour more. */
const lockMs = (steps: number, trials: number, waitSeconds: number): number =>
  (steps * 905 + trials * 305 + waitSeconds + 1_800) * 1000;

/** The null target alone would be a measurement of nothing, unless it is all that was asked for. */
const refuseWithoutTarget = ({ targets }: Plan, verifications: readonly Verification[]): void => {
  const wanted = targets.filter(({ kind }) => kind !== 'null');
  const verdicts = verifications.filter(({ targetId }) =>
    (wanted.length === 0 ? targets : wanted).some(({ id }) => id === targetId),
  );
  if (verdicts.some(({ ok }) => ok)) return;
  const reasons = verdicts.map(({ targetId, reason = 'no reason was given' }) => `${targetId}: ${reason}`);
  throw new NoTargetError(`no target passed its verification. ${reasons.join('; ').slice(0, 2_000)}`);
};

const byRound = (steps: readonly StepPlan[]): Schedule['rounds'] => {
  const rounds = new Map<number, Step[]>();
  for (const { round, step } of steps) rounds.set(round, [...(rounds.get(round) ?? []), step]);
  return [...rounds].map(([round, list]) => ({ round, steps: list }));
};

/**
 * Rounds and steps in the order in which they are to be measured; cells that the run has already are left out.
 * @throws NoTargetError when no target passed its verification; InputError when the pace that Verify found makes more
 * steps than one run can have; RunInProgressError when this execution has lost the lab's lock
 */
export const schedule = async (deps: ScheduleDeps, input: ScheduleInput): Promise<Schedule> => {
  const { store, clock } = deps;
  const { runId, executionName, verifications } = input;
  const plan = await readPlan(store, runId);
  await store.put(verifyKey(runId), JSON.stringify(verifications));
  refuseWithoutTarget(plan, verifications);

  const fit = new Map(verifications.filter(({ ok }) => ok).map((v) => [v.targetId, v]));
  const cells = cellsOf(plan).filter(({ target }) => fit.has(target.id));
  const pending = await pendingCells(store, runId, cells);
  const steps = stepsOf(plan, pending, (target) => paceOf(plan.load, target, fit.get(target.id)));
  const fitPlan = { ...plan, targets: plan.targets.filter(({ id }) => fit.has(id)) };
  const forced = await pendingTrials(store, runId, forcedTrials(fitPlan));
  const idle = await pendingTrials(store, runId, idleTrials(fitPlan));
  const waitSeconds = idle.length === 0 ? 0 : idleSeconds(plan);
  const tunings = await tuningsFor(store, fitPlan);
  const lastsMs = lockMs(steps.length, forced.length + idle.length, waitSeconds) + tuningMs(plan, tunings);
  const expiresAt = new Date(clock.wallTime() + lastsMs).toISOString();
  await extendLock(store, { runId, executionName, expiresAt });
  await inParallel(steps, writesAtOnce, (step) =>
    store.put(step.step.assignmentsKey, JSON.stringify(assignmentsOf(runId, step, step.attempt))),
  );
  const coldStarts = [...(await listed(store, forced, 0)), ...(await listed(store, idle, waitSeconds))];
  return { runId, rounds: byRound(steps), coldStarts, tunings: await listedTunings(store, runId, tunings) };
};

const listedTunings = async (
  store: ObjectStore,
  runId: string,
  tunings: readonly Tuning[],
): Promise<Schedule['tunings']> => {
  if (tunings.length === 0) return [];
  const tuningsKey = tuningListKey(runId);
  await store.put(tuningsKey, JSON.stringify(tunings));
  return [{ tuningsKey }];
};

/** A tuner's execution ends after 7,200 s, a trial after 305. */
const tuningMs = ({ tuning = false }: Plan, tunings: readonly Tuning[]): number =>
  tuning === false ? 0 : tunings.length * (7_200 + 2 * tuning.confirmRounds * 305) * 1000;

/** What tuned already is not tuned again; a tuning that failed is. */
const tuningsFor = (store: ObjectStore, plan: Plan): Promise<readonly Tuning[]> => {
  const { runId, tunerArn } = plan;
  if (tunerArn === undefined) return Promise.resolve([]);
  return inParallel(tuningsOf(plan), readsAtOnce, async ({ targetId, input }) => {
    const earlier = await readStored(store, tuningKey(runId, targetId), storedTuning);
    const tuned = earlier !== undefined && earlier.failure === undefined;
    return { runId, targetId, tunerArn, input, tuned };
  });
};

const idleSeconds = ({ coldStarts = false }: Plan): number =>
  coldStarts === false ? 0 : 60 * (coldStarts.idleMinutes ?? 0);

/** The list's object for the state machine, where there is anything to try. */
const listed = async (
  store: ObjectStore,
  trials: readonly TrialInput[],
  waitSeconds: number,
): Promise<readonly TrialList[]> => {
  const [first] = trials;
  if (first === undefined) return [];
  const trialsKey = trialListKey(first.runId, first.purpose);
  await store.put(trialsKey, JSON.stringify(trials));
  return [{ trialsKey, waitSeconds }];
};

/** A cell that is still to be measured. */
export interface PendingCell extends Cell {
  /** 1 for its first try. */
  readonly attempt: number;
}

/** Objects under way at once; one may hold some megabytes of samples. */
const readsAtOnce = 8;

const isComplete = async (store: ObjectStore, { lastParts }: CellHistory): Promise<boolean> => {
  for (const place of lastParts) {
    const part = place === undefined ? undefined : await readStored(store, partKey(place), samplePart);
    if (part?.final !== true) return false;
  }
  return lastParts.length > 0;
};

/** Those of `cells` that no earlier attempt of this run has measured to the end, in their order. */
export const pendingCells = async (
  store: ObjectStore,
  runId: string,
  cells: readonly Cell[],
): Promise<readonly PendingCell[]> => {
  const stepKeys = await store.list(stepsPrefix(runId));
  const steps = await inParallel(stepKeys, readsAtOnce, (key) => readStored(store, key, assignments));
  const parts = (await store.list(cellsPrefix(runId))).flatMap((key) => parsePartKey(key) ?? []);
  const historyOf = cellHistories(
    steps.flatMap((step) => step ?? []),
    parts,
  );
  const pending = await inParallel(cells, readsAtOnce, async ({ round, target }): Promise<PendingCell[]> => {
    const history = historyOf({ round, cellId: target.id });
    return (await isComplete(store, history)) ? [] : [{ round, target, attempt: history.attempts + 1 }];
  });
  return pending.flat();
};
