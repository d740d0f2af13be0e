import { coldStartSentences, firstColdName, firstColdsOf } from './cold-starts.ts';
import { formatCount, formatInterval, formatNumber, formatQuantile } from './format.ts';
import { bullets, escape, table } from './markdown-parts.ts';
import type { Report, TargetReport } from './types.ts';

/** The load's cold answers, or else the one that verification saw, which says so. */
export const coldCell = (plane: Report['plane'], target: TargetReport): string => {
  const { cold } = target.response;
  if (cold !== undefined) return `${formatNumber(cold.meanMs)} (${formatCount(cold.n)})`;
  const { alone } = firstColdsOf(target);
  return alone === undefined
    ? '–'
    : `${formatNumber(alone.meanMs)} (${formatCount(alone.n)}, ${firstColdName(plane, target.kind)})`;
};

const head = ['Target', 'alone ms (n)', 'burst n', 'burst p50 ms', 'burst min–max ms', 'failed'];

const row = (target: TargetReport): string[] => {
  const { alone, burst } = firstColdsOf(target);
  const { sent, acknowledged } = target.verification ?? { sent: 0, acknowledged: 0 };
  return [
    escape(target.id),
    alone === undefined ? '–' : `${formatNumber(alone.meanMs)} (${formatCount(alone.n)})`,
    formatCount(burst?.n ?? 0),
    formatQuantile(burst?.quantiles.p50),
    burst === undefined ? '–' : formatInterval(burst.minMs, burst.maxMs),
    formatCount(sent - acknowledged),
  ];
};

/** Nothing where verification saw no cold start. */
export const coldStartBlocks = (report: Report): string[] => {
  const seen = report.targets.filter((target) => Object.keys(firstColdsOf(target)).length > 0);
  if (seen.length === 0) return [];
  return ['## Cold starts before the load', table(head, seen.map(row)), bullets(coldStartSentences(report))];
};
