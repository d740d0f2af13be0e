/** Which cold starts a run forces, and in which order. */
import { range } from 'd3-array';
import { InputError } from '../errors.ts';
import type { Plan } from '../schema/plan.ts';
import type { Target } from '../schema/target.ts';
import type { TrialInput, TrialPurpose } from '../schema/trial.ts';
import { shuffled } from './steps.ts';

/** In one run. A forced cold start takes AWS some seconds, so that these are hours already. */
export const maxTrials = 1_000;

/** Lambda's own default, of a function whose registration tells no size. */
const defaultMemoryMb = 128;

type Asked = Pick<Plan, 'runId' | 'targets' | 'seed' | 'coldStarts'>;

/** A target at a memory size. */
interface Subject {
  readonly id: string;
  readonly target: Target;
  readonly memoryMb: number;
}

const subjectsOf = (targets: readonly Target[], memoriesMb: readonly number[] | undefined): Subject[] =>
  targets
    .filter(({ copy }) => copy !== undefined)
    .flatMap((target) =>
      (memoriesMb ?? [target.memoryMb ?? defaultMemoryMb]).map((memoryMb) => ({
        id: `${target.id}@${memoryMb}`,
        target,
        memoryMb,
      })),
    );

const trialOf = (
  { runId }: Asked,
  purpose: TrialPurpose,
  { target, memoryMb }: Subject,
  round: number,
  simultaneous: number,
): TrialInput => ({
  runId,
  targetId: target.id,
  purpose,
  memoryMb,
  round,
  simultaneous,
  warm: 0,
  force: purpose !== 'idle',
});

/** Round by round, the targets shuffled in each, first alone, then in bursts. */
export const forcedTrials = (plan: Asked): readonly TrialInput[] => {
  const { targets, seed, coldStarts = false } = plan;
  if (coldStarts === false) return [];
  const { perTarget, bursts, burstSize, memoriesMb } = coldStarts;
  const subjects = subjectsOf(targets, memoriesMb);
  return range(1, Math.max(perTarget, bursts) + 1).flatMap((round) => {
    const order = shuffled(subjects, seed, round);
    const inRound = (last: number, simultaneous: number): readonly TrialInput[] =>
      round > last ? [] : order.map((subject) => trialOf(plan, 'cold-starts', subject, round, simultaneous));
    return [...inRound(perTarget, 1), ...inRound(bursts, burstSize)];
  });
};

/** One call of each copy after the others, of the size that the last forced trial left it with. */
export const idleTrials = (plan: Asked): readonly TrialInput[] => {
  const { targets, coldStarts = false } = plan;
  if (coldStarts === false || coldStarts.idleMinutes === undefined) return [];
  const forced = forcedTrials(plan);
  return targets.flatMap((target) => {
    if (target.copy === undefined) return [];
    const last = forced.findLast(({ targetId }) => targetId === target.id);
    const memoryMb = last?.memoryMb ?? target.memoryMb ?? defaultMemoryMb;
    return [trialOf(plan, 'idle', { id: target.id, target, memoryMb }, 1, 1)];
  });
};

/** @throws InputError where it would take more trials than a run may make */
export const requireTrials = (plan: Asked): void => {
  const { targets, coldStarts = false } = plan;
  if (coldStarts === false) return;
  const { perTarget, bursts, memoriesMb } = coldStarts;
  const count = subjectsOf(targets, memoriesMb).length * (perTarget + bursts);
  if (count > maxTrials)
    throw new InputError(
      'coldStarts',
      `${count} trials (targets x memory sizes x (perTarget + bursts))`,
      `at most ${maxTrials} trials in one run`,
      'Ask for fewer of them or for fewer targets, or use several runs',
    );
};
