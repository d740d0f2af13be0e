/**
 * What the emulator sends in its proxy mode: the event as JSON, the function's ARN (with version or alias) and the
 * request id as headers. Answers: 200 with the function's response, or with the error as JSON and `x-amz-function-error`;
 * 429 with the `Reason`; 404 and 500 for what could not be run.
 */
import { messageOf } from '../../core/errors.ts';
import type { Dispatcher } from './dispatcher.ts';
import { type Header, headerOf } from './http1-head.ts';
import type { HttpExchange, Reply } from './http1-server.ts';
import { parseFunction } from './names.ts';

const jsonType: Header = ['content-type', 'application/json'];

const fail = (reply: Reply, status: number, errorType: string, errorMessage: string): void => {
  reply(status, [jsonType], JSON.stringify({ errorType, errorMessage }));
};

const run = async ({ request, reply }: HttpExchange, dispatcher: Dispatcher): Promise<void> => {
  const arn = headerOf(request, 'x-amzn-lambda-function-arn') ?? '';
  const found = parseFunction(arn);
  const version = headerOf(request, 'x-amzn-lambda-function-version');
  const dispatched =
    found &&
    (await dispatcher.dispatch({
      name: found.name,
      qualifier: found.qualifier ?? version,
      payload: request.body,
      requestId: headerOf(request, 'x-amzn-lambda-request-id'),
      traceId: headerOf(request, 'x-amzn-trace-id'),
    }));
  if (dispatched === undefined) {
    fail(reply, 404, 'ResourceNotFoundException', `Function not found: ${arn}`);
  } else if (dispatched.result.kind === 'throttled') {
    const { reason } = dispatched.result;
    reply(429, [jsonType], JSON.stringify({ Reason: reason, Type: 'User', message: 'Rate Exceeded.' }));
  } else {
    const { payload, failure } = dispatched.result.outcome;
    if (failure === undefined) reply(200, [jsonType], payload);
    else reply(200, [jsonType, ['x-amz-function-error', 'Unhandled']], payload);
  }
};

export const createProxyMode =
  (dispatcher: Dispatcher): ((exchange: HttpExchange) => void) =>
  (exchange) => {
    const { request, reply } = exchange;
    if (request.oversize > 0) {
      fail(reply, 413, 'RequestEntityTooLarge', `an event of ${request.oversize} bytes is too large`);
      return;
    }
    run(exchange, dispatcher).catch((error: unknown) => {
      const isOwn = error instanceof Error && error.name !== 'Error';
      fail(reply, 500, isOwn ? error.name : 'ServiceException', messageOf(error));
    });
  };
