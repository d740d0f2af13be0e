import { InputError } from '../core/errors.ts';
import { requestOf, functionEvent, readFunctionReply } from '../core/load/request.ts';
import type { Target } from '../core/schema/target.ts';
import type {
  Clock,
  FunctionInvoker,
  HttpRequest,
  Connection,
  OpenConnection,
  FunctionReply,
  Exchange,
  Failure,
} from '../ports/index.ts';

export interface ConnectionDeps {
  readonly clock: Clock;
  readonly invoker: FunctionInvoker;
  readonly httpConnection: (request: HttpRequest) => Connection;
}

/**
 * Opens connections to the target: over HTTP where it has a URL, else by invoking its function.
 * @throws InputError for a target with neither
 */
export const connectionOpener = (
  { clock, invoker, httpConnection }: ConnectionDeps,
  target: Target,
): OpenConnection => {
  const { url, functionArn } = target;
  if (url !== undefined) return () => httpConnection({ url, ...requestOf(target) });
  if (functionArn !== undefined) return () => functionConnection(invoker, clock, { ...target, functionArn });
  throw new InputError(`target ${target.id}`, undefined, 'a url, or a functionArn to invoke directly');
};

const connectCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
]);
const resetCodes = new Set(['ECONNRESET', 'EPIPE']);

/** Without an answer of the function: by the invoker's own timeout, the system's code, else the service refused. */
const failureOfInvocation = (error: unknown): Failure => {
  const { name = '', code = '', message = '' } = error as { name?: string; code?: string; message?: string };
  if (name === 'InvokeTimeoutError') return { error: 'timeout', message };
  if (connectCodes.has(code)) return { error: 'connect', message };
  if (resetCodes.has(code)) return { error: 'reset', message };
  return { error: 'status', message: `the invocation was refused: ${name}: ${message}` };
};

const resultOf = (reply: FunctionReply): Exchange['result'] => {
  if (reply.throttled) return { error: 'throttled', message: 'no concurrency was left for the function' };
  if (reply.functionError !== undefined) {
    return {
      error: 'status',
      message: `the function failed (${reply.functionError}): ${reply.payload.slice(0, 200)}`,
    };
  }
  try {
    const answer = readFunctionReply(reply.payload);
    return { ...answer, headers: new Map([['x-request-id', reply.requestId], ...answer.headers]) };
  } catch {
    return { error: 'body', message: `the function's reply is not JSON: ${reply.payload.slice(0, 200)}` };
  }
};

/** A connection that invokes a function directly, with the event that the HTTP API would have made of the target's request. */
export const functionConnection = (
  invoker: FunctionInvoker,
  clock: Clock,
  target: Target & { readonly functionArn: string },
): Connection => {
  const request = requestOf(target);
  let sent = 0;
  return {
    async send(timeoutMs) {
      const event = JSON.stringify(functionEvent(request, `${target.id}-${++sent}`, clock.wallTime()));
      const sentMs = clock.now();
      try {
        const reply = await invoker.invoke(target.functionArn, event, timeoutMs);
        const endMs = clock.now();
        return { sentMs, endMs, result: resultOf(reply) };
      } catch (error) {
        return { sentMs, endMs: clock.now(), result: failureOfInvocation(error) };
      }
    },
    close: () => undefined,
  };
};
