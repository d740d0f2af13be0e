/** The report in a few lines, for the terminal. */
import { firstColdName, firstColdsOf } from '../../core/report/cold-starts.ts';
import { formatCount, formatNumber, formatQuantile } from '../../core/report/format.ts';
import { list } from '../../core/report/list.ts';
import type { Report, TargetReport } from '../../core/report/types.ts';
import { table, type Column } from '../text.ts';

const columns: readonly Column[] = [
  { title: 'rank', align: 'right' },
  { title: 'target', align: 'left' },
  { title: 'n', align: 'right' },
  { title: 'p50 ms', align: 'right' },
  { title: 'p99 ms', align: 'right' },
  { title: 'cold ms', align: 'right' },
  { title: 'errors', align: 'right' },
  { title: 'state', align: 'left' },
];

const stateOf = (target: TargetReport): string => {
  if (target.kind === 'null' && target.state === 'measured') return 'measured: the floor, not ranked';
  return target.valid ? target.state : `${target.state}, invalid`;
};

const row = (target: TargetReport, rank: number | undefined): string[] => {
  const { warm } = target.response;
  const { alone } = firstColdsOf(target);
  return [
    rank === undefined ? '-' : String(rank),
    target.id,
    formatCount(target.requests.ok),
    formatQuantile(warm?.quantiles.p50),
    formatQuantile(warm?.quantiles.p99),
    alone === undefined ? '–' : formatNumber(alone.meanMs),
    formatCount(target.requests.failed),
    stateOf(target),
  ];
};

/** What the column of cold starts has in it: nothing that was measured under the load. */
const coldNote = (report: Report): string => {
  const first = report.targets.filter((target) => firstColdsOf(target).alone !== undefined);
  const names = [...new Set(first.map(({ kind }) => firstColdName(report.plane, kind)))];
  return names.length === 0 ? '' : `cold ms: one cold start per target, the ${names.join(' or the ')}\n`;
};

/** Ranks of one table that do not belong to one ranking must say so. */
const apartNote = ({ rankings }: Report): string =>
  rankings.length < 2
    ? ''
    : `Ranked apart, called another way or from another vantage: ${rankings
        .map(({ path, vantage, rows, unranked }) => {
          const ids = [...rows, ...unranked].map(({ id }) => id);
          return `${list(ids)} (${path === 'http' ? 'HTTP' : 'direct invocation'}, ${vantage})`;
        })
        .join('; ')}\n`;

/**
 * Ranked targets first, fastest at the top; then the others as the plan has them. p50 and p99 are of warm requests; the
 * cold start is the one that verification saw.
 */
export const summaryTable = (report: Report): string => {
  const ranked = report.rankings.flatMap(({ rows }) => rows);
  const place = (id: string): number => {
    const index = ranked.findIndex((entry) => entry.id === id);
    return index < 0 ? ranked.length : index;
  };
  const rows = [...report.targets]
    .sort((a, b) => place(a.id) - place(b.id))
    .map((target) => row(target, ranked.find((entry) => entry.id === target.id)?.rank));
  return table(columns, rows) + apartNote(report) + coldNote(report);
};

/** One sentence for each target without a full result. */
export const failures = (report: Report): readonly string[] =>
  report.targets
    .filter(({ state }) => state !== 'measured')
    .map(({ id, state, remarks }) => `${id}: ${remarks[0] ?? state}`);
