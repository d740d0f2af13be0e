/** Draws who answered which share of the requests over time. */
import { scaleLinear } from 'd3-scale';
import type { SplitFigure } from '../view-model.ts';
import { markup, type Html } from './markup.ts';
import {
  figure,
  horizontals,
  path,
  plot,
  type Point,
  polyline,
  readable,
  rounded,
  segments,
  svg,
} from './plot.ts';

const shares = [0, 0.25, 0.5, 0.75, 1] as const;

export const split = (shown: SplitFigure): Html => {
  const { seconds, ticks, set, buckets, bands, names, caption, words, readings } = shown;
  const x = scaleLinear([0, seconds], [0, 100]).clamp(true);
  const y = scaleLinear([0, 1], [100, 0]).clamp(true);
  const rect = (look: string, from: number, to: number, top: number, bottom: number): Html =>
    markup`<rect class="share ${look}" x="${rounded(from)}" y="${rounded(top)}" width="${rounded(to - from)}" height="${rounded(bottom - top)}" />`;
  const bars = buckets.flatMap(({ atSeconds, seconds: width, share }) => {
    if (share === undefined) return [];
    const [from, to] = [x(atSeconds), x(atSeconds + width)];
    const parts = [rect('c0', from, to, 0, y(share))];
    return share === 0 ? parts : [...parts, rect('c1', from, to, y(share), 100)];
  });
  const steps = set.flatMap(({ atSeconds, share }, i): Point[] => [
    [x(atSeconds), y(share)],
    [x(set[i + 1]?.atSeconds ?? seconds), y(share)],
  ]);
  const failed = buckets.flatMap(({ atSeconds, seconds: width, failed: has }) =>
    has ? [[[x(atSeconds), 1] as const, [x(atSeconds + width), 1] as const] as const] : [],
  );
  const shapes = svg(100, [
    bars,
    path('grid', horizontals(shares.map(y))),
    path('set', polyline(steps)),
    failed.length === 0 ? '' : path('failed', segments(failed)),
  ]);
  const legend = [
    markup`<span class="c0"><i></i>${names.base}</span>`,
    markup`<span class="c1"><i></i>${names.next}</span>`,
    markup`<span><i class="set-key"></i>as set</span>`,
    ...(failed.length === 0 ? [] : [markup`<span><i class="key-failed"></i>failed requests</span>`]),
  ];
  const yLabels = shares.map(
    (share) => markup`<span class="tick" style="bottom:${rounded(100 - y(share))}%">${share * 100} %</span>`,
  );
  const xLabels = ticks.map(
    (tick, i) =>
      markup`<span class="tick decade${i === 0 ? ' first' : ''}" style="left:${rounded(x(tick))}%">${tick} s</span>`,
  );
  const named = bands.map(
    ({ from, to, text }) =>
      markup`<span style="left:${rounded(x(from))}%;width:${rounded(x(to) - x(from))}%">${text}</span>`,
  );
  return figure(
    'split',
    caption,
    legend,
    markup`<div class="frame"><div class="bands" aria-hidden="true">${named}</div><div class="y-axis" aria-hidden="true">${yLabels}</div>${plot(words, shapes, readable('the split', x, readings))}<div class="axis" aria-hidden="true">${xLabels}</div></div>`,
  );
};
