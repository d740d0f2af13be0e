/** Invocations by the emulator's proxy mode, by which its Step Functions, API Gateway and queues invoke. */
import { messageOf } from '../../core/errors.ts';
import type { Dispatcher } from './dispatcher.ts';
import { parseFunction } from './functions.ts';
import { headerOf } from './http-parser.ts';
import type { HttpExchange } from './http-server.ts';
import { answer, nameOf, refuse } from './lambda-replies.ts';

const runProxied = async ({ request, reply }: HttpExchange, dispatcher: Dispatcher): Promise<void> => {
  const arn = headerOf(request, 'x-amzn-lambda-function-arn') ?? '';
  const found = parseFunction(arn);
  const dispatched =
    found &&
    (await dispatcher.dispatch({
      name: found.name,
      qualifier: found.qualifier ?? headerOf(request, 'x-amzn-lambda-function-version'),
      payload: request.body,
      requestId: headerOf(request, 'x-amzn-lambda-request-id'),
      traceId: headerOf(request, 'x-amzn-trace-id'),
    }));
  if (dispatched === undefined) refuse(reply, 404, 'ResourceNotFoundException', `Function not found: ${arn}`);
  else answer(reply, dispatched);
};

/**
 * What the emulator sends in its proxy mode: the event as JSON, the function's ARN (with version or alias) and the
 * request id as headers. Answered as Invoke is, but for 500 with the error's name where something could not be run.
 */
export const createProxyMode =
  (dispatcher: Dispatcher): ((exchange: HttpExchange) => void) =>
  (exchange) => {
    const { request, reply } = exchange;
    if (request.oversize > 0) {
      refuse(reply, 413, 'RequestEntityTooLarge', `an event of ${request.oversize} bytes is too large`);
      return;
    }
    runProxied(exchange, dispatcher).catch((error: unknown) => {
      refuse(reply, 500, nameOf(error), messageOf(error));
    });
  };
