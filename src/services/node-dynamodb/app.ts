/** The hit counter: Lambda, TypeScript, one DynamoDB item. */
import { randomUUID } from 'node:crypto';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Hits</title>
<h1>Hits: <output id="count">...</output></h1>
<script>
const show = (text) => { document.getElementById("count").textContent = text; };
fetch("hits").then((answer) => answer.json()).then((body) => show(body.hits ?? body.error), () => show("unreachable"));
</script>
</html>
`;

const table = process.env['TABLE_NAME'] ?? '';
const architecture = process.env['ARCHITECTURE_ID'] ?? '';
const version = process.env['AWS_LAMBDA_FUNCTION_VERSION'] ?? '';
const instance = randomUUID();
let cold = true;

// An increment is not idempotent: one attempt, and a store that is silent for 5 s has failed.
const store = new DynamoDBClient({
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
});

/** The production counter, or that of whoever tries a version out. */
type Counter = 'hits' | 'canary';

/** Adds one to the counter and answers the count after it. Rejects when the store does not acknowledge. */
const increment = async (counter: Counter): Promise<number> => {
  const { Attributes } = await store.send(
    new UpdateItemCommand({
      TableName: table,
      Key: { id: { S: counter } },
      UpdateExpression: 'ADD hits :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
      ReturnValues: 'UPDATED_NEW',
    }),
  );
  const hits = Attributes?.['hits']?.N;
  if (hits === undefined) throw new Error('the store acknowledged without a count');
  return Number(hits);
};

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

const json = (status: number, body: object): Answer => ({ status, body: JSON.stringify(body) });

/** `GET /hits` of the event as `GET /hits`: the raw path of a named stage begins with the stage's name. */
const routeOf = ({ rawPath, requestContext }: APIGatewayProxyEventV2): string => {
  const prefix = requestContext.stage === '$default' ? '' : `/${requestContext.stage}`;
  const path = rawPath.startsWith(`${prefix}/`) ? rawPath.slice(prefix.length) : rawPath;
  return `${requestContext.http.method} ${path}`;
};

const counterOf = ({ headers }: { readonly headers?: APIGatewayProxyEventV2['headers'] }): Counter =>
  headers?.['x-counter'] === 'canary' ? 'canary' : 'hits';

const answer = async (event: APIGatewayProxyEventV2): Promise<Answer> => {
  switch (routeOf(event)) {
    case 'GET /hits':
      try {
        return json(200, { hits: await increment(counterOf(event)) });
      } catch (error) {
        console.error('increment failed:', error);
        return json(500, { error: 'the counter is unavailable' });
      }
    case 'GET /':
      return { status: 200, body: page, type: 'text/html; charset=utf-8' };
    default:
      return json(404, { error: 'not found' });
  }
};

export const handler = async (
  event: APIGatewayProxyEventV2,
  context: Context,
): Promise<APIGatewayProxyStructuredResultV2> => {
  const wasCold = cold;
  cold = false;
  const { status, body, type = 'application/json' } = await answer(event);
  return {
    statusCode: status,
    headers: {
      'content-type': type,
      'cache-control': 'no-store',
      'x-architecture': architecture,
      'x-request-id': context.awsRequestId,
      'x-instance': instance,
      'x-cold': wasCold ? '1' : '0',
      'x-version': version,
    },
    body,
  };
};
