/** Tuning: what to make of it for each target, the curve of each function over memory, and every size in a table. */
import type { TargetTuning } from '../schema/report-tuning.ts';
import { formatCount, formatDollars, formatMs, formatNumber } from './format.ts';
import { tuningSentence } from './tuning.ts';
import { alongAxis } from './view-cost.ts';
import { logAxis } from './view-figures.ts';
import type { Block, ChartFigure, Section, TargetRow } from './view-model.ts';
import { colours, idCell, tableOf } from './view-rows.ts';

interface TunedRow extends TargetRow {
  readonly tuning: TargetTuning;
}

type Size = TargetTuning['sizes'][number];

interface Quantity {
  readonly name: string;
  readonly caption: string;
  readonly of: (size: Size) => number;
  readonly text: (value: number) => string;
}

const time: Quantity = {
  name: 'milliseconds by memory',
  caption:
    'Milliseconds of an invocation inside the function over memory, both logarithmic. A straight fall is work that CPU makes faster; where the curve is flat, more memory buys nothing.',
  of: ({ averageMs }) => averageMs,
  text: formatMs,
};
const price: Quantity = {
  name: 'dollars by memory',
  caption:
    'Dollars per million invocations over memory, both logarithmic: compute and request charge, by the durations above.',
  of: ({ dollarsPerMillion }) => dollarsPerMillion,
  text: formatDollars,
};

const curveFigure = (rows: readonly TunedRow[], { name, caption, of, text }: Quantity): ChartFigure => {
  const x = logAxis(rows.flatMap(({ tuning }) => tuning.sizes.map(({ memoryMb }) => memoryMb)));
  const sizes = [...new Set(rows.flatMap(({ tuning }) => tuning.sizes.map(({ memoryMb }) => memoryMb)))];
  const stops = sizes
    .sort((a, b) => a - b)
    .map((at) => {
      const values = rows.flatMap(({ target, tuning }) => {
        const size = tuning.sizes.find(({ memoryMb }) => memoryMb === at);
        return size === undefined ? [] : [`${target.id} ${text(of(size))}`];
      });
      return { at, text: `${formatCount(at)} MB: ${values.join(', ')}` };
    });
  const marked = (look: 'p50' | 'crossing', sizeOf: (tuning: TargetTuning) => number | undefined) =>
    rows.flatMap(({ tuning, colour }) => {
      const size = tuning.sizes.find(({ memoryMb }) => memoryMb === sizeOf(tuning));
      return size === undefined ? [] : [{ look, x: size.memoryMb, y: of(size), colour }];
    });
  return {
    kind: 'chart',
    name,
    caption,
    words: stops.map((stop) => stop.text).join('; '),
    x,
    y: logAxis(rows.flatMap(({ tuning }) => tuning.sizes.map(of))),
    curves: rows.map(({ target, colour, tuning }, i) => ({
      ...{ id: target.id, colour, dash: Math.floor(i / colours) },
      points: tuning.sizes.map((size) => [size.memoryMb, of(size)] as const),
    })),
    marks: [
      ...marked('p50', ({ deployedMb }) => deployedMb),
      ...marked('crossing', ({ winners, strategy }) => winners?.[strategy]),
    ],
    legend: [
      { look: 'p50', text: 'deployed' },
      { look: 'crossing', text: 'recommended' },
    ],
    readings: alongAxis(stops, [x.low, x.high]),
  };
};

const noteOf = ({ tuning }: TunedRow, { memoryMb, onFront }: Size): string => {
  const { deployedMb, winners = {} } = tuning;
  const best = Object.entries(winners).flatMap(([strategy, mb]) => (mb === memoryMb ? [strategy] : []));
  return [
    ...(memoryMb === deployedMb ? ['deployed'] : []),
    ...(best.length === 0 ? [] : [`best by ${best.join(', ')}`]),
    ...(onFront ? [] : ['another is as fast and cheaper']),
  ].join('; ');
};

const sizeTable = (rows: readonly TunedRow[]): Block[] =>
  tableOf(
    'Every size: milliseconds inside the function, dollars per million with the request charge',
    rows.flatMap((row) => row.tuning.sizes.map((size) => ({ ...row, size }))),
    [
      ['Target', idCell],
      ['MB', ({ size }) => formatCount(size.memoryMb)],
      ['ms', ({ size }) => formatNumber(size.averageMs)],
      ['$ a million', ({ size }) => formatDollars(size.dollarsPerMillion)],
      [{ head: 'which' }, (row) => noteOf(row, row.size)],
    ],
  );

const confirmationTable = (rows: readonly TunedRow[]): Block[] =>
  tableOf(
    'Measured again through the trigger, warm: what a caller waits against dollars per million',
    rows.flatMap((row) => (row.tuning.confirmation?.sizes ?? []).map((size) => ({ ...row, size }))),
    [
      ['Target', idCell],
      ['MB', ({ size }) => formatCount(size.memoryMb)],
      ['n', ({ size }) => formatCount(size.n)],
      ['p50, ms', ({ size }) => formatNumber(size.p50Ms)],
      ['p99, ms', ({ size }) => (size.p99Ms === undefined ? 'n too small' : formatNumber(size.p99Ms))],
      ['$ a million', ({ size }) => formatDollars(size.dollarsPerMillion)],
      [
        { head: 'on the front' },
        ({ size }) => (size.onFront ? 'yes' : 'no: the other is as fast and cheaper'),
      ],
    ],
  );

/** Nothing where nothing was tuned. */
export const tuningSections = (rows: readonly TargetRow[]): Section[] => {
  const tuned = rows.flatMap((row) =>
    row.target.tuning === undefined ? [] : [{ ...row, tuning: row.target.tuning }],
  );
  if (tuned.length === 0) return [];
  const measured = tuned.filter(({ tuning }) => tuning.sizes.length > 0);
  const links = measured.flatMap(({ target, tuning: { visualization } }) =>
    visualization === undefined ? [] : [{ term: target.id, text: visualization }],
  );
  const blocks: Block[] = [
    {
      kind: 'list',
      items: tuned.map(({ target, tuning }) => ({ term: target.id, text: tuningSentence(tuning) })),
    },
    ...(measured.length === 0
      ? []
      : [time, price].map(
          (quantity) => ({ kind: 'figure', figure: curveFigure(measured, quantity) }) as const,
        )),
    ...confirmationTable(measured),
    ...sizeTable(measured),
    ...(links.length === 0
      ? []
      : ([
          {
            kind: 'text',
            text: "The same curves on AWS Lambda Power Tuning's page, which is sent nothing that follows the #:",
          },
          { kind: 'list', items: links },
        ] as const)),
  ];
  return [{ id: 'tuning', title: 'Which memory size', short: 'Memory', blocks }];
};
