/** Plan: checks the request, chooses the targets, takes the lab's lock and writes down what the run will do. */
import { isDeepStrictEqual } from 'node:util';
import { InputError } from '../core/errors.ts';
import { planKey } from '../core/keys.ts';
import { known } from '../core/known.ts';
import {
  type Plan,
  type PlanInput,
  type PlanOutput,
  storedPlan,
  type VerifyInput,
} from '../core/schema/plan.ts';
import { parseRunRequest } from '../core/schema/request.ts';
import { chooseTargets, type StackLimits, requireLimits } from '../core/plan/targets.ts';
import { requireConcurrency } from '../core/plan/quota.ts';
import { requestedPrices } from '../core/cost/prices.ts';
import { estimateRun, requireBudget } from '../core/cost/run.ts';
import { paceOf } from '../core/schedule/pace.ts';
import { cellsOf, stepsOf } from '../core/schedule/steps.ts';
import { requireTrials } from '../core/schedule/trials.ts';
import type { Target } from '../core/schema/target.ts';
import type { Clock, ObjectStore, TargetRegistry } from '../ports/index.ts';
import { releaseLock, takeLock } from './lock.ts';
import { readStored } from './stored.ts';

export interface PlanDeps {
  readonly store: ObjectStore;
  readonly registry: TargetRegistry;
  readonly clock: Pick<Clock, 'wallTime'>;
  readonly labName: string;
  readonly plane: Plan['plane'];
  readonly limits: StackLimits;
  /** The lab's AWS region, for its prices. */
  readonly region?: string;
  /** ARN of the state machine that tunes memory. */
  readonly tunerArn: () => Promise<string>;
  /** See requireConcurrency; rejects where it may not be read, and then nothing is held against it. */
  readonly freeConcurrency: () => Promise<number | undefined>;
}

/** Verify's time limit per target and some minutes for Plan and Schedule; Schedule then asks for what it needs. */
const lockMs = (targets: number): number => (targets * 305 + 600) * 1000;

const makePlan = async (deps: PlanDeps, input: PlanInput): Promise<Plan> => {
  const request = parseRunRequest(input);
  const {
    runId,
    load,
    rounds,
    seed,
    maxFailed,
    limits,
    coldStarts,
    tuning,
    logs,
    goal,
    labels,
    leftOut,
    cost,
    budgetDollars,
  } = request;
  const prices = requestedPrices(cost, deps.region);
  const chosen = chooseTargets(request, await deps.registry.list());
  requireLimits(request, chosen, deps.limits);
  const targets = chosen.map((target) =>
    input.loadFrom === undefined ? target : { loadFrom: input.loadFrom, ...target },
  );
  const planned: Plan = {
    schema: 'latency-lab.plan.v1',
    runId,
    labName: deps.labName,
    plane: deps.plane,
    createdAt: new Date(deps.clock.wallTime()).toISOString(),
    load,
    rounds,
    seed,
    maxFailed,
    coldStarts,
    logs,
    tuning,
    ...(tuning === false ? {} : { tunerArn: await deps.tunerArn() }),
    ...known({ goal, limits }),
    targets,
    leftOut,
    labels,
    cost: { ...cost, region: prices.region },
  };
  const estimate = estimateRun(planned, prices);
  if (budgetDollars !== 'not billed') requireBudget(estimate, budgetDollars);
  const plan: Plan = { ...planned, estimatedDollars: estimate.dollars };
  // Closed loads may be cut into more steps once their pace is known; then Schedule says so.
  stepsOf(plan, cellsOf(plan), (target) => paceOf(plan.load, target));
  requireTrials(plan);
  requireConcurrency(plan, await deps.freeConcurrency().catch(() => undefined));
  return plan;
};

/** Labels and left-out architectures describe where a run began and may differ when it is taken up again. */
const effective = [
  'labName',
  'plane',
  'load',
  'rounds',
  'seed',
  'targets',
  'coldStarts',
  'tuning',
  'logs',
] as const;

/** What the report is judged by, which the earlier samples do not depend on. */
const thresholds = ({ maxFailed, limits, goal }: Plan): Partial<Plan> => known({ maxFailed, limits, goal });

/** Writes the plan, or accepts an earlier run's where it means the same measurement, with the thresholds of today. */
const writeOrResume = async (store: ObjectStore, plan: Plan): Promise<void> => {
  const earlier = await readStored(store, planKey(plan.runId), storedPlan);
  if (earlier === undefined) {
    await store.put(planKey(plan.runId), JSON.stringify(plan));
    return;
  }
  const changed = effective.find((field) => !isDeepStrictEqual(earlier[field], plan[field]));
  if (changed !== undefined)
    throw new InputError(
      'runId',
      plan.runId,
      'a new id, or an earlier run with the same request',
      `That run exists and its ${changed} differs. Leave runId out to start a new run`,
    );
  const { maxFailed: _, limits: __, goal: ___, ...kept } = earlier;
  await store.put(planKey(plan.runId), JSON.stringify({ ...kept, ...thresholds(plan) }));
};

const verificationOf = (runId: string, { id, loadFrom }: Target): VerifyInput => ({
  runId,
  targetId: id,
  ...(loadFrom === undefined ? {} : { verifyFunctionArn: loadFrom.verifyFunctionArn }),
});

/**
 * @throws InputError for a request that cannot work; NoTargetError; RunInProgressError when another execution runs.
 * Nothing was written then, and the lock is free for the next run.
 */
export const plan = async (deps: PlanDeps, input: PlanInput): Promise<PlanOutput> => {
  const made = await makePlan(deps, input);
  const { runId, targets } = made;
  const wallTimeMs = deps.clock.wallTime();
  const expiresAt = new Date(wallTimeMs + lockMs(targets.length)).toISOString();
  await takeLock(deps.store, { runId, executionName: input.executionName, expiresAt }, wallTimeMs);
  try {
    await writeOrResume(deps.store, made);
  } catch (error) {
    await releaseLock(deps.store, input.executionName);
    throw error;
  }
  return {
    runId,
    executionName: input.executionName,
    verifications: targets.map((target) => verificationOf(runId, target)),
  };
};
