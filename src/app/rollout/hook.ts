/**
 * The hooks of a rollout: CodeDeploy invokes one before the new version gets traffic and one when it has all of it, and goes on by what
 * they report. Whatever goes wrong is reported as Failed: silence would hold the rollout for an hour.
 */
import { InputError, messageOf } from '../../core/errors.ts';
import { activeRolloutKey, rolloutKey } from '../../core/keys.ts';
import { figuresOf, pairsOf } from '../../core/rollout/figures.ts';
import { judgeRollout, stageAlpha, stops } from '../../core/rollout/rules.ts';
import { mostRounds, requestsPerRound, youngOf } from '../../core/rollout/sizing.ts';
import { read } from '../../core/schema/fields.ts';
import {
  type ActiveRollout,
  evidence,
  type Evidence,
  type HookCall,
  hookCall,
  hookOptions,
  type HookOptions,
  type RuleOutcome,
} from '../../core/schema/rollout.ts';
import type { Target } from '../../core/schema/target.ts';
import type { Deployments, ObjectStore, TargetRegistry } from '../../ports/index.ts';
import { readStored } from '../stored.ts';
import { checkContract } from './contract.ts';
import { canaryOf, type LoadDeps, requestsIn, paceOf, rateFor, type RoundLoad, timeoutMs } from './load.ts';
import { measureRounds } from './measure.ts';

export interface HookDeps extends LoadDeps {
  readonly store: ObjectStore;
  readonly registry: TargetRegistry;
  readonly deployments: Deployments;
  /** For the log. */
  readonly say: (message: string) => void;
}

/** Of one invocation. */
export interface HookTime {
  /** Milliseconds until nothing is measured any more: time to report is left then. */
  readonly remainingMs: number;
  /** Aborted at that moment. */
  readonly signal: AbortSignal;
}

export type HookStage = 'pre-traffic' | 'post-traffic';

export interface HookOutput {
  /** `under way`: another invocation for the same event is at it, and will report. */
  readonly outcome: Evidence['outcome'] | 'under way';
  readonly key: string;
}

/** To each of the two. */
const mostPerSecond = 100;

/** An invocation that has not written for as long as this and a round is taken for dead. */
const silenceMs = 25_000;

const isoTime = (wallTimeMs: number): string => new Date(wallTimeMs).toISOString();

/** As many requests as a round takes, however long that then is. @param paceMs that a request takes on its own */
export const loadFor = (target: Target, given: HookOptions, paceMs: number): RoundLoad => {
  const perSecond = given.requestsPerSecond ?? rateFor(target, mostPerSecond, paceMs);
  return {
    requestsPerSecond: perSecond,
    roundSeconds: given.roundSeconds ?? Number((requestsPerRound / perSecond).toFixed(3)),
    timeoutMs,
  };
};

/** @throws InputError where no registered target is the function's alias */
const rolloutOf = async ({ deployments, registry }: HookDeps, deploymentId: string) => {
  const { functionName, alias, baseVersion, newVersion } = await deployments.shiftOf(deploymentId);
  const target = (await registry.list()).find(({ functionArn = '' }) =>
    functionArn.endsWith(`:function:${functionName}:${alias}`),
  );
  if (target?.functionArn === undefined)
    throw new InputError(
      'function and alias',
      `${functionName}:${alias}`,
      'one that a target of the lab is registered with',
    );
  const functionArn = target.functionArn.slice(0, target.functionArn.lastIndexOf(':'));
  const active: ActiveRollout = {
    deploymentId,
    targetId: target.id,
    functionArn,
    alias,
    baseVersion,
    newVersion,
  };
  return { target, functionName, active };
};

/** One invocation of a hook, and what it has seen so far. */
class HookRun {
  readonly #deps: HookDeps;
  readonly #stage: HookStage;
  readonly #call: HookCall;
  readonly #time: HookTime;
  readonly #key: string;
  #evidence: Evidence | undefined;
  /** What is still under way when time is over writes no more. */
  #isOver = false;

  constructor(deps: HookDeps, stage: HookStage, call: HookCall, time: HookTime) {
    this.#deps = deps;
    this.#stage = stage;
    this.#call = call;
    this.#time = time;
    this.#key = rolloutKey(call.DeploymentId, stage);
  }

