import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { FunctionInvoker, FunctionReply } from '../../ports/index.ts';

/** An answer did not come in time. The function may still be running, and may still count. */
export class InvokeTimeoutError extends Error {
  override readonly name = 'InvokeTimeoutError';
}

/** More than the most connections of one worker, so that no invocation waits for a socket in here. */
const maxSockets = 1_000;

/** One attempt, never a retry: an increment is not idempotent, and a hidden retry would falsify the timing. */
export const createLambdaClient = (): LambdaClient =>
  new LambdaClient({
    maxAttempts: 1,
    retryMode: 'standard',
    requestHandler: {
      httpAgent: { keepAlive: true, maxSockets },
      httpsAgent: { keepAlive: true, maxSockets },
    },
  });

/** The Invoke API's names for "not now": reserved or account concurrency, or the caller's rate, is used up. */
const throttleNames = ['TooManyRequestsException', 'EC2ThrottledException'];

const throttledReply = (error: unknown): FunctionReply | undefined => {
  if (!(error instanceof Error) || !throttleNames.includes(error.name)) return undefined;
  const metadata = '$metadata' in error ? (error.$metadata as { requestId?: string }) : {};
  return { requestId: metadata.requestId ?? '', payload: '', throttled: true };
};

export const lambdaFunctionInvoker = (client: LambdaClient): FunctionInvoker => ({
  invoke: async (functionArn, payload, timeoutMs, { logTail } = { logTail: false }) => {
    const abortSignal = AbortSignal.timeout(timeoutMs);
    try {
      const output = await client.send(
        new InvokeCommand({
          FunctionName: functionArn,
          InvocationType: 'RequestResponse',
          Payload: Buffer.from(payload),
          ...(logTail ? { LogType: 'Tail' } : {}),
        }),
        { abortSignal },
      );
      return {
        requestId: output.$metadata.requestId ?? '',
        payload: output.Payload?.transformToString() ?? '',
        throttled: false,
        ...(output.FunctionError === undefined ? {} : { functionError: output.FunctionError }),
        ...(logTail ? { logTail: Buffer.from(output.LogResult ?? '', 'base64').toString() } : {}),
      };
    } catch (error) {
      const throttled = throttledReply(error);
      if (throttled !== undefined) return throttled;
      if (abortSignal.aborted)
        throw new InvokeTimeoutError(`no answer from ${functionArn} within ${timeoutMs} ms`, {
          cause: error,
        });
      throw error;
    }
  },
});
