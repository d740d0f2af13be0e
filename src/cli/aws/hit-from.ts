/** A hit from inside a Lambda: the generator function answers it. */
import { createLambdaClient, lambdaFunctionInvoker } from '../../adapters/aws/function-invoker.ts';
import type { HitRequest } from '../../app/hit/request.ts';
import type { HitResult } from '../../app/hit/result.ts';

/** The longest that a Lambda may run. */
const longestMs = 900_000;

const messageOf = (payload: string): string => {
  const { errorMessage } = JSON.parse(payload) as { errorMessage?: string };
  return errorMessage ?? payload;
};

/** @throws Error with the function's own words when it failed, or when it was throttled */
export const hitFrom = async (functionName: string, request: HitRequest): Promise<HitResult> => {
  const invoker = lambdaFunctionInvoker(createLambdaClient());
  const reply = await invoker.invoke(functionName, JSON.stringify({ hit: request }), longestMs);
  if (reply.throttled)
    throw new Error(`${functionName} was throttled: no concurrency is left. Try again later.`);
  if (reply.functionError !== undefined)
    throw new Error(`${functionName} failed: ${messageOf(reply.payload)}`);
  return JSON.parse(reply.payload) as HitResult;
};