  async run(given: unknown): Promise<HookOutput> {
    const outcome = await this.#outcome(given);
    if (outcome !== 'under way') await this.#report(outcome === 'go-on' ? 'Succeeded' : 'Failed');
    return { outcome, key: this.#key };
  }

  async #outcome(given: unknown): Promise<HookOutput['outcome']> {
    try {
      return (await this.#inTime(this.#earlier())) ?? (await this.#inTime(this.#measure(given)));
    } catch (error) {
      this.#deps.say(`${this.#stage} of ${this.#call.DeploymentId}: ${messageOf(error)}`);
      await this.#fail(messageOf(error));
      return 'stop';
    }
  }

  /** What is under way at the end of the time is left to itself. */
  async #inTime<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.#time;
    let end = (): void => undefined;
    const timeUp = new Promise<never>((_, reject) => {
      end = () => {
        reject(new Error('the time that a hook has was over before it could judge'));
      };
    });
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    try {
      return await Promise.race([work, timeUp]);
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  /** CodeDeploy, or Lambda after a failure, may invoke a hook twice for one event. */
  async #earlier(): Promise<HookOutput['outcome'] | undefined> {
    const found = await readStored(this.#deps.store, this.#key, evidence);
    if (found?.executionId !== this.#call.LifecycleEventHookExecutionId) return undefined;
    if (found.finishedAt !== undefined) return found.outcome;
    const silentMs = this.#deps.clock.wallTime() - Date.parse(found.writtenAt ?? found.startedAt);
    return silentMs < silenceMs + found.load.roundSeconds * 1000 ? 'under way' : undefined;
  }

  async #measure(given: unknown): Promise<Evidence['outcome']> {
    const { target, functionName, active } = await rolloutOf(this.#deps, this.#call.DeploymentId);
    // The shift is over: nothing is left for the probe to compare.
    if (this.#stage === 'post-traffic') await this.#deps.store.delete(activeRolloutKey(functionName));
    const canary = canaryOf(target);
    const options = read(hookOptions, given, 'input');
    await this.#write(this.#begun(active, loadFor(target, options, 0)));
    const rules = await this.#rules(canary, active, options);
    this.#time.signal.throwIfAborted();
    const outcome = stops(rules) ? 'stop' : 'go-on';
    const finishedAt = isoTime(this.#deps.clock.wallTime());
    if (outcome === 'go-on' && this.#stage === 'pre-traffic')
      await this.#deps.store.put(activeRolloutKey(functionName), JSON.stringify(active));
    await this.#write({ rules, outcome, finishedAt });
    return outcome;
  }

  #begun(active: ActiveRollout, load: RoundLoad): Evidence {
    return {
      schema: 'latency-lab.rollout.v1',
      stage: this.#stage,
      ...active,
      executionId: this.#call.LifecycleEventHookExecutionId,
      startedAt: isoTime(this.#deps.clock.wallTime()),
      load,
      size: { rounds: 0, requestsPerRound: requestsIn(load), why: 'nothing was measured so far' },
      rounds: [],
      rules: [],
      outcome: 'stop',
    };
  }

  async #rules(target: Target, active: ActiveRollout, options: HookOptions): Promise<readonly RuleOutcome[]> {
    const newArn = `${active.functionArn}:${active.newVersion}`;
    const isFirst = this.#stage === 'pre-traffic';
    const contract = isFirst ? await checkContract(this.#deps.invoker, target, newArn, timeoutMs) : undefined;
    const contracts = contract === undefined ? [] : [contract];
    await this.#write({ rules: contracts });
    if (stops(contracts)) return contracts;
    const versions = {
      base: `${active.functionArn}:${active.baseVersion}`,
      next: isFirst ? newArn : `${active.functionArn}:${active.alias}`,
    };
    const load = loadFor(target, options, await paceOf(this.#deps, target, versions, timeoutMs));
    await this.#write({ load });
    const rounds = await measureRounds(this.#deps, {
      ...{ target, versions, load, remainingMs: this.#time.remainingMs, signal: this.#time.signal },
      most: options.rounds ?? mostRounds,
      isSized: isFirst,
      onRounds: (found, size) => this.#write({ rounds: found, size }),
    });
    const young = isFirst ? youngOf(rounds.length) : 0;
    return [...contracts, ...judgeRollout(figuresOf(pairsOf(rounds), young), stageAlpha)];
  }

  async #write(change: Partial<Evidence>): Promise<void> {
    if (this.#isOver) return;
    const { clock, store } = this.#deps;
    const writtenAt = isoTime(clock.wallTime());
    this.#evidence = { ...this.#evidence, ...change, writtenAt } as Evidence;
    await store.put(this.#key, JSON.stringify(this.#evidence));
  }

  /** Why, where it can still be written; a report that cannot be explained is a report all the same. */
  async #fail(why: string): Promise<void> {
    if (this.#evidence === undefined) return;
    const sentence = `the hook failed: ${why}`.slice(0, 900);
    const rules = [...this.#evidence.rules, { rule: 'measured', stop: true, sentence } as const];
    const finishedAt = isoTime(this.#deps.clock.wallTime());
    const written = this.#write({ rules, outcome: 'stop', finishedAt });
    this.#isOver = true;
    await written.catch((error: unknown) => {
      this.#deps.say(`its evidence could not be written: ${messageOf(error)}`);
    });
  }

  /** @throws Error where CodeDeploy cannot be told, so that Lambda invokes the hook again, which then finds its evidence */
  async #report(status: 'Succeeded' | 'Failed'): Promise<void> {
    const { clock, deployments, say } = this.#deps;
    const { DeploymentId, LifecycleEventHookExecutionId } = this.#call;
    for (const waitMs of [1_000, 3_000, 0]) {
      try {
        if (!(await deployments.report(DeploymentId, LifecycleEventHookExecutionId, status)))
          say(`${this.#stage} of ${DeploymentId} had been answered before`);
        return;
      } catch (error) {
        say(`CodeDeploy did not take ${status} for ${this.#stage} of ${DeploymentId}: ${messageOf(error)}`);
        if (waitMs === 0) throw error;
        await clock.sleepUntil(clock.now() + waitMs);
      }
    }
  }
}

/** @throws InputError for an event that CodeDeploy does not send: there is nobody to report to */
export const runHook = async (
  deps: HookDeps,
  stage: HookStage,
  event: unknown,
  time: HookTime,
): Promise<HookOutput> => new HookRun(deps, stage, read(hookCall, event, 'input'), time).run(event);
