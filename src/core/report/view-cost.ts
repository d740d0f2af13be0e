/** Dollars: what each target costs at some traffic, where one overtakes another, latency against price, and what the run cost. */
import { known } from '../known.ts';
import type { ReportCost, TargetCost } from '../schema/report-cost.ts';
import type { Report } from '../schema/report.ts';
import { formatCount, formatDollars, formatMs, formatNumber, formatTick } from './format.ts';
import { msOf } from './latency.ts';
import { logAxis } from './view-figures.ts';
import type { Block, CellLike, ChartFigure, Reading, Section, TargetRow } from './view-model.ts';
import { colours, nameCell, tableOf } from './view-rows.ts';

interface CostRow extends TargetRow {
  readonly cost: TargetCost;
}

const rateText = (requestsPerSecond: number): string => `${formatTick(requestsPerSecond)}/s`;

/** 1.2 million, 340,000. */
const manyText = (count: number): string =>
  count >= 1e6 ? `${formatNumber(count / 1e6)} million` : formatCount(Math.round(count));

const monthCell = ({ cost }: CostRow, rate: number): CellLike => {
  const point = cost.atRates.find(({ requestsPerSecond }) => requestsPerSecond === rate);
  if (point === undefined) return '';
  return {
    text: formatDollars(point.dollarsPerMonth),
    note: `${formatDollars(point.dollarsPerMillion)} a million`,
  };
};

const costTable = (rows: readonly CostRow[], { rates }: ReportCost): Block[] =>
  tableOf('Dollars a month at so many requests per second, and per million requests', rows, [
    ['Target', nameCell],
    ...rates.map(
      (rate) =>
        [{ head: `at ${rateText(rate)}`, align: 'right' }, (row: CostRow) => monthCell(row, rate)] as const,
    ),
    [
      { head: 'billed, ms', align: 'right' },
      ({ cost }) => (cost.service.billedMs === undefined ? '–' : formatNumber(cost.service.billedMs)),
    ],
  ]);

/** More of them would be a list of every further server. */
const mostCrossings = 12;

/** Which is cheaper below and above which rate. */
export const crossingSentences = ({
  crossings,
  shape,
}: Pick<ReportCost, 'crossings' | 'shape'>): string[] => {
  const shown = crossings.slice(0, mostCrossings);
  const sentences = shown.map(
    ({ below, above, requestsPerSecond, requestsPerMonth, dollarsPerMonth }) =>
      `Below ${formatNumber(requestsPerSecond)}/s (${manyText(requestsPerMonth)} a month, ${formatDollars(dollarsPerMonth)}) ${below} is cheaper than ${above}, above it dearer.`,
  );
  if (shown.length === 0)
    return [`No target overtakes another between 0.01/s and 1,000/s (${shape} traffic).`];
  const more = crossings.length - shown.length;
  return more > 0 ? [...sentences, `And ${formatCount(more)} further crossings at higher rates.`] : sentences;
};

/** A reading reaches halfway to its neighbours on the logarithmic axis. */
export const alongAxis = (
  stops: readonly { readonly at: number; readonly text: string }[],
  ends: readonly [number, number],
): Reading[] =>
  stops.map(({ at, text }, i) => ({
    from: i === 0 ? ends[0] : Math.sqrt((stops[i - 1]?.at ?? at) * at),
    to: i === stops.length - 1 ? ends[1] : Math.sqrt((stops[i + 1]?.at ?? at) * at),
    text,
  }));

const costFigure = (rows: readonly CostRow[], { crossings, shape, freeTier }: ReportCost): ChartFigure => {
  const curves = rows.map(({ target, colour, cost }, i) => ({
    id: target.id,
    colour,
    dash: Math.floor(i / colours),
    points: cost.sweep.map(
      ({ requestsPerSecond, dollarsPerMonth }) => [requestsPerSecond, dollarsPerMonth] as const,
    ),
  }));
  const values = curves.flatMap(({ points }) => points);
  const x = logAxis(values.map(([rate]) => rate));
  const y = logAxis(values.map(([, dollars]) => Math.max(dollars, 0.01)));
  const stops = (rows[0]?.cost.sweep ?? []).map(({ requestsPerSecond: at }, i) => ({
    at,
    text: `${formatNumber(at)}/s: ${rows.map(({ target, cost }) => `${target.id} ${formatDollars(cost.sweep[i]?.dollarsPerMonth ?? 0)}`).join(', ')}`,
  }));
  const words = rows.map(
    ({ target, cost }) =>
      `${target.id}: ${cost.atRates.map((point) => `${formatDollars(point.dollarsPerMonth)} a month at ${rateText(point.requestsPerSecond)}`).join(', ')}`,
  );
  return {
    kind: 'chart',
    name: 'dollars by rate',
    caption: `Dollars a month over requests per second, both logarithmic, ${shape} traffic${freeTier ? ', with the free tier' : ''}. A diamond marks where one target overtakes another.`,
    words: words.join('; '),
    ...{ x, y, curves },
    marks: crossings.slice(0, mostCrossings).map(({ requestsPerSecond, dollarsPerMonth }) => ({
      ...({ look: 'crossing', x: requestsPerSecond, y: dollarsPerMonth } as const),
    })),
    legend: [],
    readings: alongAxis(stops, [x.low, x.high]),
  };
};

