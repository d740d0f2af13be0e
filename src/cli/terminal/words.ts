/** Numbers and times as people read them. */

export const count = (n: number): string => n.toLocaleString('en-US');

export const plural = (n: number, noun: string): string => `${count(n)} ${noun}${n === 1 ? '' : 's'}`;

/** `8 s`, `2 min 05 s`, `1 h 20 min`. */
export const duration = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
};

/** Three significant digits at most, as the histograms carry no more; no exponent. */
export const milliseconds = (ms: number): string => {
  if (!Number.isFinite(ms)) return '-';
  if (ms >= 1000) return count(Math.round(ms));
  return ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms.toFixed(2);
};

/** Names in a sentence: `a, b and c`. */
export const enumerate = (names: readonly string[]): string => {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
};
