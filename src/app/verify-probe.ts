import { judge } from '../core/load/judge.ts';
import { requestOf } from '../core/request.ts';
import type { Target } from '../core/target.ts';
import { hitsOf } from '../core/verify-counter.ts';
import type { Lane } from '../ports/lane.ts';

/** What one request showed. */
export interface Probed {
  /** Milliseconds from sending to the whole answer; connecting is not in it. */
  readonly ms: number;
  /** Absent where no answer came. */
  readonly headers?: Readonly<Record<string, string>>;
  /** N of an acknowledged request to a `sync-counter`. */
  readonly hits?: number;
  /** Why the request is not acknowledged. */
  readonly fault?: string;
}

/** Sends the lane's request once and judges the answer as the measurement will. Never rejects. */
export const probe = async (lane: Lane, target: Target, timeoutMs: number): Promise<Probed> => {
  const { sentMs, endMs, result } = await lane.send(timeoutMs);
  const ms = endMs - sentMs;
  if ('error' in result) return { ms, fault: result.message };
  const { headers, body } = result;
  const { error } = judge(result, { kind: target.kind, expectedStatus: requestOf(target).expectedStatus });
  if (error !== undefined) return { ms, headers, fault: error.message };
  const hits = target.kind === 'sync-counter' ? hitsOf(body) : undefined;
  return { ms, headers, ...(hits === undefined ? {} : { hits }) };
};
