import { type Distribution, valueAtRank } from '../../stats/distribution.ts';
import { formatNumber, formatTick } from '../format.ts';
import { quantileNames, quantileShares } from '../types.ts';
import { colourClass, colours, type Series } from './figure-data.ts';
import { markup, type Markup } from './markup.ts';
import { logScale, type Scale } from './scale.ts';

const steps = 120;

/** Share -> position: each further nine gets the same room, so that the tail is as wide as the bulk. */
const ninesOf = (share: number): number => -Math.log10(1 - share);

/**
 * The largest share that n answers can bound from above at 95 %: share^n = 0.025 (see minimum-sample-size). Beyond it a curve would
 * show a handful of answers as if they were the tail.
 */
const largestShare = (n: number): number => 0.025 ** (1 / n);

const curve = (distribution: Distribution, most: number, scale: Scale): string => {
  const end = Math.min(most, ninesOf(largestShare(distribution.n)));
  const points = Array.from({ length: steps + 1 }, (_, i) => {
    const nines = (end * i) / steps;
    const ms = valueAtRank(distribution, (1 - 10 ** -nines) * distribution.n);
    return `${((nines / most) * 100).toFixed(2)} ${(100 - scale.position(ms)).toFixed(2)}`;
  });
  return `M${points.join('L')}`;
};

const words = (all: readonly Series[]): string =>
  all
    .map(({ target }) => {
      const quantiles = quantileNames.flatMap((name) => {
        const q = target.response.warm?.quantiles[name];
        return q !== undefined && 'ms' in q ? [`${name} ${formatNumber(q.ms)}`] : [];
      });
      return `${target.id}: ${quantiles.join(', ')} ms`;
    })
    .join('; ');

const grid = (scale: Scale, most: number): Markup => {
  const across = scale.ticks.map((t) => `M0 ${100 - t.position}H100`).join('');
  const up = quantileNames
    .filter((name) => ninesOf(quantileShares[name]) <= most)
    .map((name) => `M${((ninesOf(quantileShares[name]) / most) * 100).toFixed(2)} 0V100`);
  return markup`<path class="grid" d="${across}${up.join('')}"/>`;
};

const yLabels = (scale: Scale): Markup =>
  markup`<div class="y-axis" aria-hidden="true">${scale.ticks.map(
    (t) =>
      markup`<span class="tick${t.decade ? ' decade' : ''}" style="bottom:${t.position}%">${formatTick(t.value)}</span>`,
  )}</div>`;

const xLabels = (most: number): Markup =>
  markup`<div class="axis" aria-hidden="true">${quantileNames
    .filter((name) => ninesOf(quantileShares[name]) <= most * 1.001)
    .map(
      (name) =>
        markup`<span class="tick decade" style="left:${((ninesOf(quantileShares[name]) / most) * 100).toFixed(2)}%">${name}</span>`,
    )}</div>`;

/** Warm response time by percentile, one curve per target: who is fast at the median and slow in the tail. */
export const tailFigure = (all: readonly Series[]): Markup | undefined => {
  const shown = all.flatMap((s) => (s.warm === undefined || s.warm.n < 6 ? [] : [{ ...s, warm: s.warm }]));
  if (shown.length === 0) return undefined;
  const most = Math.max(1, ...shown.map(({ warm }) => ninesOf(largestShare(warm.n)))) * 1.04;
  const scale = logScale(
    shown.flatMap(({ warm }) => [valueAtRank(warm, 1), valueAtRank(warm, largestShare(warm.n) * warm.n)]),
  );
  const key = (s: Series, i: number): Markup =>
    markup`<span class="${colourClass(s)}"><svg class="key" viewBox="0 0 24 8"><path class="line dash${Math.floor(i / colours)}" d="M0 4H24"/></svg>${s.target.id}</span>`;
  return markup`<figure class="tail"><figcaption>Warm response time by percentile: a curve that turns up early has a long tail. Curves end where n can no longer carry the percentile.</figcaption>
<p class="legend" aria-hidden="true">${shown.map(key)}</p>
<div class="frame">${yLabels(scale)}<div class="plot" role="img" aria-label="${words(shown)}"><svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">${grid(scale, most)}${shown.map(
    (s, i) =>
      markup`<path class="line ${colourClass(s)} dash${Math.floor(i / colours)}" d="${curve(s.warm, most, scale)}"/>`,
  )}</svg></div>${xLabels(most)}</div></figure>`;
};
