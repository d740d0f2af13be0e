/** One request to a target, as HTTP or, for a target without URL, as the HTTP API event that its function answers. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Auth, Target } from '../schema/target.ts';

/** What is sent to `target`, its request's defaults filled in. Header names are in lower case. */
export interface TargetRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly auth?: Auth;
  readonly expectedStatus: number;
}

/** By names in lower case; a header sent more than once is joined by `, `. A Map is one. */
export interface ReplyHeaders extends Iterable<readonly [string, string]> {
  get(name: string): string | undefined;
}

/** An answer over HTTP, or what it would have been. */
export interface HttpReply {
  readonly status: number;
  readonly headers: ReplyHeaders;
  readonly body: string;
}

const lowerCaseNames = (headers: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));

export const requestOf = ({ request = {} }: Target): TargetRequest => ({
  method: request.method ?? 'GET',
  headers: lowerCaseNames(request.headers ?? {}),
  ...(request.body === undefined ? {} : { body: request.body }),
  ...(request.auth === undefined ? {} : { auth: request.auth }),
  expectedStatus: request.expectedStatus ?? 200,
});

/**
 * The event that API Gateway's HTTP API (payload format 2.0) would make of `request` to `/hits`.
 * Source: the format's description in the developer guide, "Create AWS Lambda proxy integrations for HTTP APIs".
 * @param requestId becomes the gateway's request id; the function has its own
 * @param wallTimeMs since 1970, UTC
 */
export const functionEvent = (
  request: TargetRequest,
  requestId: string,
  wallTimeMs: number,
): APIGatewayProxyEventV2 => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: '/hits',
  rawQueryString: '',
  headers: { host: 'direct.invoke', ...request.headers },
  requestContext: {
    accountId: 'anonymous',
    apiId: 'direct',
    domainName: 'direct.invoke',
    domainPrefix: 'direct',
    http: {
      method: request.method,
      path: '/hits',
      protocol: 'HTTP/1.1',
      sourceIp: '127.0.0.1',
      userAgent: request.headers['user-agent'] ?? 'latency-lab',
    },
    requestId,
    routeKey: '$default',
    stage: '$default',
    time: gatewayTime(wallTimeMs),
    timeEpoch: wallTimeMs,
  },
  ...(request.body === undefined ? {} : { body: request.body }),
  isBase64Encoded: false,
});

/** As in API Gateway's events: `12/Mar/2020:19:03:58 +0000`. */
export const gatewayTime = (wallTimeMs: number): string => {
  const [, day = '', month = '', year = '', clock = ''] = new Date(wallTimeMs).toUTCString().split(' ');
  return `${day}/${month}/${year}:${clock} +0000`;
};

const decodeBody = (body: unknown, isBase64: boolean): string => {
  if (body === undefined || body === null) return '';
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return isBase64 ? Buffer.from(text, 'base64').toString('utf8') : text;
};

/**
 * What a client of the HTTP API would have got for a function's reply: a reply without `statusCode` is a 200 with the
 * reply itself as its JSON body, as API Gateway infers it.
 * @throws SyntaxError when `payload` is not JSON
 */
export const readFunctionReply = (payload: string): HttpReply => {
  const reply: unknown = JSON.parse(payload);
  if (typeof reply !== 'object' || reply === null || !('statusCode' in reply))
    return { status: 200, headers: new Map([['content-type', 'application/json']]), body: payload };
  const { statusCode, headers, body, isBase64Encoded } = reply as Readonly<Record<string, unknown>>;
  return {
    status: Number(statusCode),
    headers: new Map(
      Object.entries(lowerCaseNames(typeof headers === 'object' && headers !== null ? { ...headers } : {})),
    ),
    body: decodeBody(body, isBase64Encoded === true),
  };
};
