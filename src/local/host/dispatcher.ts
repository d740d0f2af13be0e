/** From a function's name to an outcome: resolves aliases, weights and versions, then runs. Shared by all surfaces. */
import { randomUUID } from 'node:crypto';
import type { CountInvocation } from '../metrics/invocations.ts';
import type { Executor, InvokeResult } from './executor.ts';
import {
  type ControlPlane,
  type FunctionVersion,
  isVersion,
  parseFunction,
  pickVersion,
} from './functions.ts';

export interface DispatchRequest {
  readonly name: string;
  /** Version, alias, or undefined for `$LATEST`. */
  readonly qualifier: string | undefined;
  readonly payload: Buffer;
  readonly requestId?: string | undefined;
  readonly traceId?: string | undefined;
  readonly clientContext?: string | undefined;
  readonly tail?: boolean;
}

export interface Dispatched {
  readonly requestId: string;
  readonly fn: FunctionVersion;
  readonly result: InvokeResult;
}

/** Digits of UUIDs, which Node makes from a stock of random bytes: quicker than asking for some each time. */
const randomHex = (digits: number): string => randomUUID().replaceAll('-', '').slice(-digits);

/** An X-Ray trace header that says: not sampled. */
export const newTraceId = (): string => {
  const epoch = Math.floor(Date.now() / 1000).toString(16);
  return `Root=1-${epoch}-${randomHex(24)};Parent=${randomHex(16)};Sampled=0`;
};

export type Dispatcher = ReturnType<typeof createDispatcher>;

/** @param count hears of every invocation: its name, qualifier, the version that it came to, and the result */
export const createDispatcher = (control: ControlPlane, executor: Executor, count: CountInvocation) => {
  /** The version that an invocation would run now; undefined where there is no such function, version or alias. */
  const resolve = async (name: string, qualifier = '$LATEST'): Promise<FunctionVersion | undefined> => {
    if (isVersion(qualifier)) return control.version(name, qualifier);
    const alias = await control.alias(name, qualifier);
    return alias === undefined ? undefined : control.version(name, pickVersion(alias, Math.random()));
  };
  return {
    resolve,
    /** @returns undefined where there is no such function. @throws UnsupportedFunctionError, Error */
    dispatch: async (request: DispatchRequest): Promise<Dispatched | undefined> => {
      const { name, qualifier, payload, clientContext } = request;
      const fn = await resolve(name, qualifier);
      if (fn === undefined) return undefined;
      const requestId = request.requestId ?? randomUUID();
      const functionArn = qualifier === undefined ? fn.arn : `${fn.arn}:${qualifier}`;
      const traceId = request.traceId ?? newTraceId();
      const reserved = await control.reservedConcurrency(name);
      const invocation = { requestId, functionArn, payload, traceId, clientContext };
      const result = await executor.invoke(fn, invocation, { reserved, tail: request.tail ?? false });
      count(name, qualifier, fn.version, result);
      return { requestId, fn, result };
    },
  };
};

const errorMessageIn = (payload: Buffer): string => {
  try {
    return (JSON.parse(payload.toString()) as { errorMessage: string }).errorMessage;
  } catch {
    return payload.toString();
  }
};

/** Runs functions whose answer nobody waits for. Rejects where one could not be run or ended with an error, with what it said. */
export const createEventInvoker =
  ({ dispatch }: Dispatcher) =>
  async (reference: string, event: object): Promise<void> => {
    const found = parseFunction(reference);
    const dispatched = found && (await dispatch({ ...found, payload: Buffer.from(JSON.stringify(event)) }));
    if (dispatched === undefined) throw new Error(`there is no function ${reference}`);
    const { result } = dispatched;
    if (result.kind === 'throttled') throw new Error(`${reference} was throttled: ${result.reason}`);
    if (result.outcome.failure !== undefined) throw new Error(errorMessageIn(result.outcome.payload));
  };
