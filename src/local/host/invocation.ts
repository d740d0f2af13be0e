/** An invocation, what can come of it, and how Lambda words what went wrong. Pure. */
import type { Ending } from './function-process.ts';

/** Lambda's limit of a synchronous response, in bytes. */
export const maxResponseBytes = 6_291_556;

export interface Invocation {
  readonly requestId: string;
  /** As the caller named the function, qualifier included. */
  readonly functionArn: string;
  readonly payload: Buffer;
  readonly traceId: string;
  /** JSON, no longer in base64. */
  readonly clientContext?: string | undefined;
}

export type Answer =
  | { readonly kind: 'response'; readonly body: Buffer }
  | { readonly kind: 'error'; readonly body: Buffer; readonly errorType: string | undefined }
  /** A response over Lambda's limit, in bytes. */
  | { readonly kind: 'oversize'; readonly size: number }
  | { readonly kind: 'ended'; readonly ending: Ending }
  | { readonly kind: 'timeout' }
  /** It ended before the event was handed over, so that another one may take the event. */
  | { readonly kind: 'untouched' };

export interface Timed<T> {
  readonly value: T;
  readonly durationMs: number;
}

export type InitResult =
  { readonly kind: 'ready' } | Extract<Answer, { kind: 'error' | 'ended' | 'timeout' }>;

export interface Failure {
  readonly errorType: string;
  /** What the caller gets: JSON with errorType and errorMessage, or what the runtime itself reported. */
  readonly payload: Buffer;
  /** What goes into the log besides, line by line. */
  readonly lines: readonly string[];
  readonly status: 'error' | 'timeout';
}

const failure = (requestId: string, errorType: string, message: string): Failure => {
  const errorMessage = `RequestId: ${requestId} Error: ${message}`;
  return {
    errorType,
    payload: Buffer.from(JSON.stringify({ errorType, errorMessage })),
    lines: [errorMessage, errorType],
    status: 'error',
  };
};

/** The errorType inside a runtime's error report, where its header did not say. */
const reportedType = (body: Buffer): string => {
  try {
    const report = JSON.parse(body.toString()) as { errorType?: unknown } | null;
    if (typeof report?.errorType === 'string') return report.errorType;
  } catch {
    // A runtime may report anything.
  }
  return 'Runtime.Unknown';
};

const timedOut = (requestId: string, timeoutMs: number): Failure => {
  const message = `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
  return {
    ...failure(requestId, 'Sandbox.Timedout', message),
    lines: [`${new Date().toISOString()} ${requestId} ${message}`, ''],
    status: 'timeout',
  };
};

/** @param timeoutMs the function's timeout */
export const failureOf = (
  answer: Exclude<Answer, { kind: 'response' }>,
  requestId: string,
  timeoutMs: number,
): Failure => {
  switch (answer.kind) {
    case 'error':
      return {
        errorType: answer.errorType ?? reportedType(answer.body),
        payload: answer.body,
        lines: [],
        status: 'error',
      };
    case 'oversize': {
      const errorMessage = `Response payload size exceeded maximum allowed payload size (${maxResponseBytes} bytes).`;
      const errorType = 'Function.ResponseSizeTooLarge';
      const payload = Buffer.from(JSON.stringify({ errorMessage, errorType }));
      return { errorType, payload, lines: [errorMessage], status: 'error' };
    }
    case 'ended': {
      const { reason, outOfMemory } = answer.ending;
      const message =
        reason === undefined
          ? 'Runtime exited without providing a reason'
          : `Runtime exited with error: ${reason}`;
      return failure(requestId, outOfMemory ? 'Runtime.OutOfMemory' : 'Runtime.ExitError', message);
    }
    case 'timeout':
      return timedOut(requestId, timeoutMs);
    case 'untouched':
      return failure(requestId, 'Runtime.ExitError', 'Runtime exited before it took the event');
  }
};

/** A package without a program that could be started. */
export const noBootstrap = (requestId: string): Failure =>
  failure(
    requestId,
    'Runtime.InvalidEntrypoint',
    "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]",
  );
