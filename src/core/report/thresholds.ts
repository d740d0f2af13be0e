/** What a run must keep to, so that a pipeline can stop. Judged here once, for the execution, the report and the command line. */
import type { Plan } from '../schema/plan.ts';
import type { LatencySummary, Report, TargetReport } from '../schema/report.ts';
import { defaultMaxFailed } from '../schema/request.ts';
import { failingTargets } from './failures.ts';
import { formatCount, formatMs, formatTick } from './format.ts';
import { missedGoal } from './recommendation.ts';
import { stateNames } from './words.ts';

/** One sentence for each target without a full result, which can be held to nothing. */
export const problemsOf = ({ targets }: Pick<Report, 'targets'>): string[] =>
  targets
    .filter(({ state }) => state !== 'measured')
    .map(({ id, state, remarks }) => `${id}: ${remarks[0] ?? stateNames[state]}`);

const tooSlow = (
  { id, response }: TargetReport,
  name: keyof LatencySummary['quantiles'],
  most: number | undefined,
): string[] => {
  if (most === undefined) return [];
  const quantile = response.all?.quantiles[name];
  if (quantile === undefined) return [`${id}: ${name} cannot be judged: no request was answered`];
  if ('neededN' in quantile)
    return [`${id}: ${name} cannot be judged: it takes ${formatCount(quantile.neededN)} answers`];
  if ('aboveMs' in quantile)
    return [
      `${id}: ${name} falls among the requests without an answer (more than ${formatMs(quantile.aboveMs)}); allowed: ${formatMs(most)}`,
    ];
  if (quantile.ms <= most) return [];
  return [`${id}: ${name} is ${formatMs(quantile.ms)}; allowed: ${formatMs(most)}`];
};

/**
 * One sentence for each threshold that was crossed or cannot be judged. The null target is the floor: only its failures count.
 * Percentiles are those of the report, as they are: of all planned requests, without regard to their intervals.
 */
export const crossedThresholds = (
  report: Pick<Report, 'targets' | 'recommendation'>,
  { limits = {}, maxFailed = defaultMaxFailed }: Pick<Plan, 'limits' | 'maxFailed'>,
): string[] => {
  const timed = report.targets.filter(({ kind, state }) => kind !== 'null' && state !== 'not-timed');
  const missed = missedGoal(report);
  return [
    ...problemsOf(report),
    ...failingTargets(report, maxFailed).map(
      ({ id, sentence }) => `${id}: ${sentence}; allowed: ${formatTick(maxFailed * 100)} %`,
    ),
    ...timed.flatMap((target) => [
      ...tooSlow(target, 'p50', limits.p50Ms),
      ...tooSlow(target, 'p99', limits.p99Ms),
    ]),
    ...(missed === undefined ? [] : [missed]),
  ];
};

/** Of the Fail state in compare.asl.json. */
export const thresholdCrossed = 'ThresholdCrossed';

const mostInCause = 20;

/** The sentences in one line for an execution's cause, which ends at 32,768 characters; the report has them all. */
export const crossedInShort = (crossed: readonly string[]): string => {
  const shown = crossed.slice(0, mostInCause).map((sentence) => sentence.slice(0, 500));
  const more = crossed.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${formatCount(more)} more, see the report`] : [])].join('; ');
};
