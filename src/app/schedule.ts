/** Schedule: cuts what is still to be measured into steps, each with its workers' assignments in the bucket. */
import { NoTargetError } from '../core/errors.ts';
import { verifyKey } from '../core/keys.ts';
import type { Plan, Schedule, ScheduleInput, Step, Verification } from '../core/payloads.ts';
import { assignmentsOf, cellsOf, type StepPlan, stepsOf } from '../core/schedule-steps.ts';
import type { Clock, ObjectStore } from '../ports/index.ts';
import { inParallel } from './in-parallel.ts';
import { readPlan } from './plan-file.ts';
import { extendLock } from './plan-lock.ts';
import { pendingCells } from './schedule-resume.ts';

export interface ScheduleDeps {
  readonly store: ObjectStore;
  readonly clock: Pick<Clock, 'wallTime'>;
}

const writesAtOnce = 16;

/** A step ends after a generator's 905 s at the latest; Report and CleanUp take up to half an hour more. */
const lockMs = (steps: number): number => (steps * 905 + 1_800) * 1000;

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
 * steps than one run can have; RunInProgressError when this run has lost the lab's lock
 */
export const schedule = async (deps: ScheduleDeps, input: ScheduleInput): Promise<Schedule> => {
  const { store, clock } = deps;
  const { runId, verifications } = input;
  const plan = await readPlan(store, runId);
  await store.put(verifyKey(runId), JSON.stringify(verifications));
  refuseWithoutTarget(plan, verifications);

  const fit = new Map(verifications.filter(({ ok }) => ok).map((v) => [v.targetId, v.meanMs ?? 0]));
  const cells = cellsOf(plan).filter(({ target }) => fit.has(target.id));
  const pending = await pendingCells(store, runId, cells);
  const steps = stepsOf(plan, pending, ({ id }) => fit.get(id) ?? 0);
  await extendLock(store, runId, new Date(clock.wallTime() + lockMs(steps.length)).toISOString());
  await inParallel(steps, writesAtOnce, (step) =>
    store.put(step.step.assignmentsKey, JSON.stringify(assignmentsOf(runId, step, step.attempt))),
  );
  return { runId, rounds: byRound(steps) };
};
