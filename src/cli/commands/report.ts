/** `latency-lab report`: a report in another format. */
import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { Argument } from 'commander';
import { InputError } from '../../core/errors.ts';
import { renderCsv } from '../../core/report/csv.ts';
import { renderHtml } from '../../core/report/html/page.ts';
import { renderMarkdown } from '../../core/report/markdown.ts';
import { viewOf } from '../../core/report/view.ts';
import type { ReportView } from '../../core/report/view-model.ts';
import { defineCommand } from '../command.ts';
import { errorCode } from '../explain.ts';
import { choice, text, toggle } from '../options.ts';
import { readReportFile } from '../report-file.ts';
import { summaryTable } from '../text.ts';

const formats = ['table', 'html', 'md', 'csv', 'json'] as const;
type Format = (typeof formats)[number];

const renderers: Readonly<Record<Format, (view: ReportView) => string>> = {
  table: summaryTable,
  html: renderHtml,
  md: renderMarkdown,
  csv: renderCsv,
  json: ({ report }) => `${JSON.stringify(report, null, 2)}\n`,
};

/** The format that a file's name asks for. */
const formatOf = (out: string | undefined): Format | undefined => {
  const ending = extname(out ?? '').slice(1);
  return formats.find((format) => format === ending);
};

const write = async (out: string, text: string): Promise<void> => {
  try {
    await writeFile(out, text);
  } catch (error) {
    throw new InputError('--out', out, 'a file that can be written', errorCode(error));
  }
};

export const report = defineCommand({
  name: 'report',
  summary: 'Renders the report.json of a run as a table, HTML, Markdown or CSV.',
  examples: [
    'latency-lab report reports/local-20261121-090000',
    'latency-lab report report.json --out report.html',
  ],
  arguments: [new Argument('<FILE>', 'a report.json of a run, or the directory it is in')],
  options: {
    format: choice('--format <FORMAT>', formats, 'default: what the name of --out ends with, else table'),
    json: toggle('--json', 'the same as --format json'),
    out: text('--out <FILE>', 'where to write it; default stdout'),
  },
  run: async (values, [file = ''], { print, terminal, root }) => {
    const view = viewOf(await readReportFile(file, root));
    const format = values.format ?? (values.json ? 'json' : formatOf(values.out)) ?? 'table';
    const rendered = renderers[format](view);
    if (values.out === undefined) print(rendered);
    else {
      await write(values.out, rendered);
      terminal.say(`Written to ${values.out}`);
    }
    return 0;
  },
});
