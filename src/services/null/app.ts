/** The harness's own floor: a constant answer to anything, with the contract's headers and no work behind it. */
import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';

const instance = randomUUID();
const architecture = process.env['ARCHITECTURE_ID'] ?? 'null';
const version = process.env['AWS_LAMBDA_FUNCTION_VERSION'] ?? '';
let cold = true;

export const handler = (_event: unknown, context: Context): Promise<APIGatewayProxyStructuredResultV2> => {
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-architecture': architecture,
    'x-request-id': context.awsRequestId,
    'x-instance': instance,
    'x-cold': cold ? '1' : '0',
    'x-version': version,
  };
  cold = false;
  return Promise.resolve({ statusCode: 200, headers, body: '{"hits":0}' });
};
