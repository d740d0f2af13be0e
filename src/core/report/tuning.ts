/** What tuning found, as the report has it: each strategy's size, and whether a second measurement bears the winner out. */
import { median } from 'd3-array';
import { lambdaDollarsPerMillion, type Prices } from '../cost/prices.ts';
import { known } from '../known.ts';
import type { Confirmation, TargetTuning } from '../schema/report-tuning.ts';
import type { Target } from '../schema/target.ts';
import type { Trial } from '../schema/trial.ts';
import { type StoredTuning, strategies, type Strategy, type TunedSize } from '../schema/tuning.ts';
import { distributionFromSamples } from '../stats/distribution.ts';
import { pairedDifference, type RoundQuantile, verdictOf } from '../stats/verdict.ts';
import { chooseSize, paretoFront } from '../tuning/choose.ts';
import { formatCount, formatDollars, formatMs, formatNumber, formatRatio } from './format.ts';
import { msOf, summariseCalls } from './latency.ts';

const megabytes = (mb: number): string => `${formatCount(mb)} MB`;

/** What a run asked of tuning. */
interface Goal {
  readonly strategy: Strategy;
  readonly balancedWeight: number;
}

const choiceOf = (size: TunedSize) => ({ ...size, dollars: size.dollarsPerMillion });

const winnersOf = (sizes: readonly TunedSize[], { balancedWeight }: Goal): TargetTuning['winners'] => {
  const choices = sizes.map(choiceOf);
  const found = strategies.flatMap((strategy) => {
    const best = chooseSize(choices, strategy, balancedWeight);
    return best === undefined ? [] : [[strategy, best.memoryMb] as const];
  });
  return found.length === 0 ? undefined : (Object.fromEntries(found) as TargetTuning['winners']);
};

interface Answered {
  readonly round: number;
  readonly ms: readonly number[];
}

/** Warm and without fault, by round. */
const answeredIn = (trials: readonly Trial[], memoryMb: number): Answered[] =>
  trials
    .filter((trial) => trial.memoryMb === memoryMb)
    .map(({ round, requests }) => ({
      round,
      ms: requests.filter(({ warm, fault }) => warm && fault === undefined).map(({ ms }) => ms),
    }))
    .filter(({ ms }) => ms.length > 0);

const medians = (rounds: readonly Answered[]): RoundQuantile[] =>
  rounds.map(({ round, ms }) => ({ round, value: median(ms) ?? 0, n: ms.length }));

const summaryOf = (rounds: readonly Answered[], size: TunedSize) => {
  const all = summariseCalls(distributionFromSamples(rounds.flatMap(({ ms }) => ms)));
  const p50Ms = msOf(all?.quantiles.p50);
  if (all === undefined || p50Ms === undefined) return undefined;
  const { memoryMb, dollarsPerMillion } = size;
  return known({ memoryMb, n: all.n, p50Ms, p99Ms: msOf(all.quantiles.p99), dollarsPerMillion });
};

type Summary = NonNullable<ReturnType<typeof summaryOf>>;

const withFront = (sizes: readonly Summary[]): Confirmation['sizes'] => {
  const points = sizes.map((size) => ({
    size,
    ms: size.p99Ms ?? size.p50Ms,
    dollars: size.dollarsPerMillion,
  }));
  const front = paretoFront(points).map(({ size }) => size);
  return sizes.map((size) => ({ ...size, onFront: front.includes(size) }));
};

interface Contest {
  readonly deployed: TunedSize;
  readonly winner: TunedSize;
  readonly goal: Goal;
  readonly dollarsOf: (memoryMb: number, ms: number) => number;
}

/**
 * Which of the two the strategy takes where the winner's requests take `ratio` times the deployed size's. What a caller waits
 * more or less is the function's, because all the rest on the way is the same; so it changes the price too.
 */
const takenAt = ({ deployed, winner, goal, dollarsOf }: Contest, p50Ms: number, ratio: number) => {
  // A function that seems to take no time at all still takes the least that is billed.
  const averageMs = Math.max(1, deployed.averageMs + p50Ms * (ratio - 1));
  const again = { memoryMb: winner.memoryMb, averageMs, dollars: dollarsOf(winner.memoryMb, averageMs) };
  return chooseSize([choiceOf(deployed), again], goal.strategy, goal.balancedWeight)?.memoryMb;
};

