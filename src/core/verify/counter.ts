/** What Verify's answers show: whether a `sync-counter` counts exactly, and which requests started cold. */
import type { VerifyColdStarts } from '../schema/plan.ts';

export interface CounterEvidence {
  /** N of every acknowledged request sent one after another, in that order. */
  readonly sequential: readonly number[];
  /** N of every acknowledged request sent afterwards, several at a time, in any order. */
  readonly concurrent: readonly number[];
  /** Requests without a valid answer; each may have counted or not. */
  readonly unacknowledged: number;
}

const doubled = (values: readonly number[]): number | undefined =>
  values.find((value, i) => values.indexOf(value) !== i);

/**
 * What shows that updates are lost, reads are stale or something else counts, in one sentence with numbers; undefined
 * where nothing does. Exact means: every N once, no N lower than one answered before it was asked for, and no more N
 * left out than requests failed.
 */
export const counterFault = ({
  sequential,
  concurrent,
  unacknowledged,
}: CounterEvidence): string | undefined => {
  const all = [...sequential, ...concurrent];
  const twice = doubled(all);
  if (twice !== undefined) {
    const distinct = new Set(all).size;
    return `updates are lost: ${all.length} acknowledged requests gave only ${distinct} different counts (${twice} came more than once)`;
  }
  const back = sequential.findIndex((value, i) => i > 0 && value < (sequential[i - 1] ?? value));
  if (back !== -1)
    return `the count went backwards: ${sequential[back - 1] ?? ''}, then ${sequential[back] ?? ''}, one request after the other`;
  const last = sequential.at(-1);
  const early = concurrent.find((value) => last !== undefined && value < last);
  if (early !== undefined)
    return `the count went backwards: a request sent after ${last ?? ''} had been answered got ${early}`;
  const missing = all.length === 0 ? 0 : Math.max(...all) - Math.min(...all) + 1 - all.length;
  if (missing > unacknowledged)
    return `${missing} counts are missing between ${Math.min(...all)} and ${Math.max(...all)}, but only ${unacknowledged} requests failed: something else counts, or requests count twice`;
  return undefined;
};

/** N of `{"hits": N}`; undefined for any other body. */
export const hitsOf = (body: string): number | undefined => {
  try {
    const { hits } = JSON.parse(body) as { hits?: unknown };
    return typeof hits === 'number' && Number.isSafeInteger(hits) && hits >= 0 ? hits : undefined;
  } catch {
    return undefined;
  }
};

/** What nearly every counter answers, told from other bodies for a tenth of what parsing JSON costs. */
const plainCount = /^\{"hits": ?(?:0|[1-9]\d{0,14})\}$/;

/** Whether hitsOf finds an N. */
export const isCount = (body: string): boolean => plainCount.test(body) || hitsOf(body) !== undefined;

/** What one request of Verify tells about cold starts. */
export interface Temperature {
  /** Milliseconds. */
  readonly ms: number;
  /** Absent where the answer does not say. */
  readonly cold?: boolean;
  /** Why the request is not acknowledged; then its time is no latency. */
  readonly fault?: string;
}

const toMicrosecond = (ms: number): number => Math.round(ms * 1000) / 1000;

const coldMs = (requests: readonly Temperature[]): number[] =>
  requests
    .filter(({ cold, fault }) => cold === true && fault === undefined)
    .map(({ ms }) => toMicrosecond(ms));

/**
 * @param alone sent one after another, in that order
 * @param burst sent afterwards, several at a time
 * @returns the cold ones, in milliseconds; undefined where no answer says whether it was cold, which is not the same as none
 */
export const coldStartsIn = (
  alone: readonly Temperature[],
  burst: readonly Temperature[],
): VerifyColdStarts | undefined =>
  [...alone, ...burst].some(({ cold }) => cold !== undefined)
    ? { aloneMs: coldMs(alone), burstMs: coldMs(burst) }
    : undefined;
