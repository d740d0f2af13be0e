import { formatCount, formatNumber, formatTick } from '../format.ts';
import type { RoundReport, TimelineBucket } from '../types.ts';
import { colourClass, type Series } from './figure-data.ts';
import { markup, type Markup } from './markup.ts';
import { logScale, type Scale } from './scale.ts';

const height = 100;

const y = (scale: Scale, ms: number): number => height - scale.position(ms);

/** Each bucket as wide as its time: the median as a bar, the largest as a thin line above it, failures at the top. */
const bucketPaths = (round: RoundReport, scale: Scale): { median: string; reach: string; failed: string } => {
  const { buckets, bucketSeconds } = round.timeline;
  const span = Math.max(bucketSeconds, (buckets.at(-1)?.atSeconds ?? 0) + bucketSeconds);
  const left = (b: TimelineBucket): number => (b.atSeconds / span) * 100;
  const width = (bucketSeconds / span) * 100;
  const fixed = (n: number): string => n.toFixed(2);
  const parts = buckets.map((b) => ({
    median: b.p50Ms === undefined ? '' : `M${fixed(left(b))} ${fixed(y(scale, b.p50Ms))}h${fixed(width)}`,
    reach:
      b.p50Ms === undefined || b.maxMs === undefined
        ? ''
        : `M${fixed(left(b) + width / 2)} ${fixed(y(scale, b.p50Ms))}V${fixed(y(scale, b.maxMs))}`,
    failed: b.failed === 0 ? '' : `M${fixed(left(b))} 3h${fixed(width)}`,
  }));
  return {
    median: parts.map((p) => p.median).join(''),
    reach: parts.map((p) => p.reach).join(''),
    failed: parts.map((p) => p.failed).join(''),
  };
};

const describe = (round: RoundReport): string => {
  const p50 = round.response.warm?.quantiles.p50;
  const median = p50 !== undefined && 'ms' in p50 ? `median ${formatNumber(p50.ms)} ms` : 'no median';
  const died = round.workers.died.length > 0 ? ', a worker died midway' : '';
  return `round ${round.round}: ${median}, ${formatCount(round.requests.failed)} failed${died}`;
};

const panel = (round: RoundReport, scale: Scale): Markup => {
  const paths = bucketPaths(round, scale);
  const grid = scale.ticks.filter((t) => t.decade).map((t) => `M0 ${(height - t.position).toFixed(2)}H100`);
  const died = round.workers.died.length > 0 || round.workers.missing.length > 0;
  return markup`<div class="panel${died ? ' died' : ''}"><svg viewBox="0 0 100 ${height}" preserveAspectRatio="none" aria-hidden="true"><path class="grid" d="${grid.join('')}"/><path class="reach" d="${paths.reach}"/><path class="median" d="${paths.median}"/><path class="failed" d="${paths.failed}"/></svg></div>`;
};

const row = (series: Series, rounds: readonly number[], scale: Scale): Markup => {
  const byRound = new Map(series.target.rounds.map((round) => [round.round, round]));
  const words = series.target.rounds.map(describe).join('; ');
  return markup`<div class="row"><div class="label"><b>${series.target.id}</b></div><div class="panels ${colourClass(series)}" role="img" aria-label="${series.target.id}, ${words}">${rounds.map(
    (number) => {
      const round = byRound.get(number);
      return round === undefined ? markup`<div class="panel none"></div>` : panel(round, scale);
    },
  )}</div></div>
`;
};

/** Targets by rounds: what happened when. Each box is one cell, from its first measured request to its last. */
export const timelineFigure = (all: readonly Series[], roundCount: number): Markup | undefined => {
  const shown = all.filter(({ target }) => target.rounds.length > 0);
  const values = shown.flatMap(({ target }) =>
    target.rounds.flatMap((round) => round.timeline.buckets.flatMap((b) => [b.p50Ms ?? 0, b.maxMs ?? 0])),
  );
  if (shown.length === 0) return undefined;
  const scale = logScale(values);
  const rounds = Array.from({ length: roundCount }, (_, i) => i + 1);
  return markup`<figure class="times"><figcaption>Each box is one round of a target, from its first request to its last: median response time per slice of time, the slowest answer above it, on one logarithmic axis from ${formatTick(scale.low)} to ${formatTick(scale.high)} ms.</figcaption>
<p class="legend" aria-hidden="true"><span><i class="key-median"></i>median</span><span><i class="key-reach"></i>to the slowest</span><span><i class="key-failed"></i>failures</span><span><i class="key-died"></i>cut short</span></p>
${shown.map((series) => row(series, rounds, scale))}<div class="row foot" aria-hidden="true"><div class="label"></div><div class="panels">${rounds.map(
    (number) => markup`<span>${roundCount <= 12 ? `round ${number}` : number}</span>`,
  )}</div></div></figure>`;
};
