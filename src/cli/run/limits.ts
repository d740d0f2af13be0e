/** What a run must keep to, so that a pipeline can stop: per target, a most for latency and for failed requests. */
import { failedShareOf, usualError } from '../../core/report/failures.ts';
import { formatCount, formatMs } from '../../core/report/format.ts';
import type { LatencySummary, Report, TargetReport } from '../../core/schema/report.ts';
import { defaultMaxFailed } from '../../core/schema/request.ts';
import { milliseconds, percent, type Values } from '../options.ts';

export const limitOptions = {
  maxP50: milliseconds(
    '--max-p50 <TIME>',
    'the most that the median of all planned requests of a target may be: 20, 20ms, 1s',
  ),
  maxP99: milliseconds(
    '--max-p99 <TIME>',
    'the most that the 99th percentile of all planned requests may be',
  ),
  maxFailed: percent(
    '--max-failed <PERCENT>',
    "the most of a target's planned requests that may fail; default 1%",
  ),
};

export type LimitValues = Values<typeof limitOptions>;

const asPercent = (share: number): string => `${Number((share * 100).toFixed(2))} %`;

const tooManyFailed = (target: TargetReport, most: number): string[] => {
  const { id, requests } = target;
  const failedShare = failedShareOf(requests);
  if (failedShare <= most) return [];
  const usual = usualError(target);
  const reason = usual === undefined ? '' : `, for example: ${usual.example ?? usual.kind}`;
  const share = `${asPercent(failedShare)}; allowed: ${asPercent(most)}`;
  return [
    `${id}: ${formatCount(requests.failed)} of ${formatCount(requests.planned)} requests failed (${share})${reason}`,
  ];
};

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

/** One sentence for each limit that a timed target crossed. The null target is the floor: only its failures count. */
export const crossedLimits = (report: Report, limits: LimitValues): readonly string[] =>
  report.targets
    .filter(({ state }) => state !== 'not-timed')
    .flatMap((target) => [
      ...tooManyFailed(target, limits.maxFailed ?? defaultMaxFailed),
      ...(target.kind === 'null'
        ? []
        : [...tooSlow(target, 'p50', limits.maxP50), ...tooSlow(target, 'p99', limits.maxP99)]),
    ]);
