import { type Distribution, entriesOf } from '../../stats/distribution.ts';
import { formatCount, formatMs, formatNumber } from '../format.ts';
import type { LatencySummary } from '../types.ts';
import { axisLabels, gridLines } from './axis.ts';
import { colourClass, type Series } from './figure-data.ts';
import { markup, type Markup, type MarkupValue } from './markup.ts';
import { logScale, type Scale } from './scale.ts';

const height = 40;
const binsPerDecade = 36;
/** More marks than this would be one smear. */
const mostColdMarks = 80;

/** Counts per bin of equal width on the log axis, as points from 0 (none) to 1 (the fullest bin). */
const density = (distribution: Distribution): { ms: number; share: number }[] => {
  const bins = new Map<number, number>();
  for (const [ms, count] of entriesOf(distribution)) {
    const bin = Math.floor(Math.log10(Math.max(ms, 1e-3)) * binsPerDecade);
    bins.set(bin, (bins.get(bin) ?? 0) + count);
  }
  const most = Math.max(...bins.values());
  return [...bins].map(([bin, count]) => ({ ms: 10 ** (bin / binsPerDecade), share: count / most }));
};

/** Steps, because they are counts: each bin as wide as it is. */
const areaPath = (distribution: Distribution, scale: Scale): string => {
  const width = 10 ** (1 / binsPerDecade);
  return density(distribution)
    .map(({ ms, share }) => {
      const [left, right] = [scale.position(ms), scale.position(ms * width)];
      return `M${left} ${height}V${(height * (1 - 0.94 * share)).toFixed(2)}H${right}V${height}Z`;
    })
    .join('');
};

const mark = (classes: string, scale: Scale, ms: number): Markup =>
  markup`<span class="mark ${classes}" style="left:${scale.position(ms)}%"></span>`;

const quantileMarks = (summary: LatencySummary, scale: Scale): MarkupValue =>
  (['p50', 'p99'] as const).map((name) => {
    const q = summary.quantiles[name];
    return 'ms' in q ? mark(name, scale, q.ms) : undefined;
  });

const coldMarks = (cold: Distribution | undefined, scale: Scale): MarkupValue => {
  const all = cold === undefined ? [] : [...cold.values];
  const step = Math.max(1, all.length / mostColdMarks);
  return all
    .filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step))
    .map((ms) => mark('cold', scale, ms));
};

/** What the picture shows, in words. */
const describe = ({ target }: Series): string => {
  const { warm, cold } = target.response;
  const part = (name: string, of: LatencySummary | undefined): string => {
    if (of === undefined) return `no ${name} answers`;
    const quantiles = (['p50', 'p99'] as const).flatMap((q) => {
      const value = of.quantiles[q];
      return 'ms' in value ? [`${q} ${formatMs(value.ms)}`] : [];
    });
    const range = `from ${formatMs(of.minMs)} to ${formatMs(of.maxMs)}`;
    return `${formatCount(of.n)} ${name} answers ${[range, ...quantiles].join(', ')}`;
  };
  return `${target.id}: ${part('warm', warm)}; ${part('cold', cold)}.`;
};

const plot = (series: Series, scale: Scale, floorMs: number | undefined): Markup => {
  const { warm, cold, target } = series;
  const floor =
    floorMs === undefined
      ? undefined
      : markup`<path class="floor" d="M${scale.position(floorMs)} 0V${height}"/>`;
  return markup`<div class="plot ${colourClass(series)}" role="img" aria-label="${describe(series)}">
<svg viewBox="0 0 100 ${height}" preserveAspectRatio="none" aria-hidden="true">${gridLines(scale, height)}${
    warm === undefined ? undefined : markup`<path class="area" d="${areaPath(warm, scale)}"/>`
  }${floor}<path class="base" d="M0 ${height}H100"/></svg>${
    target.response.warm === undefined ? undefined : quantileMarks(target.response.warm, scale)
  }${coldMarks(cold, scale)}</div>`;
};

const label = ({ target }: Series): Markup => {
  const p50 = target.response.warm?.quantiles.p50;
  const median = p50 !== undefined && 'ms' in p50 ? `p50 ${formatNumber(p50.ms)}` : '';
  return markup`<div class="label"><b>${target.id}</b> <span>${median}</span></div>`;
};

const answered = (all: readonly Series[]): Series[] =>
  all.filter(({ warm, cold }) => warm !== undefined || cold !== undefined);

/** Every target's latencies under each other on one logarithmic axis. */
export const distributionFigure = (all: readonly Series[]): Markup => {
  const shown = answered(all);
  if (shown.length === 0) return markup`<p>No request was answered, so there is nothing to plot.</p>`;
  const ends = shown.flatMap(({ target }) =>
    [target.response.warm, target.response.cold].flatMap((s) => (s === undefined ? [] : [s.minMs, s.maxMs])),
  );
  const scale = logScale(ends);
  const floor = shown.find((s) => s.target.kind === 'null')?.target.response.warm?.quantiles.p50;
  const floorMs = floor !== undefined && 'ms' in floor ? floor.ms : undefined;
  return markup`<figure class="ridge"><figcaption>Response time of each answer, in milliseconds on one logarithmic axis. The height counts warm answers, each target by its own fullest bin.</figcaption>
<p class="legend" aria-hidden="true"><span><i class="mark p50"></i>p50</span><span><i class="mark p99"></i>p99</span>${
    shown.some(({ cold }) => cold !== undefined)
      ? markup`<span><i class="mark cold"></i>a cold answer</span>`
      : undefined
  }${floorMs === undefined ? undefined : markup`<span><i class="floor-key"></i>the floor’s p50</span>`}</p>
${shown.map(
  (series) => markup`<div class="row">${label(series)}${plot(series, scale, floorMs)}</div>
`,
)}<div class="row foot"><div class="label"></div>${axisLabels(scale)}</div></figure>`;
};
