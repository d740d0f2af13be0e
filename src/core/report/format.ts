/** How figures are printed, in every format alike. Rounding happens here and nowhere else. */
import type { LoadProfile, Phase } from '../schema/load.ts';
import type { QuantileMs } from '../schema/report.ts';

/** With commas between thousands: 12,345. */
export const formatCount = (count: number): string => String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** "1 round", "1,200 rounds". */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

/** Three significant digits, at most three decimals: 0.085, 3.41, 48.2, 1,240. */
export const formatNumber = (value: number): string => {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const magnitude = Math.abs(value);
  if (magnitude >= 100) return formatCount(Math.round(value));
  return value.toFixed(magnitude >= 10 ? 1 : magnitude >= 1 ? 2 : 3);
};

/** $1,240, $13.01, $0.0612: cents from a dollar on, three digits below, none from a thousand on. */
export const formatDollars = (dollars: number): string => {
  if (dollars >= 1000) return `$${formatCount(Math.round(dollars))}`;
  if (dollars >= 1 || dollars === 0) return `$${dollars.toFixed(2)}`;
  return `$${Number(dollars.toPrecision(3))}`;
};

/** A step of an axis, without decimals that say nothing: 0.5, 20, 1,000. */
export const formatTick = (value: number): string =>
  value >= 1000 ? formatCount(value) : String(Number(value.toPrecision(3)));

export const formatMs = (ms: number): string => `${formatNumber(ms)} ms`;

/** 0.0612 as "6.1 %"; what is not nothing is never printed as 0. */
export const formatShare = (share: number): string => {
  if (share === 0) return '0 %';
  if (share < 0.001) return '< 0.1 %';
  return `${(share * 100).toFixed(1)} %`;
};

/** "2.1" of 2.104; from 10 on without decimals. */
export const formatRatio = (ratio: number): string => ratio.toFixed(ratio < 10 ? 2 : 0);

/** The quantile alone, or that it is above the timeout, or that n cannot carry it. */
export const formatQuantile = (quantile: QuantileMs | undefined): string => {
  if (quantile === undefined) return '–';
  if ('neededN' in quantile) return 'n too small';
  return 'ms' in quantile ? formatNumber(quantile.ms) : `> ${formatNumber(quantile.aboveMs)}`;
};

/** "3.1–3.4", "≥ 3.1" where the upper bound lies beyond what was measured; undefined without an interval. */
export const formatInterval = (
  quantile: Exclude<QuantileMs, { readonly neededN: number }>,
): string | undefined => {
  const { lowMs } = quantile;
  const highMs = 'ms' in quantile ? quantile.highMs : undefined;
  if (lowMs === undefined) return highMs === undefined ? undefined : `≤ ${formatNumber(highMs)}`;
  return highMs === undefined ? `≥ ${formatNumber(lowMs)}` : `${formatNumber(lowMs)}–${formatNumber(highMs)}`;
};

/** 2026-11-21 09:05 UTC, of an ISO 8601 instant; anything else as it is. */
export const formatInstant = (iso: string): string => {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/.exec(iso);
  return match === null ? iso : `${match[1] ?? ''} ${match[2] ?? ''} UTC`;
};

/** 09:05:12, of an ISO 8601 instant. */
export const formatTime = (iso: string): string => iso.slice(11, 19);

/** 1.4 s, 3 min 20 s. */
const formatDuration = (seconds: number): string => {
  if (seconds < 100) return `${formatTick(seconds)} s`;
  return `${formatCount(Math.floor(seconds / 60))} min ${Math.round(seconds % 60)} s`;
};

const mostPhases = 6;

/** "50 requests/s for 10 s, then 50 to 200 requests/s within 1 min". */
const describeProfile = (phases: readonly Phase[]): string => {
  const words = phases.map(({ rate, toRate = rate, seconds }) =>
    toRate === rate
      ? `${formatTick(rate)} requests/s for ${formatDuration(seconds)}`
      : `${formatTick(rate)} to ${formatTick(toRate)} requests/s within ${formatDuration(seconds)}`,
  );
  const more = words.length - mostPhases;
  if (more > 1) words.splice(mostPhases, more, `${plural(more, 'phase')} more`);
  return words.join(', then ');
};

/** The load profile as a person would say it. */
export const describeLoad = (load: LoadProfile): string => {
  if (load.model === 'open') {
    const times = load.poissonSeed === undefined ? 'planned times' : 'random times (Poisson)';
    return load.profile === undefined
      ? `${formatTick(load.rate)} requests/s at ${times} for ${formatDuration(load.durationSeconds)} (open model)`
      : `${describeProfile(load.profile)}, at ${times} (open model)`;
  }
  const how = load.concurrency === 1 ? 'one after another' : `over ${load.concurrency} connections`;
  return `${plural(load.requests, 'request')} ${how} (closed model)`;
};

/** "a", "a and b", "a, b and c". */
export const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
