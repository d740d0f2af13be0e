/** Tables, numbers and times for people. */
import { relative } from 'node:path';
import Table from 'cli-table3';
import type { ReportView } from '../core/report/view-model.ts';

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

const borders =
  'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid';
const noBorders = Object.fromEntries(borders.split(' ').map((name) => [name, '']));

/** One line per row, two spaces between columns, no trailing spaces. */
export const table = (columns: readonly Column[], rows: readonly (readonly string[])[]): string => {
  const titles = columns.map(({ title }) => title);
  const lines = new Table({
    chars: { ...noBorders, middle: '  ' },
    colAligns: columns.map(({ align }) => align),
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  lines.push(
    titles,
    widths.map((width) => '-'.repeat(width)),
    ...rows.map((row) => [...row]),
  );
  return `${lines.toString().replace(/ +$/gm, '')}\n`;
};

/** The report's short table. */
export const summaryTable = ({ summary: { table: shown, notes } }: ReportView): string =>
  table(
    (shown?.columns ?? []).map(({ head, align }) => ({ title: head, align: align ?? 'left' })),
    (shown?.rows ?? []).map((cells) => cells.map((cell) => (typeof cell === 'string' ? cell : cell.text))),
  ) + notes.map((note) => `${note}\n`).join('');

/** Whole seconds, since it ticks: `8 s`, `2 min 05 s`, `1 h 20 min`. */
export const durationText = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
};

/** From here, where it lies below. */
export const shownPath = (path: string): string => {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
};
