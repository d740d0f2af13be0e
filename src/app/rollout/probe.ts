/**
 * The probe of the rollouts: while an alias shifts, it compares both versions once a minute and publishes what the alarms watch. Where nothing
 * shifts it says that it is alive. What it could not judge it is silent about, and silence is an alarm.
 */
import { messageOf } from '../../core/errors.ts';
import { activeRolloutKey, rolloutKey } from '../../core/keys.ts';
import { figuresOf, type Pair, pairsOf } from '../../core/rollout/figures.ts';
import { judgeRollout, lookAlpha, stops } from '../../core/rollout/rules.ts';
import {
  activeRollout,
  type ActiveRollout,
  evidence,
  type Evidence,
  type ProbeOptions,
  type RolloutRound,
  type RuleName,
  type RuleOutcome,
} from '../../core/schema/rollout.ts';
import type { Target } from '../../core/schema/target.ts';
import type { Aliases, AliasState, ObjectStore, TargetRegistry } from '../../ports/index.ts';
import { readStored } from '../stored.ts';
import {
  canaryOf,
  type LoadDeps,
  rateFor,
  requestsIn,
  type RoundLoad,
  roundSender,
  timeoutMs,
} from './load.ts';

/** By name; ratios are new over old. */
export type Metrics = Readonly<Record<string, number>>;

export interface ProbeDeps extends LoadDeps {
  readonly store: ObjectStore;
  readonly registry: TargetRegistry;
  readonly aliases: Aliases;
  readonly publish: (functionName: string, metrics: Metrics) => void;
  /** For the log. */
  readonly say: (message: string) => void;
}

/** What became of a function's look; `silent`: nothing was published. */
export interface Probed {
  readonly functionName: string;
  readonly look?: number;
  readonly silent?: boolean;
}

/** A look is cut into rounds: p50 and errors are judged from the first look on, p99 as soon as it has five times 150 requests. */
const roundsPerLook = 10;
/** Together with twenty-five requests a second to each, five times 150. */
const lookSeconds = 30;
const mostPerSecond = 25;
/** That an evidence keeps; 100 minutes of looks. */
const mostKept = 1_000;

const alive: Metrics = { P99RatioAtLeast: 0 };

/** The share that the new version gets; undefined where the alias does not shift between these two. */
const weightOf = (
  { version, other }: AliasState,
  { baseVersion, newVersion }: ActiveRollout,
): number | undefined => {
  if (other === undefined) return undefined;
  if (version === baseVersion && other.version === newVersion) return other.weight;
  return version === newVersion && other.version === baseVersion ? 1 - other.weight : undefined;
};

/** A bound above 1 is published only with a verdict behind it. */
const ratioAtLeast = (rule: RuleOutcome | undefined): number => {
  const bound = rule?.atLeast ?? 0;
  return rule?.stop === true ? bound : Math.min(1, bound);
};

export const metricsOf = (rules: readonly RuleOutcome[]): Metrics => {
  const by = (name: RuleName) => rules.find(({ rule }) => rule === name);
  const [p50, p99] = [by('p50'), by('p99')];
  return {
    P99RatioAtLeast: ratioAtLeast(p99),
    P50RatioAtLeast: ratioAtLeast(p50),
    ErrorShareRiseAtLeast: by('errors')?.atLeast ?? 0,
    ...(p99?.change === undefined ? {} : { P99Ratio: p99.change }),
    ...(p50?.change === undefined ? {} : { P50Ratio: p50.change }),
  };
};

/** @param before what was asked of both before the shift */
const loadOf = (target: Target, given: ProbeOptions, before: RoundLoad | undefined): RoundLoad => {
  const asked = given.requestsPerSecond ?? rateFor(target, mostPerSecond, 0);
  return {
    requestsPerSecond: Math.min(asked, before?.requestsPerSecond ?? asked),
    roundSeconds: (given.seconds ?? lookSeconds) / roundsPerLook,
    timeoutMs,
  };
};

const isoTime = (wallTimeMs: number): string => new Date(wallTimeMs).toISOString();

const begun = (active: ActiveRollout, load: RoundLoad, startedAt: string): Evidence => ({
  schema: 'latency-lab.rollout.v1',
  stage: 'shift',
  ...active,
  startedAt,
  load,
  size: {
    rounds: 0,
    requestsPerRound: requestsIn(load),
    why: `${roundsPerLook} rounds a look, once a minute while weights shift`,
  },
  rounds: [],
  rules: [],
  outcome: 'go-on',
});

