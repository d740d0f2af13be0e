/** Draws the figures of plot.ts's pieces. */
import { scaleLinear } from 'd3-scale';
import { area, curveStepAfter } from 'd3-shape';
import { formatTick } from '../format.ts';
import type { RoundReport } from '../../schema/report.ts';
import type {
  Figure,
  LogAxis,
  StripFigure,
  TailFigure,
  TimesFigure,
  WaterfallFigure,
} from '../view-model.ts';
import { chart } from './chart.ts';
import { split } from './split.ts';
import { colourClass, markup, type Html } from './markup.ts';
import {
  axisLabels,
  digits,
  figure,
  horizontals,
  isDecade,
  key,
  mark,
  path,
  plot,
  type Point,
  polyline,
  readable,
  rounded,
  row,
  type Scale,
  scaleOf,
  segments,
  svg,
  verticals,
} from './plot.ts';

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
  const rows = shown.strips.map(({ id, label, colour, words, bins, marks, readings }) => {
    const bars = bins.length === 0 ? '' : path('area', areaPath(bins, x, height));
    const shapes = svg(height, [grid, decades, bars, floor, base]);
    return row(
      id,
      label,
      plot(
        words,
        [shapes, marks.map(({ mark: name, ms }) => mark(name, x(ms)))],
        readable(`${shown.look}: ${id}`, x, readings),
        colour,
      ),
    );
  });
  const legend = shown.legend.map(({ mark: name, text }) => markup`<span>${key(name)}${text}</span>`);
  const foot = markup`<div class="row foot"><div class="label"></div>${axisLabels(axis)}</div>`;
  return figure(shown.look, shown.caption, legend, [rows, foot]);
};

const tail = ({ caption, words, axis, mostNines, quantiles, curves, readings }: TailFigure): Html => {
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
    markup`<div class="frame"><div class="y-axis" aria-hidden="true">${yLabels}</div>${plot(words, svg(100, [path('grid', grid), lines]), readable('percentiles', x, readings))}<div class="axis" aria-hidden="true">${xLabels}</div></div>`,
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
  const x = scaleLinear([0, rounds.length], [0, 100]);
  const rows = targets.map(({ id, colour, words, panels, readings }) =>
    row(
      id,
      undefined,
      plot(
        words,
        markup`<div class="panels">${panels.map((round) => panel(round, axis))}</div>`,
        readable(`rounds: ${id}`, x, readings),
        colour,
      ),
    ),
  );
  const foot = markup`<div class="row foot" aria-hidden="true"><div class="label"></div><div class="panels">${rounds.map((round) => markup`<span>${round}</span>`)}</div></div>`;
  return figure('times', caption, timesLegend, [rows, foot]);
};

/** Each part begins where the one before ends. */
const waterfall = ({ name, caption, mostMs, legend, rows }: WaterfallFigure): Html => {
  const x = scaleLinear([0, mostMs], [0, 100]);
  const drawn = rows.map(({ id, group, colour, label, words, parts }) => {
    let at = 0;
    const placed = parts.map(({ part, ms, text }) => ({ part, text, from: at, to: (at += ms) }));
    const bars = placed.map(
      ({ part, from, to }) =>
        markup`<rect class="${part}" x="${rounded(x(from))}" y="0" width="${rounded(x(to) - x(from))}" height="10" />`,
    );
    return row(
      id,
      label,
      plot(words, svg(10, bars), readable(`${name} requests: ${id} ${group}`, x, placed), colour),
    );
  });
  const keys = legend.map(({ part, text }) => markup`<span><i class="${part}-key"></i>${text}</span>`);
  return figure('waterfall', caption, keys, drawn);
};

export const drawFigure = (shown: Figure): Html => {
  switch (shown.kind) {
    case 'strips':
      return strips(shown);
    case 'tail':
      return tail(shown);
    case 'times':
      return times(shown);
    case 'waterfall':
      return waterfall(shown);
    case 'chart':
      return chart(shown);
    case 'split':
      return split(shown);
  }
};
