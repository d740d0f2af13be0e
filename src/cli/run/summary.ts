/** The report's short table, for the terminal. */
import type { ReportView } from '../../core/report/view-model.ts';
import { table } from '../text.ts';

export const summaryTable = ({ summary: { table: shown, notes } }: ReportView): string =>
  table(
    (shown?.columns ?? []).map(({ head, align }) => ({ title: head, align: align ?? 'left' })),
    (shown?.rows ?? []).map((cells) => cells.map((cell) => (typeof cell === 'string' ? cell : cell.text))),
  ) + notes.map((note) => `${note}\n`).join('');
