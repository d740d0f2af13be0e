/** Tune: makes of a tuner's answer what the report tells, and says what is to be measured to confirm it. */
import { lambdaDollarsPerMillion, requestedPrices } from '../core/cost/prices.ts';
import { InputError } from '../core/errors.ts';
import { tuningKey } from '../core/keys.ts';
import { known } from '../core/known.ts';
import type { Plan } from '../core/schema/plan.ts';
import type { TrialInput } from '../core/schema/trial.ts';
import type { TuneInput } from '../core/schema/tune.ts';
import { storedTuning, type StoredTuning } from '../core/schema/tuning.ts';
import { chooseSize } from '../core/tuning/choose.ts';
import { judgeAnswer } from '../core/tuning/judge.ts';
import { sizesOf } from '../core/tuning/measure.ts';
import { confirmingTrials, deployedMb } from '../core/tuning/tunings.ts';
import { visualizationOf } from '../core/tuning/visualization.ts';
import type { ObjectStore } from '../ports/index.ts';
import { pendingTrials } from './pending-trials.ts';
import { readPlan, readStored } from './stored.ts';

const chosenOf = (sizes: StoredTuning['sizes'], { tuning = false }: Plan) => {
  if (tuning === false || sizes.length === 0) return {};
  const choices = sizes.map((size) => ({ ...size, dollars: size.dollarsPerMillion }));
  const { strategy, balancedWeight } = tuning;
  const best = chooseSize(choices, strategy, balancedWeight);
  const perInvocation = choices.map((choice) => ({ ...choice, dollars: choice.dollars / 1e6 }));
  return known({
    winner: best && {
      memoryMb: best.memoryMb,
      by: strategy,
      ...(strategy === 'balanced' ? { balancedWeight } : {}),
    },
    visualization: visualizationOf(perInvocation),
  });
};

const judged = (plan: Plan, { targetId, tunerArn, input, ended, error }: TuneInput): StoredTuning => {
  const target = plan.targets.find(({ id }) => id === targetId);
  if (target === undefined) throw new InputError('targetId', targetId, 'a target of the run');
  const prices = requestedPrices(plan.cost);
  const { cpuArchitecture = 'x86_64' } = target;
  const answer = error === undefined ? { output: ended?.output } : { error };
  const { failure, sizes, missing } = judgeAnswer(sizesOf(input), answer, (invocation) =>
    lambdaDollarsPerMillion({ ...invocation, cpuArchitecture }, prices),
  );
  return {
    schema: 'latency-lab.tuning.v1',
    ...{ targetId, tunerArn, deployedMb: deployedMb(target), input },
    ...known({ output: ended?.output, failure }),
    ...{ sizes, missing },
    ...chosenOf(sizes, plan),
  };
};

/**
 * @returns what is still to be tried to confirm the winner
 * @throws InputError for a run that Plan did not make, or a target that is not in it
 */
export const tune = async (
  { store }: { readonly store: ObjectStore },
  given: TuneInput,
): Promise<{ readonly trials: readonly TrialInput[] }> => {
  const { runId, targetId, tuned } = given;
  const plan = await readPlan(store, runId);
  const key = tuningKey(runId, targetId);
  const earlier = tuned ? await readStored(store, key, storedTuning) : undefined;
  const tuning = earlier ?? judged(plan, given);
  if (earlier === undefined) await store.put(key, JSON.stringify(tuning));
  const trials = await pendingTrials(store, runId, confirmingTrials(plan, tuning));
  return { trials };
};
