/** Which targets failed too often to be content with: read by the report and by the command line's exit code. */
import { greatest } from 'd3-array';
import { type LoadProfile, openSends } from '../schema/load.ts';
import type { ErrorCount, Report, RequestCounts, TargetReport } from '../schema/report.ts';
import { formatCount, formatShare } from './format.ts';
import { lostOf } from './latency.ts';
import { errorNames } from './words.ts';

/** A ranking by latency flatters whoever answers only the easy requests: above this share a target stands apart. */
export const rankableErrorShare = 0.01;

/** Measured requests that a cell plans. */
export const plannedRequests = (load: LoadProfile): number =>
  load.model === 'closed' ? load.requests : openSends(load) - load.warmup;

const plannedOf = (requests: RequestCounts): number => requests.ok + lostOf(requests);

/** Of the planned requests, 0 to 1: answered wrongly or not at all. What was not sent for want of time has not failed. */
export const failedShareOf = (requests: RequestCounts): number =>
  requests.failed / Math.max(1, plannedOf(requests));

export interface FailingTarget {
  readonly id: string;
  readonly share: number;
  /** One sentence: how many, and the first example of what failed most. */
  readonly sentence: string;
}

/** What failed most; undefined where nothing did. */
export const usualError = ({ errors }: Pick<TargetReport, 'errors'>): ErrorCount | undefined =>
  greatest(errors, ({ count }) => count);

const sentenceOf = (target: TargetReport): string => {
  const { requests } = target;
  const usual = usualError(target);
  const example = usual === undefined ? '' : `, for example: ${usual.example ?? errorNames[usual.kind]}`;
  const counts = `${formatCount(requests.failed)} of ${formatCount(plannedOf(requests))} planned requests failed`;
  return `${counts} (${formatShare(failedShareOf(requests))})${example}`;
};

/**
 * Targets of whose planned requests more than `limit` failed, in the plan's order; the floor as well, for nothing can
 * be told from a run whose floor fails.
 * @param limit share, 0 to 1
 */
export const failingTargets = (
  { targets }: Pick<Report, 'targets'>,
  limit: number = rankableErrorShare,
): readonly FailingTarget[] =>
  targets
    .filter(({ requests }) => failedShareOf(requests) > limit)
    .map((target) => ({
      id: target.id,
      share: failedShareOf(target.requests),
      sentence: sentenceOf(target),
    }));
