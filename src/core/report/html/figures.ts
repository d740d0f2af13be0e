/** Draws the figures. Shapes are SVG without text, stretched to the width there is; every word is text of the page. */
import { scaleLinear, scaleLog, type ScaleContinuousNumeric } from 'd3-scale';
import { area, curveStepAfter, line } from 'd3-shape';
import { formatTick } from '../format.ts';
import type { RoundReport } from '../../schema/report.ts';
import type { Figure, LogAxis, Mark, StripFigure, TailFigure, TimesFigure } from '../view-model.ts';
import { colourClass, markup, type Html } from './markup.ts';

type Point = readonly [number, number];
type Scale = ScaleContinuousNumeric<number, number>;

/** Digits after the point: a hundredth of a per cent is less than a pixel. */
const digits = 2;
const rounded = (position: number): number => Number(position.toFixed(digits));

/** Held at the ends. */
const scaleOf = ({ low, high }: LogAxis, from: number, to: number): Scale =>
  scaleLog([low, high], [from, to]).clamp(true);

const polyline = line<Point | undefined>()
  .defined((point) => point !== undefined)
  .x((point) => point?.[0] ?? 0)
  .y((point) => point?.[1] ?? 0)
  .digits(digits);

/** Straight pieces, each by itself. */
const segments = (pieces: readonly (readonly [Point, Point])[]): string =>
  polyline(pieces.flatMap(([from, to]) => [from, to, undefined])) ?? '';

const verticals = (xs: readonly number[], height: number): string =>
  segments(xs.map((x) => [[x, 0] as const, [x, height] as const]));
const horizontals = (ys: readonly number[]): string =>
  segments(ys.map((y) => [[0, y] as const, [100, y] as const]));

/** 1, 10, 100, ...: the ones that are labelled when there is little room. */
const isDecade = (tick: number): boolean => Number.isInteger(Number(Math.log10(tick).toFixed(9)));

const svg = (height: number, shapes: unknown): Html =>
  markup`<svg viewBox="0 0 100 ${height}" preserveAspectRatio="none" aria-hidden="true">${shapes}</svg>`;

const path = (classes: string, d: string | null): Html => markup`<path class="${classes}" d="${d}" />`;

const mark = (name: Mark, left: number): Html =>
  markup`<span class="mark ${name}" style="left:${rounded(left)}%"></span>`;

const key = (name: Mark): Html =>
  name === 'floor' ? markup`<i class="floor-key"></i>` : markup`<i class="mark ${name}"></i>`;

const figure = (look: string, caption: string, legend: unknown, content: unknown): Html =>
  markup`<figure class="${look}"><figcaption>${caption}</figcaption><p class="legend" aria-hidden="true">${legend}</p>${content}</figure>`;

const row = (id: string, label: string | undefined, content: Html): Html =>
  markup`<div class="row"><div class="label"><b>${id}</b>${label === undefined ? '' : markup` <span>${label}</span>`}</div>${content}</div>
`;

/** Per cent of the width within which a label would run into the one at the end. */
const endRoom = 8;

/** Labels under a plot, as text of the page, so that they stay readable at any width. */
export const axisLabels = (axis: LogAxis): Html => {
  const x = scaleOf(axis, 0, 100);
  const shown = axis.ticks.filter((tick) => {
    const left = x(tick);
    return left === 0 || left === 100 || (left >= endRoom && left <= 100 - endRoom);
  });
  const edge = (i: number): string => (i === 0 ? ' first' : i === shown.length - 1 ? ' last' : '');
  return markup`<div class="axis" aria-hidden="true">${shown.map(
    (tick, i) =>
      markup`<span class="tick${isDecade(tick) ? ' decade' : ''}${edge(i)}" style="left:${rounded(x(tick))}%">${formatTick(tick)}</span
        >`,
  )}</div>`;
};

const stripHeights = { ridge: 40, colds: 10 } as const;

/** Steps, because they are counts: each bin as wide as it is. */
const areaPath = (bins: StripFigure['strips'][number]['bins'], x: Scale, height: number): string | null =>
  area<(typeof bins)[number]>()
    .curve(curveStepAfter)
    .digits(digits)
    .x(({ fromMs }) => x(fromMs))
    .y0(height)
    .y1(({ share }) => height * (1 - 0.94 * share))(bins);

const strips = (shown: StripFigure): Html => {
  const { axis, floorMs } = shown;
  const height = stripHeights[shown.look];
  const x = scaleOf(axis, 0, 100);
  const grid = path('grid', verticals(axis.ticks.map(x), height));
  const decades = path('grid strong', verticals(axis.ticks.filter(isDecade).map(x), height));
  const floor = floorMs === undefined ? '' : path('floor', verticals([x(floorMs)], height));
  const base = path('base', horizontals([height]));
  const rows = shown.strips.map(({ id, label, colour, words, bins, marks }) => {
    const bars = bins.length === 0 ? '' : path('area', areaPath(bins, x, height));
    const shapes = svg(height, [grid, decades, bars, floor, base]);
    return row(
      id,
      label,
      markup`<div class="plot ${colourClass(colour)}" role="img" aria-label="${words}">${shapes}${marks.map(({ mark: name, ms }) => mark(name, x(ms)))}</div>`,
    );
  });
  const legend = shown.legend.map(({ mark: name, text }) => markup`<span>${key(name)}${text}</span>`);
  const foot = markup`<div class="row foot"><div class="label"></div>${axisLabels(axis)}</div>`;
  return figure(shown.look, shown.caption, legend, [rows, foot]);
};

