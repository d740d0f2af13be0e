import { formatCount, formatInterval, formatNumber, formatQuantile } from '../format.ts';
import type { LatencySummary, QuantileMs, Report, RoundReport, TargetReport } from '../types.ts';
import { quantileNames } from '../types.ts';
import { failedShare, nameCell } from './ranking-section.ts';
import type { Series } from './figure-data.ts';
import { markup, type Markup, type MarkupValue } from './markup.ts';
import { type Column, section, table } from './table.ts';

const number = (head: MarkupValue): Column => ({ head, classes: 'number' });

const quantile = (q: QuantileMs): MarkupValue =>
  'neededN' in q
    ? markup`<span class="muted">n too small <small class="needed">takes ${formatCount(q.neededN)}</small></span>`
    : markup`${formatNumber(q.ms)} <small class="interval">${formatInterval(q.lowMs, q.highMs)}</small>`;

const latencyRow = (name: string, s: LatencySummary): MarkupValue[] => [
  name,
  formatCount(s.n),
  ...quantileNames.map((q) => quantile(s.quantiles[q])),
  formatNumber(s.meanMs),
  s.standardDeviationMs === undefined ? '–' : formatNumber(s.standardDeviationMs),
  formatNumber(s.minMs),
  formatNumber(s.maxMs),
  s.p99OverP50 === undefined ? '–' : s.p99OverP50.toFixed(2),
];

const latencyTable = (target: TargetReport, open: boolean): MarkupValue => {
  const kinds = [
    ['response, warm', target.response.warm],
    ['response, cold', target.response.cold],
    ['service, warm', open ? target.service.warm : undefined],
    ['service, cold', open ? target.service.cold : undefined],
  ] as const;
  const rows = kinds.flatMap(([name, s]) => (s === undefined ? [] : [latencyRow(name, s)]));
  if (rows.length === 0) return undefined;
  return table(
    `${target.id}: latencies in ms, with 95 % intervals`,
    [
      { head: 'Time' },
      number('n'),
      ...quantileNames.map(number),
      ...['mean', 'sd', 'min', 'max', 'p99/p50'].map(number),
    ],
    rows,
  );
};

const roundRow = (round: RoundReport): MarkupValue[] => {
  const { requests, response, workers } = round;
  return [
    round.round,
    formatCount(requests.ok),
    formatCount(requests.failed),
    formatQuantile(response.warm?.quantiles.p50),
    formatQuantile(response.warm?.quantiles.p99),
    formatCount(response.cold?.n ?? 0),
    round.throughputPerSecond === undefined ? '–' : formatNumber(round.throughputPerSecond),
    formatNumber(round.seconds),
    `${workers.finished} of ${workers.planned}`,
  ];
};

const roundTable = (target: TargetReport): MarkupValue =>
  target.rounds.length === 0
    ? undefined
    : table(
        `${target.id}: round by round, response times in ms`,
        [
          { head: 'Round' },
          ...[
            'ok',
            'failed',
            'warm p50',
            'warm p99',
            'cold n',
            'answers/s',
            'seconds',
            'workers finished',
          ].map(number),
        ],
        target.rounds.map(roundRow),
      );

const facts = (target: TargetReport): Markup => {
  const pairs: (readonly [string, string | number | undefined])[] = [
    ['kind', target.kind],
    ['called', target.path === 'http' ? 'over HTTP' : 'by direct invocation'],
    ['vantage', target.vantage],
    ['memory', target.memoryMb === undefined ? undefined : `${formatCount(target.memoryMb)} MB`],
    ['CPU architecture', target.cpuArchitecture],
    ['runtime', target.runtime],
    ['sent', formatCount(target.requests.sent)],
    ['failed', failedShare(target)],
    ['warm-up, left out', formatCount(target.requests.warmup)],
    ['not sent in time', formatCount(target.requests.unsent)],
    [
      'answers/s',
      target.throughputPerSecond === undefined ? undefined : formatNumber(target.throughputPerSecond),
    ],
    ...Object.entries(target.verification?.observed ?? {}).map(
      ([name, value]) => [`first answer’s ${name}`, value] as const,
    ),
  ];
  return markup`<dl class="facts">${pairs.flatMap(([name, value]) =>
    value === undefined ? [] : [markup`<div><dt>${name}</dt><dd>${value}</dd></div>`],
  )}</dl>`;
};

const details = (series: Series, report: Report): Markup => {
  const { target } = series;
  return markup`<details><summary>${nameCell(series)}</summary>
${target.remarks.length === 0 ? undefined : markup`<ul class="remarks">${target.remarks.map((r) => markup`<li>${r}</li>`)}</ul>`}
${latencyTable(target, report.method.load.model === 'open')}${roundTable(target)}${facts(target)}</details>
`;
};

/** Everything about each target, folded away. */
export const targetSection = (report: Report, all: readonly Series[]): Markup =>
  section(
    'targets',
    'Each target in full',
    all.map((series) => details(series, report)),
  );
