/** The cheapest target that is good enough at the traffic that is wanted: warm and cold requests mixed as they are to be expected. */
import { ascending, sort } from 'd3-array';
import { known } from '../known.ts';
import type { Goal } from '../schema/goal.ts';
import type { Candidate, Recommendation } from '../schema/report-recommendation.ts';
import type { Report, TargetReport } from '../schema/report.ts';
import { quantile } from '../stats/distribution.ts';
import { assumedIdleSeconds, mixtureQuantile } from '../stats/traffic.ts';
import { coldShareAt, coldTimesOf } from './expectation.ts';
import { formatCount, formatDollars, formatMs, formatShare, formatTick, list } from './format.ts';
import { responseTimes } from './latency.ts';

const tail = 0.99;

/** What is to be expected of its requests at a rate. */
interface Expected {
  readonly coldShare: number;
  readonly p99Ms?: number;
  /** Why there is no p99. */
  readonly reason?: string;
}

/** @param requestsPerSecond steady, at random times */
const expectationOf = (target: TargetReport, requestsPerSecond: number): Expected => {
  const { all, warm } = responseTimes(target);
  const p99 = target.response.all?.quantiles.p99;
  const needed =
    p99 !== undefined && 'neededN' in p99
      ? `p99 takes ${formatCount(p99.neededN)} requests`
      : 'no request was answered';
  const isKnown = all !== undefined && p99 !== undefined && !('neededN' in p99);
  const finite = (ms: number): Omit<Expected, 'coldShare'> =>
    Number.isFinite(ms) ? { p99Ms: ms } : { reason: 'more than 1 % of its requests had no answer' };
  const coldShare = target.cost?.service.coldShare ?? coldShareAt(target, requestsPerSecond);
  if (target.memoryMb === undefined)
    return { coldShare, ...(isKnown ? finite(quantile(all, tail)) : { reason: needed }) };
  const cold = coldTimesOf(target);
  if (!isKnown || warm === undefined) return { coldShare, reason: needed };
  if (cold === undefined) return { coldShare, reason: 'no cold start was measured' };
  return { coldShare, ...finite(mixtureQuantile(warm, cold, coldShare, tail)) };
};

const judge = ({ p99Ms, coldShare, reason }: Expected, goal: Goal): Pick<Candidate, 'meets' | 'reasons'> => {
  const missed = [
    goal.p99Ms !== undefined && p99Ms !== undefined && p99Ms > goal.p99Ms
      ? [`p99 ${formatMs(p99Ms)}, wanted ${formatTick(goal.p99Ms)} ms`]
      : [],
    goal.coldShare !== undefined && coldShare > goal.coldShare
      ? [`${formatShare(coldShare)} cold, wanted ${formatTick(goal.coldShare * 100)} %`]
      : [],
  ].flat();
  if (missed.length > 0) return { meets: 'no', reasons: missed };
  if (goal.p99Ms !== undefined && p99Ms === undefined)
    return { meets: 'unknown', reasons: [reason ?? 'its p99 is not known'] };
  return { meets: 'yes', reasons: [] };
};

const order: readonly Candidate['meets'][] = ['yes', 'unknown', 'no'];

/**
 * @param requestsPerSecond for which the targets' dollars are
 * @returns undefined where no target was answered
 */
export const recommend = (
  targets: readonly TargetReport[],
  requestsPerSecond: number,
  goal: Goal = {},
): Recommendation | undefined => {
  const wanted = targets.filter(({ kind, response }) => kind !== 'null' && response.all !== undefined);
  if (wanted.length === 0) return undefined;
  const candidates = wanted.map((target): Candidate => {
    const expected = expectationOf(target, requestsPerSecond);
    const { coldShare, p99Ms } = expected;
    const dollarsPerMonth = target.cost?.dollarsPerMonth;
    return known({ id: target.id, dollarsPerMonth, coldShare, p99Ms, ...judge(expected, goal) });
  });
  const sorted = sort(
    candidates,
    (a, b) =>
      order.indexOf(a.meets) - order.indexOf(b.meets) ||
      ascending(a.dollarsPerMonth ?? Infinity, b.dollarsPerMonth ?? Infinity),
  );
  const best = sorted.find(({ meets, dollarsPerMonth }) => meets === 'yes' && dollarsPerMonth !== undefined);
  return known({
    requestsPerSecond,
    goal,
    idleSeconds: assumedIdleSeconds,
    candidates: sorted,
    best: best?.id,
  });
};

export const atRate = (rate: number): string =>
  rate === 1 ? 'one request per second' : `${formatTick(rate)} requests per second`;

export const hasGoal = (goal: Goal): boolean => goal.p99Ms !== undefined || goal.coldShare !== undefined;

export const goalInWords = ({ p99Ms, coldShare }: Goal): string =>
  list([
    ...(p99Ms === undefined ? [] : [`answers 99 of 100 requests within ${formatTick(p99Ms)} ms`]),
    ...(coldShare === undefined ? [] : [`keeps cold requests to ${formatTick(coldShare * 100)} %`]),
  ]);

const monthOf = ({ dollarsPerMonth }: Candidate): string =>
  dollarsPerMonth === undefined
    ? 'at a price that is not known'
    : `${formatDollars(dollarsPerMonth)} a month`;

const expectedOf = ({ p99Ms, coldShare }: Candidate): string =>
  list([
    ...(p99Ms === undefined ? [] : [`p99 ${formatMs(p99Ms)}`]),
    coldShare === 0 ? 'no cold request' : `${formatShare(coldShare)} of requests cold`,
  ]);

/** Undefined where no target has a price. */
export const recommendationSentence = (recommendation: Recommendation | undefined): string | undefined => {
  if (recommendation === undefined) return undefined;
  const { requestsPerSecond, goal, candidates, best } = recommendation;
  const at = atRate(requestsPerSecond);
  const chosen = candidates.find(({ id }) => id === best);
  if (chosen !== undefined) {
    const what = hasGoal(goal) ? `the cheapest that ${goalInWords(goal)}` : 'the cheapest';
    return `At ${at}, ${chosen.id} is ${what}: ${monthOf(chosen)}, with ${expectedOf(chosen)} to be expected`;
  }
  if (!hasGoal(goal)) return undefined;
  const unknown = candidates.filter(({ meets }) => meets === 'unknown');
  return unknown.length > 0
    ? `At ${at}, it is not known which target ${goalInWords(goal)}: ${unknown[0]?.reasons.join(', ') ?? 'no figures'}`
    : `At ${at}, no target ${goalInWords(goal)}`;
};

/** One sentence where a goal was given and no target is known to reach it. */
export const missedGoal = ({ recommendation }: Pick<Report, 'recommendation'>): string | undefined =>
  recommendation !== undefined && hasGoal(recommendation.goal) && recommendation.best === undefined
    ? recommendationSentence(recommendation)
    : undefined;