const tail = ({ caption, words, axis, mostNines, quantiles, curves }: TailFigure): Html => {
  const x = scaleLinear([0, mostNines], [0, 100]);
  const y = scaleOf(axis, 100, 0);
  const grid = segments([
    ...axis.ticks.map((tick) => [[0, y(tick)] as const, [100, y(tick)] as const] as const),
    ...quantiles.map(({ nines }) => [[x(nines), 0] as const, [x(nines), 100] as const] as const),
  ]);
  const lines = curves.map(({ colour, dash, points }) =>
    path(
      `line ${colourClass(colour)} dash${dash}`,
      polyline(points.map(([nines, ms]) => [x(nines), y(ms)] as const)),
    ),
  );
  const legend = curves.map(
    ({ id, colour, dash }) =>
      markup`<span class="${colourClass(colour)}"><svg class="key" viewBox="0 0 24 8"><path class="line dash${dash}" d="M0 4H24" /></svg>${id}</span
      >`,
  );
  const yLabels = axis.ticks.map(
    (tick) =>
      markup`<span class="tick${isDecade(tick) ? ' decade' : ''}" style="bottom:${rounded(100 - y(tick))}%">${formatTick(tick)}</span
      >`,
  );
  const xLabels = quantiles.map(
    ({ name, nines }) => markup`<span class="tick decade" style="left:${rounded(x(nines))}%">${name}</span>`,
  );
  return figure(
    'tail',
    caption,
    legend,
    markup`<div class="frame"><div class="y-axis" aria-hidden="true">${yLabels}</div><div class="plot" role="img" aria-label="${words}">${svg(100, [path('grid', grid), lines])}</div><div class="axis" aria-hidden="true">${xLabels}</div></div>`,
  );
};

/** Each bucket as wide as its time: the median as a bar, the largest as a thin line above it, failures at the top. */
const panel = (round: RoundReport | undefined, axis: LogAxis): Html => {
  if (round === undefined) return markup`<div class="panel none"></div>`;
  const { buckets, bucketSeconds } = round.timeline;
  const y = scaleOf(axis, 100, 0);
  const span = Math.max(bucketSeconds, (buckets.at(-1)?.atSeconds ?? 0) + bucketSeconds);
  const x = scaleLinear([0, span], [0, 100]);
  const across = (at: number, height: number): readonly [Point, Point] => [
    [x(at), height],
    [x(at + bucketSeconds), height],
  ];
  const answered = buckets.flatMap(({ atSeconds, p50Ms, maxMs }) =>
    p50Ms === undefined || maxMs === undefined ? [] : [{ atSeconds, p50: y(p50Ms), most: y(maxMs) }],
  );
  const middle = (at: number): number => x(at + bucketSeconds / 2);
  const cut = round.workers.died.length > 0 || round.workers.missing.length > 0;
  return markup`<div class="panel${cut ? ' died' : ''}">${svg(100, [
    path('grid', horizontals(axis.ticks.filter(isDecade).map(y))),
    path(
      'reach',
      segments(
        answered.map(({ atSeconds: at, p50, most }) => [
          [middle(at), p50],
          [middle(at), most],
        ]),
      ),
    ),
    path('median', segments(answered.map(({ atSeconds, p50 }) => across(atSeconds, p50)))),
    path('failed', segments(buckets.filter((b) => b.failed > 0).map((b) => across(b.atSeconds, 3)))),
  ])}</div>`;
};

const timesLegend = [
  ['median', 'median'],
  ['reach', 'to the slowest'],
  ['failed', 'failures'],
  ['died', 'cut short'],
].map(([name, text]) => markup`<span><i class="key-${name}"></i>${text}</span>`);

const times = ({ caption, axis, rounds, targets }: TimesFigure): Html => {
  const rows = targets.map(({ id, colour, words, panels }) =>
    row(
      id,
      undefined,
      markup`<div class="panels ${colourClass(colour)}" role="img" aria-label="${words}">${panels.map((round) => panel(round, axis))}</div>`,
    ),
  );
  const foot = markup`<div class="row foot" aria-hidden="true"><div class="label"></div><div class="panels">${rounds.map((round) => markup`<span>${round}</span>`)}</div></div>`;
  return figure('times', caption, timesLegend, [rows, foot]);
};

export const drawFigure = (shown: Figure): Html => {
  if (shown.kind === 'strips') return strips(shown);
  return shown.kind === 'tail' ? tail(shown) : times(shown);
};
