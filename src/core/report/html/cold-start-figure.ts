import { formatCount, formatMs, formatNumber } from '../format.ts';
import type { TargetReport } from '../types.ts';
import { axisLabels, gridLines } from './axis.ts';
import { colourClass, type Series } from './figure-data.ts';
import { markup, type Markup } from './markup.ts';
import { logScale, type Scale } from './scale.ts';

const height = 10;

const warmMedianMs = ({ response }: TargetReport): number | undefined => {
  const p50 = response.warm?.quantiles.p50;
  return p50 !== undefined && 'ms' in p50 ? p50.ms : undefined;
};

const mark = (classes: string, scale: Scale, ms: number): Markup =>
  markup`<span class="mark ${classes}" style="left:${scale.position(ms)}%"></span>`;

/** What the picture shows, in words. */
const describe = ({ id, verification }: TargetReport, warmMs: number | undefined): string => {
  const { aloneMs = [], burstMs = [] } = verification?.coldStarts ?? {};
  const part = (name: string, all: readonly number[]): string =>
    all.length === 0
      ? `none cold ${name}`
      : `${formatCount(all.length)} cold ${name}, from ${formatMs(Math.min(...all))} to ${formatMs(Math.max(...all))}`;
  const warm = warmMs === undefined ? 'no warm median' : `warm p50 ${formatMs(warmMs)}`;
  return `${id}: ${part('alone', aloneMs)}; ${part('in a burst', burstMs)}; ${warm}.`;
};

const row = (series: Series, scale: Scale): Markup => {
  const { target } = series;
  const { aloneMs = [], burstMs = [] } = target.verification?.coldStarts ?? {};
  const warmMs = warmMedianMs(target);
  return markup`<div class="row"><div class="label"><b>${target.id}</b>${
    aloneMs[0] === undefined ? undefined : markup` <span>alone ${formatNumber(aloneMs[0])}</span>`
  }</div>
<div class="plot ${colourClass(series)}" role="img" aria-label="${describe(target, warmMs)}"><svg viewBox="0 0 100 ${height}" preserveAspectRatio="none" aria-hidden="true">${gridLines(scale, height)}<path class="base" d="M0 ${height}H100"/></svg>${
    warmMs === undefined ? undefined : mark('p50', scale, warmMs)
  }${burstMs.map((ms) => mark('burst', scale, ms))}${aloneMs.map((ms) => mark('alone', scale, ms))}</div></div>
`;
};

/** Every cold start as one mark, and the warm median to hold it against. Only series that have any. */
export const coldStartFigure = (shown: readonly Series[]): Markup => {
  const scale = logScale(
    shown.flatMap(({ target }) => [
      ...(target.verification?.coldStarts?.aloneMs ?? []),
      ...(target.verification?.coldStarts?.burstMs ?? []),
      warmMedianMs(target) ?? 0,
    ]),
  );
  return markup`<figure class="colds"><figcaption>Each cold start that verification saw, in milliseconds on one logarithmic axis, beside the warm median under the load.</figcaption>
<p class="legend" aria-hidden="true"><span><i class="mark alone"></i>alone</span><span><i class="mark burst"></i>in a burst</span><span><i class="mark p50"></i>warm p50</span></p>
${shown.map((series) => row(series, scale))}<div class="row foot"><div class="label"></div>${axisLabels(scale)}</div></figure>`;
};