const judged = (contest: Contest, before: readonly Answered[], after: readonly Answered[]): Confirmation => {
  const { deployed, winner } = contest;
  const [a, b] = [summaryOf(before, deployed), summaryOf(after, winner)];
  const difference = pairedDifference(medians(before), medians(after));
  const undecided = (why: string): Confirmation => ({
    outcome: 'undecided',
    why,
    sizes: withFront([a, b].flatMap((one) => one ?? [])),
  });
  if (a === undefined || b === undefined || difference === undefined)
    return undecided('the second measurement left nothing to compare');
  const verdict = verdictOf(difference);
  const seen = `through its trigger ${megabytes(winner.memoryMb)} took ${formatRatio(verdict.ratio)} times as long as ${megabytes(deployed.memoryMb)}`;
  if (verdict.outcome === 'this-run-only')
    return undecided(`${seen} in ${verdict.rounds} rounds, too few for a verdict`);
  const range = `${seen} (${formatRatio(verdict.low)} to ${formatRatio(verdict.high)} at 99 %)`;
  const taken = new Set([verdict.low, verdict.high].map((ratio) => takenAt(contest, a.p50Ms, ratio)));
  if (taken.size !== 1)
    return undecided(`${range}, and which size is better depends on where in that range it lies`);
  const isWinner = taken.has(winner.memoryMb);
  return {
    outcome: isWinner ? 'confirmed' : 'overturned',
    why: `${range}, by which ${megabytes(isWinner ? winner.memoryMb : deployed.memoryMb)} is the better size`,
    sizes: withFront([a, b]),
  };
};

const provisionOf = (deployedMb: number, winnerMb: number): NonNullable<TargetTuning['provision']> => {
  if (winnerMb === deployedMb) return 'right';
  return winnerMb < deployedMb ? 'over' : 'under';
};

/** @param trials of the target, to confirm; an empty list where none was asked for */
export const reportTuning = (
  stored: StoredTuning,
  goal: Goal,
  target: Target,
  trials: readonly Trial[],
  prices: Prices,
): TargetTuning => {
  const { tunerArn, deployedMb, failure, sizes, missing, visualization } = stored;
  const { cpuArchitecture = 'x86_64' } = target;
  const dollarsOf = (memoryMb: number, ms: number): number =>
    lambdaDollarsPerMillion({ memoryMb, billedMs: Math.ceil(ms), cpuArchitecture }, prices);
  const front = paretoFront(
    sizes.map((size) => ({ size, ms: size.averageMs, dollars: size.dollarsPerMillion })),
  );
  const winners = winnersOf(sizes, goal);
  const winnerMb = winners?.[goal.strategy];
  const deployed = sizes.find(({ memoryMb }) => memoryMb === deployedMb);
  const winner = sizes.find(({ memoryMb }) => memoryMb === winnerMb);
  const own = trials.filter(({ purpose, targetId }) => purpose === 'confirm' && targetId === target.id);
  const isContest = deployed !== undefined && winner !== undefined && winner !== deployed && own.length > 0;
  return known({
    ...{ tunerArn, deployedMb, missing, strategy: goal.strategy },
    sizes: sizes.map(({ memoryMb, averageMs, dollarsPerMillion }) => ({
      ...{ memoryMb, averageMs, dollarsPerMillion },
      onFront: front.some(({ size }) => size.memoryMb === memoryMb),
    })),
    ...{ failure, winners, visualization },
    provision: winnerMb === undefined ? undefined : provisionOf(deployedMb, winnerMb),
    confirmation: isContest
      ? judged(
          { deployed, winner, goal, dollarsOf },
          answeredIn(own, deployedMb),
          answeredIn(own, winner.memoryMb),
        )
      : undefined,
  });
};

const goals: Readonly<Record<Strategy, string>> = {
  cost: 'the least dollars',
  speed: 'the least time',
  balanced: 'the best of time and dollars',
};

const provisions = {
  over: 'over-provisioned',
  under: 'under-provisioned',
  right: 'provisioned right',
} as const;

/** What to make of it, in words. */
export const tuningSentence = (tuning: TargetTuning): string => {
  const {
    deployedMb,
    failure,
    sizes,
    missing,
    strategy,
    winners,
    provision = 'right',
    confirmation,
  } = tuning;
  if (failure !== undefined || winners === undefined)
    return `Not tuned: ${failure ?? 'no size gave figures'}.`;
  const figures = (mb: number): string => {
    const size = sizes.find(({ memoryMb }) => memoryMb === mb);
    return size === undefined
      ? ''
      : ` (${formatMs(size.averageMs)} and ${formatDollars(size.dollarsPerMillion)} a million)`;
  };
  const winner = winners[strategy];
  const left = missing.length === 0 ? '' : ` Without figures of ${missing.map(formatNumber).join(', ')} MB.`;
  const found = `${megabytes(winner)}${figures(winner)} has ${goals[strategy]}`;
  if (winner === deployedMb) return `${found}, and is what is deployed: ${provisions[provision]}.${left}`;
  const again =
    confirmation === undefined
      ? 'Not measured a second time'
      : `${confirmation.outcome}: ${confirmation.why}`;
  return `${found}; ${megabytes(deployedMb)} is deployed${figures(deployedMb)}: ${provisions[provision]}.${left} ${again.charAt(0).toUpperCase()}${again.slice(1)}.`;
};
