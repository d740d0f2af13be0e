/** A hit from inside a Lambda: the generator function answers it. */
import { createLambdaClient, lambdaFunctionInvoker } from '../../adapters/aws/function-invoker.ts';
import type { HitRequest } from '../../app/hit/request.ts';
import type { HitResult } from '../../app/hit/result.ts';
import { messageOfCause } from '../../core/cause.ts';

/** The longest that a Lambda may run. */
const longestMs = 900_000;

/** @throws Error with the function's own words when it failed, or when it was throttled */
export const hitFrom = async (functionName: string, request: HitRequest): Promise<HitResult> => {
  const invoker = lambdaFunctionInvoker(createLambdaClient());
  const reply = await invoker.invoke(functionName, JSON.stringify({ hit: request }), longestMs);
  if (reply.throttled)
    throw new Error(`${functionName} was throttled: no concurrency is left. Try again later.`);
  if (reply.functionError !== undefined)
    throw new Error(`${functionName} failed: ${messageOfCause(reply.payload)}`);
  return JSON.parse(reply.payload) as HitResult;
};
