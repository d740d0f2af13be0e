/** API Gateway's payload format 2.0, there and back. Pure but for the clock. */
import { isUtf8 } from 'node:buffer';
import { gatewayTime } from '../../core/load/request.ts';
import type { Header, HttpRequest } from './http-parser.ts';
import { jsonType } from './http-server.ts';

export interface EventContext {
  readonly apiId: string;
  readonly accountId: string;
  readonly routeKey: string;
  readonly stage: string;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly requestId: string;
  readonly traceId: string;
  readonly port: number;
}

const isText = (contentType: string | undefined, body: Buffer): boolean =>
  contentType === undefined
    ? isUtf8(body)
    : /^(text\/|application\/(json|javascript|xml|[\w.-]+\+(json|xml)))/i.test(contentType.trim());

interface Collected {
  readonly headers: Record<string, string>;
  readonly cookies: string[];
}

/** Lower-case names; values of a repeated header joined by commas; cookies apart, one by one. */
const collect = (given: readonly Header[]): Collected => {
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  for (const [name, value] of given) {
    const key = name.toLowerCase();
    if (key === 'cookie') cookies.push(...value.split(/; */).filter((cookie) => cookie !== ''));
    else if (key !== 'connection' && key !== 'transfer-encoding')
      headers[key] = headers[key] === undefined ? value : `${headers[key]},${value}`;
  }
  return { headers, cookies };
};

const queryOf = (query: string): Record<string, string> => {
  const values: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query))
    values[name] = values[name] === undefined ? value : `${values[name]},${value}`;
  return values;
};

/** Everyone who calls is on this machine. */
const sourceIp = '127.0.0.1';

const isEmpty = (object: object): boolean => Object.keys(object).length === 0;

/** The event as JSON. `rawPath` has the stage in it unless that is `$default`, as on API Gateway. */
export const buildEvent = (request: HttpRequest, context: EventContext): Buffer => {
  const [rawPath, rawQueryString] = splitTarget(request.target);
  const { headers, cookies } = collect(request.headers);
  const text = isText(headers['content-type'], request.body);
  const query = rawQueryString === '' ? {} : queryOf(rawQueryString);
  const { routeKey, stage } = context;
  const now = Date.now();
  headers['x-amzn-trace-id'] ??= context.traceId.split(';')[0] ?? '';
  headers['x-forwarded-for'] ??= sourceIp;
  headers['x-forwarded-port'] ??= String(context.port);
  headers['x-forwarded-proto'] ??= 'http';
  const event = {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString,
    ...(cookies.length === 0 ? {} : { cookies }),
    headers,
    ...(isEmpty(query) ? {} : { queryStringParameters: query }),
    requestContext: {
      accountId: context.accountId,
      apiId: context.apiId,
      domainName: headers['host']?.replace(/:\d+$/, '') ?? '',
      domainPrefix: context.apiId,
      http: {
        method: request.method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: context.requestId,
      routeKey,
      stage,
      time: gatewayTime(now),
      timeEpoch: now,
    },
    ...(isEmpty(context.pathParameters) ? {} : { pathParameters: context.pathParameters }),
    ...(isEmpty(context.stageVariables) ? {} : { stageVariables: context.stageVariables }),
    ...(request.body.length === 0 ? {} : { body: request.body.toString(text ? 'utf8' : 'base64') }),
    isBase64Encoded: request.body.length > 0 && !text,
  };
  return Buffer.from(JSON.stringify(event));
};

/** Path and query (without the question mark) of a request target; absolute targets lose scheme and host. */
export const splitTarget = (target: string): [path: string, query: string] => {
  const local = target.replace(/^https?:\/\/[^/]*/, '');
  const mark = local.indexOf('?');
  return mark < 0 ? [local || '/', ''] : [local.slice(0, mark) || '/', local.slice(mark + 1)];
};

export interface GatewayReply {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly body: Buffer | string;
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const structured = (answer: Readonly<Record<string, unknown>>): GatewayReply | undefined => {
  const status = Number(answer['statusCode']);
  if (!Number.isInteger(status) || status < 100 || status > 599) return undefined;
  const { headers, cookies, body } = answer;
  const sent: Header[] = [];
  for (const [name, value] of Object.entries((headers ?? {}) as Record<string, unknown>)) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return undefined;
    const key = name.toLowerCase();
    if (!['content-length', 'connection', 'transfer-encoding'].includes(key)) sent.push([key, asText(value)]);
  }
  if (!sent.some(([name]) => name === 'content-type'))
    sent.push(['content-type', 'text/plain;charset=UTF-8']);
  if (Array.isArray(cookies)) for (const cookie of cookies) sent.push(['set-cookie', asText(cookie)]);
  const text = body === undefined || body === null ? '' : asText(body);
  return {
    status,
    headers: sent,
    body: answer['isBase64Encoded'] === true ? Buffer.from(text, 'base64') : text,
  };
};

/**
 * What API Gateway makes of a function's answer: the structure of format 2.0, or, without a statusCode, 200 and the
 * value as JSON. Undefined where it can make nothing of it (the client gets a 500).
 */
export const readAnswer = (payload: Buffer): GatewayReply | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(payload.toString());
  } catch {
    return undefined;
  }
  if (typeof value === 'object' && value !== null && 'statusCode' in value) return structured(value);
  return { status: 200, headers: [jsonType], body: asText(value) };
};
