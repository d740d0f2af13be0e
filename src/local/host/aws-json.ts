/** How APIs of AWS's JSON protocol, version 1.1, answer and refuse. */
import type { HttpRequest } from './http-parser.ts';
import { headerOf } from './http-parser.ts';
import type { Reply } from './http-server.ts';

const jsonType = ['content-type', 'application/x-amz-json-1.1'] as const;

/** Of a request to the API with this prefix (`<API version>.`) the operation; undefined of any other. */
export const operationOf = (request: HttpRequest, prefix: string): string | undefined => {
  const target = headerOf(request, 'x-amz-target');
  return target?.startsWith(prefix) === true ? target.slice(prefix.length) : undefined;
};

export const answerJson = (reply: Reply, body: unknown): void => {
  reply(200, [jsonType], JSON.stringify(body));
};

/** @param type what SDKs make an exception of @param more members of that exception */
export const refuseJson = (reply: Reply, status: number, type: string, message: string, more = {}): void => {
  const body = { __type: type, message, ...more };
  reply(status, [jsonType, ['x-amzn-ErrorType', type]], JSON.stringify(body));
};
