/** A hit from inside a Lambda: the generator function answers it. */
import { createLambdaClient, lambdaFunctionInvoker } from '../../adapters/aws/function-invoker.ts';
import type { HitRequest } from '../../app/hit/request.ts';
import type { HitResult } from '../../app/hit/result.ts';
import { messageOf, InputError } from '../../core/errors.ts';
import type { FunctionInvoker, FunctionReply } from '../../ports/index.ts';

/** The longest that a Lambda may run. */
const longestMs = 900_000;

const notOne = (functionName: string, found: string): InputError =>
  new InputError(
    '--from',
    functionName,
    "the lab's generator function, by ARN or name",
    `${found}. The stack's output GeneratorFunctionArn has its ARN`,
  );

const invoke = async (
  invoker: FunctionInvoker,
  functionName: string,
  request: HitRequest,
): Promise<FunctionReply> => {
  try {
    return await invoker.invoke(functionName, JSON.stringify({ hit: request }), longestMs);
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException')
      throw notOne(functionName, 'There is no such function in this account and region');
    throw error;
  }
};

const asResult = (text: string): HitResult | undefined => {
  try {
    const value = JSON.parse(text) as Partial<HitResult> | null;
    return value?.schema === 'latency-lab.hit.v1' ? (value as HitResult) : undefined;
  } catch {
    return undefined;
  }
};

/**
 * @throws InputError where there is no such function or it is no generator; Error with the function's own words when it
 * failed, or when it was throttled
 */
export const hitFrom = async (
  functionName: string,
  request: HitRequest,
  invoker: FunctionInvoker = lambdaFunctionInvoker(createLambdaClient()),
): Promise<HitResult> => {
  const reply = await invoke(invoker, functionName, request);
  if (reply.throttled)
    throw new Error(`${functionName} was throttled: no concurrency is left. Try again later.`);
  if (reply.functionError !== undefined)
    throw new Error(`${functionName} failed: ${messageOf(reply.payload)}`);
  const result = asResult(reply.payload);
  if (result === undefined) throw notOne(functionName, 'This function answers something else');
  return result;
};
