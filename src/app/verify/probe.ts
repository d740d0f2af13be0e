import { judge } from '../../core/load/judge.ts';
import { requestOf } from '../../core/target/request.ts';
import type { Target } from '../../core/schema/target.ts';
import { hitsOf } from '../../core/verify/counter.ts';
import type { Lane } from '../../ports/lane.ts';

/** What one request showed. */
export interface Probed {
  /** Milliseconds from sending to the whole answer; connecting is not in it. */
  readonly ms: number;
  /** Absent where no answer came. */
  readonly headers?: Readonly<Record<string, string>>;
  /** By `x-cold`; absent where the answer does not say. */
  readonly cold?: boolean;
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
  const expectation = { kind: target.kind, expectedStatus: requestOf(target).expectedStatus };
  const { cold, error } = judge(result, expectation);
  const seen = { ms, headers, ...(headers['x-cold'] === undefined ? {} : { cold }) };
  if (error !== undefined) return { ...seen, fault: error.message };
  const hits = target.kind === 'sync-counter' ? hitsOf(body) : undefined;
  return { ...seen, ...(hits === undefined ? {} : { hits }) };
};
