/** Draws curves and points on two logarithmic axes. */
import { formatTick } from '../format.ts';
import type { ChartFigure } from '../view-model.ts';
import { colourClass, markup, type Html } from './markup.ts';
import {
  axisLabels,
  figure,
  isDecade,
  path,
  plot,
  polyline,
  readable,
  rounded,
  scaleOf,
  segments,
  svg,
} from './plot.ts';

export const chart = ({
  name,
  caption,
  words,
  x: across,
  y: up,
  curves,
  marks,
  legend,
  readings,
}: ChartFigure): Html => {
  const x = scaleOf(across, 0, 100);
  const y = scaleOf(up, 100, 0);
  const grid = segments([
    ...up.ticks.filter(isDecade).map((tick) => [[0, y(tick)] as const, [100, y(tick)] as const] as const),
    ...across.ticks.filter(isDecade).map((tick) => [[x(tick), 0] as const, [x(tick), 100] as const] as const),
  ]);
  const lines = curves.map(({ colour, dash, points }) =>
    path(
      `line ${colourClass(colour)} dash${dash}`,
      polyline(points.map(([at, value]) => [x(at), y(value)] as const)),
    ),
  );
  const dots = marks.map(
    ({ look, x: at, y: value, colour }) =>
      markup`<span class="dot ${look} ${colour === undefined ? '' : colourClass(colour)}" style="left:${rounded(x(at))}%;bottom:${rounded(100 - y(value))}%"></span>`,
  );
  const keys = [
    ...curves.map(
      ({ id, colour, dash }) =>
        markup`<span class="${colourClass(colour)}"><svg class="key" viewBox="0 0 24 8"><path class="line dash${dash}" d="M0 4H24" /></svg>${id}</span
        >`,
    ),
    ...legend.map(({ look, text }) => markup`<span><i class="dot ${look}"></i>${text}</span>`),
  ];
  const yLabels = up.ticks
    .filter((tick) => isDecade(tick) || up.ticks.length < 8)
    .map(
      (tick) =>
        markup`<span class="tick decade" style="bottom:${rounded(100 - y(tick))}%">${formatTick(tick)}</span
        >`,
    );
  return figure(
    'tail chart',
    caption,
    keys,
    markup`<div class="frame"><div class="y-axis" aria-hidden="true">${yLabels}</div>${plot(words, [svg(100, [path('grid', grid), lines]), dots], readable(name, x, readings))}${axisLabels({ ...across, ticks: across.ticks.filter((tick) => isDecade(tick) || across.ticks.length < 8) })}</div>`,
  );
};
