/** Sends a target's own request once and says whether the answer counts. */
import { randomUUID } from 'node:crypto';
import {
  type Answer,
  functionEvent,
  readFunctionReply,
  requestOf,
  type TargetRequest,
} from '../core/request.ts';
import type { Target } from '../core/target.ts';
import { hitsOf } from '../core/verify-counter.ts';
import type { Clock, FunctionInvoker, FunctionReply, HttpSender } from '../ports/index.ts';

export interface ProbeDeps {
  readonly http: HttpSender;
  readonly functions: FunctionInvoker;
  readonly clock: Pick<Clock, 'now' | 'wallTime'>;
}

export interface Probed {
  /** Milliseconds from sending to the whole answer. */
  readonly ms: number;
  readonly answer?: Answer;
  /** Set for an acknowledged request to a `sync-counter`. */
  readonly hits?: number;
  /** Why the request is not acknowledged. */
  readonly fault?: string;
}

/** Long enough to recognise a page or a stack trace by. */
const clip = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

const readReply = (reply: FunctionReply): Answer => {
  if (reply.throttled) throw new Error('throttled: no concurrency was left for the function');
  if (reply.functionError !== undefined)
    throw new Error(`the function failed (${reply.functionError}): ${clip(reply.payload)}`);
  try {
    return readFunctionReply(reply.payload);
  } catch (cause) {
    throw new Error(`the function's reply is not JSON: ${clip(reply.payload)}`, { cause });
  }
};

const ask = async (
  { http, functions, clock }: ProbeDeps,
  { url, functionArn = '' }: Target,
  request: TargetRequest,
  timeoutMs: number,
): Promise<Answer> => {
  if (url !== undefined) return http.send({ url, ...request }, timeoutMs);
  const event = functionEvent(request, randomUUID(), clock.wallTime());
  return readReply(await functions.invoke(functionArn, JSON.stringify(event), timeoutMs));
};

const judge = (target: Target, answer: Answer, expectedStatus: number): Pick<Probed, 'hits' | 'fault'> => {
  if (answer.status !== expectedStatus)
    return { fault: `status ${answer.status} instead of ${expectedStatus}: ${clip(answer.body)}` };
  if (target.kind !== 'sync-counter') return {};
  const hits = hitsOf(answer.body);
  return hits === undefined ? { fault: `the body is not {"hits": N}: ${clip(answer.body)}` } : { hits };
};

/** Never rejects: a request that gets no answer is a fault of the target. */
export const probe = async (deps: ProbeDeps, target: Target, timeoutMs: number): Promise<Probed> => {
  const request = requestOf(target);
  const sentAt = deps.clock.now();
  try {
    const answer = await ask(deps, target, request, timeoutMs);
    const ms = deps.clock.now() - sentAt;
    return { ms, answer, ...judge(target, answer, request.expectedStatus) };
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    return { ms: deps.clock.now() - sentAt, fault };
  }
};
