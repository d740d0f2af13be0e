import { formatCount } from '../format.ts';
import type { Report } from '../types.ts';
import { markup, type Markup } from './markup.ts';
import { section, table } from './table.ts';

/** Errors by kind with an example, and every remark on a target. Says so when there is none. */
export const failureSection = (report: Report): Markup => {
  const errors = report.targets.flatMap((target) =>
    target.errors.map((error) => [
      target.id,
      error.kind,
      formatCount(error.count),
      error.example === undefined ? '–' : markup`<code>${error.example}</code>`,
    ]),
  );
  const remarks = report.targets.flatMap((target) =>
    target.remarks.map((remark) => markup`<li><b>${target.id}</b> ${remark}</li>`),
  );
  const own = report.remarks.map((remark) => markup`<li>${remark}</li>`);
  return section(
    'failures',
    'Failures and remarks',
    errors.length === 0
      ? markup`<p>Every measured request was answered as expected.</p>`
      : table(
          'Failed requests by kind, with the first example',
          [{ head: 'Target' }, { head: 'Kind' }, { head: 'Count', classes: 'number' }, { head: 'Example' }],
          errors,
        ),
    remarks.length + own.length === 0 ? undefined : markup`<ul class="remarks">${own}${remarks}</ul>`,
  );
};
