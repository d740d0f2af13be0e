/**
 * The address under which HTTP APIs are reached: `<api id>.execute-api.localhost`. Lambda integrations run here,
 * without a detour; whatever else an API does goes on to the emulator.
 *
 * Failures as HTTP APIs answer them: 500 for a function error or an answer that is none, 503 for a throttled or
 * unreachable function and for a timeout of the integration (504 and 502 are REST APIs').
 */
import { randomUUID } from 'node:crypto';
import { messageOf } from '../../core/errors.ts';
import type { RecordCall } from './call-recorder.ts';
import { type Dispatcher, newTraceId } from './dispatcher.ts';
import type { EmulatorReply } from './emulator-client.ts';
import { buildEvent, readAnswer, splitTarget } from './gateway-event.ts';
import { functionOf, matchRoute, stageOf } from './gateway-routes.ts';
import { type Header, headerOf, type HttpRequest } from './http-parser.ts';
import { type HttpExchange, jsonType, type Reply } from './http-server.ts';
import { type ControlPlane, type HttpApi, type Integration, parseFunction } from './functions.ts';

export interface GatewayDeps {
  readonly control: ControlPlane;
  readonly dispatcher: Dispatcher;
  readonly passOn: (request: HttpRequest) => Promise<EmulatorReply>;
  readonly accountId: string;
  readonly onError: (message: string) => void;
  readonly record: RecordCall;
}

/** HTTP APIs wait for an integration 30 s at most. */
const maxIntegrationMs = 30_000;

const say = (reply: Reply, status: number, message: string, headers: readonly Header[] = []): void => {
  reply(status, [jsonType, ...headers], JSON.stringify({ message }));
};

interface Call {
  readonly api: HttpApi;
  readonly integration: Integration;
  readonly functionArn: string;
  readonly routeKey: string;
  readonly stage: string;
  readonly pathParameters: Readonly<Record<string, string>>;
}

const apiIdOf = (host: string): string | undefined => /^([a-z0-9]+)\.execute-api\./i.exec(host)?.[1];

/** What to run for a request: a call, `elsewhere` for what is not a Lambda integration, undefined for no route. */
const callFor = (api: HttpApi, { method, target }: HttpRequest): Call | 'elsewhere' | undefined => {
  const staged = stageOf(api, splitTarget(target)[0]);
  const matched = staged && matchRoute(api.routes, method, staged.path);
  if (staged === undefined || matched === undefined) return undefined;
  const { integration, key: routeKey } = matched.route;
  const functionArn = functionOf(integration.uri, api.stages[staged.stage] ?? {});
  if (integration.type !== 'AWS_PROXY' || functionArn === undefined || integration.payloadFormat !== '2.0')
    return 'elsewhere';
  return {
    api,
    integration,
    functionArn,
    routeKey,
    stage: staged.stage,
    pathParameters: matched.pathParameters,
  };
};

export const createGateway = (deps: GatewayDeps): ((exchange: HttpExchange) => void) => {
  const { control, dispatcher, passOn, accountId, onError, record } = deps;

  const run = async (exchange: HttpExchange, call: Call, reply: Reply): Promise<void> => {
    const { stage, routeKey, functionArn } = call;
    record?.({ kind: 'route', apiId: call.api.id, stage, routeKey, functionArn });
    const found = parseFunction(functionArn);
    const requestId = randomUUID();
    const traceId = headerOf(exchange.request, 'x-amzn-trace-id') ?? newTraceId();
    const id: Header = ['apigw-requestid', requestId];
    const payload = buildEvent(exchange.request, {
      apiId: call.api.id,
      accountId,
      routeKey,
      stage,
      stageVariables: call.api.stages[stage] ?? {},
      pathParameters: call.pathParameters,
      requestId,
      traceId,
      port: exchange.socket.localPort ?? 0,
    });
    const dispatched = found && (await dispatcher.dispatch({ ...found, payload, traceId }));
    if (dispatched === undefined) {
      onError(`${call.functionArn}: there is no such function`);
      say(reply, 500, 'Internal Server Error', [id]);
    } else if (dispatched.result.kind === 'throttled') {
      say(reply, 503, 'Service Unavailable', [id]);
    } else {
      const { payload: answered, failure } = dispatched.result.outcome;
      const answer = failure === undefined ? readAnswer(answered) : undefined;
      if (answer === undefined) say(reply, 500, 'Internal Server Error', [id]);
      else reply(answer.status, [...answer.headers, id], answer.body);
    }
  };

  const limited = async (exchange: HttpExchange, call: Call): Promise<void> => {
    const { reply } = exchange;
    const timer = setTimeout(
      () => {
        say(reply, 503, 'Service Unavailable');
      },
      Math.min(call.integration.timeoutMs, maxIntegrationMs),
    );
    try {
      await run(exchange, call, reply);
    } finally {
      clearTimeout(timer);
    }
  };

  const handle = async (exchange: HttpExchange): Promise<void> => {
    const { request, reply } = exchange;
    const apiId = apiIdOf(headerOf(request, 'host') ?? '');
    const api = apiId === undefined ? undefined : await control.httpApi(apiId);
    if (api === undefined) {
      say(reply, 404, 'Not Found');
      return;
    }
    if (request.oversize > 0) {
      say(reply, 413, 'Request Entity Too Large');
      return;
    }
    const call = callFor(api, request);
    if (call === undefined) say(reply, 404, 'Not Found');
    else if (call !== 'elsewhere') await limited(exchange, call);
    else {
      const { status, headers, body } = await passOn(request);
      reply(status, headers, body);
    }
  };

  return (exchange) => {
    handle(exchange).catch((error: unknown) => {
      onError(messageOf(error));
      say(exchange.reply, 500, 'Internal Server Error');
    });
  };
};
