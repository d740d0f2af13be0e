/** Cold starts among Verify's requests: the only ones that are sure to come before anything is warm. */
import type { VerifyColdStarts } from '../schema/plan.ts';

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
