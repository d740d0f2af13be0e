/** Expands a plan into the steps that the state machine walks through, and each step into its workers' assignments. */
import { range, sort, sum } from 'd3-array';
import { InputError } from '../errors.ts';
import { assignmentsKey } from '../keys.ts';
import { shareOf } from '../load/schedule.ts';
import type { LoadProfile } from '../schema/load.ts';
import type { Plan } from '../schema/plan.ts';
import { mostRows, type Step, type WorkerAssignment } from '../schema/work.ts';
import { requireFiles, segmentCountOf, segmentsOf, workersOf } from './segments.ts';
import type { Target } from '../schema/target.ts';
import { createHash } from 'node:crypto';

/** One target in one round. */
export interface Cell {
  /** From 1. */
  readonly round: number;
  readonly target: Target;
}

/** A step with all that its workers must know. */
export interface StepPlan extends Cell {
  readonly segment: number;
  /** Of the cell. */
  readonly segments: number;
  readonly step: Step;
  /** The load of all workers together. */
  readonly load: LoadProfile;
}

/** An execution's history ends at 25,000 events; every step takes some of them. */
export const maxSteps = 1_000;

/** Round by round, the targets shuffled inside each. */
export const cellsOf = (plan: Pick<Plan, 'rounds' | 'seed' | 'targets'>): readonly Cell[] =>
  range(1, plan.rounds + 1).flatMap((round) =>
    shuffled(plan.targets, plan.seed, round).map((target) => ({ round, target })),
  );

/**
 * The steps of `cells` in their order.
 * @param pace a target's requests per second under this load; Infinity where it is not known yet
 * @throws InputError when the state machine could not walk through that many steps, or a generator not open its connections
 */
export const stepsOf = <C extends Cell>(
  { runId, load }: Pick<Plan, 'runId' | 'load'>,
  cells: readonly C[],
  pace: (target: Target) => number,
): readonly (C & StepPlan)[] => {
  // Counted first: a nonsensical request must not be expanded to millions of objects.
  const count = sum(cells, ({ target }) => segmentCountOf(load, pace(target)));
  if (count > maxSteps)
    throw new InputError(
      'rounds',
      `${count} steps (rounds x targets x segments that fit into one invocation)`,
      `at most ${maxSteps} steps in one run`,
      'Ask for fewer rounds, targets or requests or for a shorter duration, or use several runs',
    );
  return cells.flatMap((cell) => {
    const parts = segmentsOf(load, pace(cell.target));
    parts.forEach(requireFiles);
    return parts.map((part, segment) => ({
      ...cell,
      segment,
      segments: parts.length,
      load: part,
      step: {
        assignmentsKey: assignmentsKey(runId, cell.round, cell.target.id, segment),
        workers: workersOf(part),
      },
    }));
  });
};

/** @param attempt 1 for a cell's first try */
export const assignmentsOf = (
  runId: string,
  { step: { workers }, round, segment, segments, target, load }: StepPlan,
  attempt: number,
): readonly WorkerAssignment[] =>
  range(workers).map((worker) => ({
    runId,
    round,
    cellId: target.id,
    segment,
    attempt,
    worker,
    workers,
    target,
    load: shareOf(load, worker, workers),
    maxRows: Math.floor(mostRows / (segments * workers)),
    ...(load.model === 'open' ? { totalRate: load.rate } : {}),
  }));

/**
 * The order in which a round visits its targets: sorted by the SHA-256 of seed, round and id. The same seed gives the
 * same order, every order is equally likely over the seeds, and leaving a target out moves none of the others.
 */
export const shuffled = <T extends { readonly id: string }>(
  items: readonly T[],
  seed: number,
  round: number,
): readonly T[] =>
  sort(items, ({ id }) => createHash('sha256').update(`${seed}/${round}/${id}`).digest('hex'));
