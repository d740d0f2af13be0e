/** The report in a few lines, for the terminal. */
import type { Report, TargetReport, QuantileMs } from '../../core/report/types.ts';
import { table, type Column } from '../terminal/table.ts';
import { count, milliseconds } from '../terminal/words.ts';

const columns: readonly Column[] = [
  { title: 'rank', align: 'right' },
  { title: 'target', align: 'left' },
  { title: 'n', align: 'right' },
  { title: 'p50 ms', align: 'right' },
  { title: 'p99 ms', align: 'right' },
  { title: 'colds', align: 'right' },
  { title: 'errors', align: 'right' },
  { title: 'state', align: 'left' },
];

const quantile = (value: QuantileMs | undefined): string => {
  if (value === undefined) return '-';
  return 'ms' in value ? milliseconds(value.ms) : `n<${count(value.neededN)}`;
};

const row = (target: TargetReport, rank: number | undefined): string[] => {
  const { cold, warm } = target.response;
  return [
    rank === undefined ? '-' : String(rank),
    target.id,
    count(target.requests.ok),
    quantile(warm?.quantiles.p50),
    quantile(warm?.quantiles.p99),
    count(cold?.n ?? 0),
    count(target.requests.failed),
    target.valid ? target.state : `${target.state}, generator overloaded`,
  ];
};

/** Ranked targets first, fastest at the top; the others as the plan has them. */
export const summaryTable = (report: Report): string => {
  const ranked = report.rankings.flatMap(({ rows }) => rows);
  const place = (id: string): number => {
    const index = ranked.findIndex((entry) => entry.id === id);
    return index < 0 ? ranked.length : index;
  };
  const rows = [...report.targets]
    .sort((a, b) => place(a.id) - place(b.id))
    .map((target) => row(target, ranked.find((entry) => entry.id === target.id)?.rank));
  return table(columns, rows);
};

/** One sentence for each target that could not be timed or did not answer, and for each that was left out. */
export const failures = (report: Report): readonly string[] => [
  ...report.targets
    .filter(({ state }) => state !== 'measured')
    .map(({ id, state, verification, remarks }) => `${id}: ${verification?.reason ?? remarks[0] ?? state}`),
];
