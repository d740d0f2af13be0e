/** How the Lambda API answers: outcomes of invocations, and refusals as SDKs make exceptions of them. */
import { messageOf } from '../../core/errors.ts';
import type { Dispatched } from './dispatcher.ts';
import type { FunctionReference } from './functions.ts';
import type { Header } from './http-parser.ts';
import { jsonType, type Reply } from './http-server.ts';

/** An error as the Lambda API words it; `type` is what SDKs make an exception of. */
export const refuse = (
  reply: Reply,
  status: number,
  type: string,
  message: string,
  reason?: string,
): void => {
  const body = { Type: status < 500 ? 'User' : 'Service', message, Reason: reason };
  reply(status, [jsonType, ['x-amzn-ErrorType', type]], JSON.stringify(body));
};

/** Errors of the host itself, such as code that is not there or a runtime that is not run here. */
export const nameOf = (error: unknown): string =>
  error instanceof Error && error.name !== 'Error' ? error.name : 'ServiceException';

export const refuseError = (reply: Reply, error: unknown): void => {
  const isRuntime = nameOf(error) === 'InvalidRuntimeException';
  refuse(reply, 502, isRuntime ? 'InvalidRuntimeException' : 'ServiceException', messageOf(error));
};

export const refuseUnknown = (reply: Reply, { name, qualifier }: FunctionReference): void => {
  const what = qualifier === undefined ? name : `${name}:${qualifier}`;
  refuse(reply, 404, 'ResourceNotFoundException', `Function not found: ${what}`);
};

export const answer = (reply: Reply, { requestId, fn, result }: Dispatched): void => {
  if (result.kind === 'throttled') {
    refuse(reply, 429, 'TooManyRequestsException', 'Rate Exceeded.', result.reason);
    return;
  }
  const { payload, failure, tail } = result.outcome;
  const headers: Header[] = [
    jsonType,
    ['x-amzn-RequestId', requestId],
    ['X-Amz-Executed-Version', fn.version],
  ];
  if (failure !== undefined) headers.push(['X-Amz-Function-Error', 'Unhandled']);
  if (tail !== undefined) headers.push(['X-Amz-Log-Result', tail]);
  reply(200, headers, payload);
};