const sendLook = async (
  deps: ProbeDeps,
  target: Target,
  active: ActiveRollout,
  load: RoundLoad,
  weight: number,
  first: number,
): Promise<readonly RolloutRound[]> => {
  const { functionArn, baseVersion, newVersion } = active;
  const versions = { base: `${functionArn}:${baseVersion}`, next: `${functionArn}:${newVersion}` };
  // Nothing ends it early: a look is short, and its requests time out.
  const sender = await roundSender(deps, canaryOf(target), versions, load, new AbortController().signal);
  const rounds: RolloutRound[] = [];
  try {
    for (let i = 0; i < roundsPerLook; i++) {
      const found = await sender.send(first + i);
      if (found !== undefined) rounds.push({ ...found, weight });
    }
  } finally {
    sender.end();
  }
  return rounds;
};

/** Whether these rounds alone tell something, whatever those before did. */
const isMeasured = (pairs: readonly Pair[]): boolean =>
  !judgeRollout(figuresOf(pairs), lookAlpha(1)).some(({ rule, stop }) => rule === 'measured' && stop);

const look = async (
  deps: ProbeDeps,
  target: Target,
  active: ActiveRollout,
  weight: number,
  options: ProbeOptions,
): Promise<{ readonly number: number; readonly metrics: Metrics | undefined }> => {
  const { store, clock } = deps;
  const key = rolloutKey(active.deploymentId, 'shift');
  const before = await readStored(store, rolloutKey(active.deploymentId, 'pre-traffic'), evidence);
  const load = loadOf(target, options, before?.load);
  const earlier = (await readStored(store, key, evidence)) ?? begun(active, load, isoTime(clock.wallTime()));
  const number = Math.floor((earlier.rounds.at(-1)?.round ?? 0) / roundsPerLook) + 1;
  const seen = await sendLook(deps, target, active, load, weight, (number - 1) * roundsPerLook + 1);
  const rounds = [...earlier.rounds, ...seen].slice(-mostKept);
  const pairs = pairsOf(rounds);
  const rules = judgeRollout(figuresOf(pairs), lookAlpha(number));
  const at = isoTime(clock.wallTime());
  const found: Evidence = {
    ...earlier,
    load,
    rounds,
    rules,
    size: { ...earlier.size, rounds: number * roundsPerLook, requestsPerRound: requestsIn(load) },
    outcome: stops(rules) ? 'stop' : 'go-on',
    writtenAt: at,
    finishedAt: at,
  };
  await store.put(key, JSON.stringify(found));
  return { number, metrics: isMeasured(pairs.slice(-roundsPerLook)) ? metricsOf(rules) : undefined };
};

const probeOne = async (
  deps: ProbeDeps,
  target: Target,
  aliasArn: string,
  options: ProbeOptions,
): Promise<Probed> => {
  const functionName = aliasArn.split(':')[6] ?? '';
  const state = await deps.aliases.stateOf(aliasArn);
  const active =
    state?.other === undefined
      ? undefined
      : await readStored(deps.store, activeRolloutKey(functionName), activeRollout);
  const weight = state === undefined || active === undefined ? undefined : weightOf(state, active);
  if (active === undefined || weight === undefined) {
    deps.publish(functionName, alive);
    return { functionName };
  }
  const { number, metrics } = await look(deps, target, active, weight, options);
  if (metrics === undefined) {
    deps.say(`${functionName}: too few answers at look ${number} to say anything`);
    return { functionName, look: number, silent: true };
  }
  deps.publish(functionName, metrics);
  return { functionName, look: number };
};

/** Of all registered targets that are the alias of a function, at the same time; one that cannot be probed is no other's trouble. */
export const probe = async (deps: ProbeDeps, options: ProbeOptions): Promise<readonly Probed[]> => {
  const targets = (await deps.registry.list()).flatMap((target) =>
    target.functionArn?.split(':').length === 8 ? [{ target, aliasArn: target.functionArn }] : [],
  );
  return Promise.all(
    targets.map(async ({ target, aliasArn }) => {
      try {
        return await probeOne(deps, target, aliasArn, options);
      } catch (error) {
        deps.say(`${aliasArn}: ${messageOf(error)}`);
        return { functionName: aliasArn.split(':')[6] ?? '', silent: true };
      }
    }),
  );
};