const tradeFigure = (rows: readonly CostRow[], rate: number): ChartFigure | undefined => {
  const shown = rows.flatMap((row) => {
    const quantiles = row.target.response.all?.quantiles;
    const [p50, p99] = [msOf(quantiles?.p50), msOf(quantiles?.p99)];
    if (p50 === undefined) return [];
    return [known({ ...row, p50, p99, dollars: row.cost.dollarsPerMillion })];
  });
  if (shown.length === 0) return undefined;
  const x = logAxis(shown.map(({ dollars }) => dollars));
  const sentence = ({ target, p50, p99, dollars }: (typeof shown)[number]): string =>
    `${target.id}: ${formatDollars(dollars)} a million, p50 ${formatMs(p50)}${p99 === undefined ? '' : `, p99 ${formatMs(p99)}`}`;
  const stops = [...shown].sort((a, b) => a.dollars - b.dollars);
  // Targets of the same price share one reading: the pointer cannot tell them apart.
  const merged = [...new Set(stops.map(({ dollars }) => dollars))].map((dollars) => ({
    at: dollars,
    text: stops
      .filter((one) => one.dollars === dollars)
      .map(sentence)
      .join('; '),
  }));
  return {
    kind: 'chart',
    name: 'latency by dollars',
    caption: `Response time of all requests over dollars per million requests at ${rateText(rate)}, both logarithmic: the lower left is fast and cheap.`,
    words: shown.map(sentence).join('; '),
    x,
    y: logAxis(shown.flatMap(({ p50, p99 = p50 }) => [p50, p99])),
    curves: shown.map(({ target, colour, dollars, p50, p99 = p50 }, i) => ({
      ...{ id: target.id, colour, dash: Math.floor(i / colours) },
      points: [
        [dollars, p50],
        [dollars, p99],
      ],
    })),
    marks: shown.flatMap(({ colour, dollars, p50, p99 }) => [
      { look: 'p50', x: dollars, y: p50, colour } as const,
      ...(p99 === undefined ? [] : [{ look: 'p99', x: dollars, y: p99, colour } as const]),
    ]),
    legend: [
      { look: 'p50', text: 'p50' },
      { look: 'p99', text: 'p99' },
    ],
    readings: alongAxis(merged, [x.low, x.high]),
  };
};

const itemTable = (caption: string, items: TargetCost['items']): Block[] =>
  tableOf(
    caption,
    [...items].sort((a, b) => b.dollars - a.dollars),
    [
      ['what', ({ what }) => what],
      ['quantity', ({ quantity, unit }) => ({ text: formatNumber(quantity), note: unit })],
      ['dollars each', ({ unitPrice }) => `$${Number(unitPrice.toPrecision(6))}`],
      ['dollars', ({ dollars }) => formatDollars(dollars)],
      [
        { head: 'price from', wide: true },
        ({ source, date, confidence }) =>
          known({
            text: `${date}: ${source}`,
            tone: confidence.includes('MEM') ? ('bad' as const) : undefined,
          }),
      ],
    ],
  );

const fold = (row: CostRow, { requestsPerSecond }: ReportCost): Block => ({
  kind: 'fold',
  name: nameCell(row),
  blocks: [
    { kind: 'text', text: `Duration: ${row.cost.basis}.` },
    ...itemTable(`${row.target.id}: a month at ${rateText(requestsPerSecond)}`, row.cost.items),
    ...row.cost.omitted.map((text): Block => ({ kind: 'note', text: `Left out: ${text}.` })),
  ],
});

const caveats = (report: Report, cost: ReportCost, rows: readonly CostRow[]): string[] => {
  const bases = new Set(rows.map((row) => row.cost.basis.split(':')[0] ?? ''));
  const weak = rows.some((row) => row.cost.items.some(({ confidence }) => confidence.includes('MEM')));
  return [
    `List prices of ${cost.region}, ${cost.priceDate}, in US dollars without taxes, ${cost.freeTier ? 'with what AWS gives for nothing every month' : 'without free tier'}; a month of 730 hours.`,
    `Durations: ${[...bases].join('; ')}.${report.plane === 'local' ? ' They are this machine’s, where AWS’s would be others.' : ''}`,
    'Assumed: 300 bytes of log where the logs did not tell, 500 bytes an answer, 300 requests/s a server of which the peak takes 60 %; a daily wave peaks at 1.8 times its mean, bursts at 10 times.',
    ...(weak ? ['Prices in red are from memory: look them up before you rely on them.'] : []),
  ];
};

const runBlocks = (report: Report, { run }: ReportCost): Block[] => {
  const expected =
    run.estimatedDollars === undefined
      ? ''
      : ` Before it began, it was estimated at ${formatDollars(run.estimatedDollars)} at most.`;
  const text =
    report.plane === 'local'
      ? `This run cost nothing: it was local. On AWS, what it sent would have cost about ${formatDollars(run.dollars)}.${expected}`
      : `This run cost about ${formatDollars(run.dollars)}.${expected}`;
  return [
    { kind: 'heading', text: 'The run itself' },
    { kind: 'text', text },
    { kind: 'fold', name: { text: 'Of that' }, blocks: itemTable('What the run was billed for', run.items) },
  ];
};

/** Nothing where no target has a price. */
export const costSection = (report: Report, all: readonly TargetRow[]): Section[] => {
  const { cost } = report;
  if (cost === undefined) return [];
  const rows = all.flatMap((row) =>
    row.target.cost === undefined ? [] : [{ ...row, cost: row.target.cost }],
  );
  const trade = tradeFigure(rows, cost.requestsPerSecond);
  return [
    {
      id: 'cost',
      title: 'Cost',
      short: 'Cost',
      blocks: [
        ...costTable(rows, cost),
        { kind: 'figure', figure: costFigure(rows, cost) },
        { kind: 'list', items: crossingSentences(cost) },
        ...(trade === undefined ? [] : [{ kind: 'figure', figure: trade } as const]),
        ...rows.map((row) => fold(row, cost)),
        { kind: 'list', items: caveats(report, cost, rows) },
        ...runBlocks(report, cost),
      ],
    },
  ];
};
