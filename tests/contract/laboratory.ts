/** A local plane on which services are created one by one, each over a store of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { startPlane, type LocalPlane } from '../../src/local/plane.ts';
import { root, type Service } from './services.ts';
import type { Counts, Reply, Vector } from './vectors.ts';

const clientsOf = (plane: LocalPlane) => {
  const common = {
    region: plane.env['AWS_REGION'] ?? '',
    credentials: plane.credentials,
    maxAttempts: 1,
  };
  return {
    lambda: new LambdaClient({ ...common, endpoint: plane.lambdaUrl, requestHandler: { maxSockets: 100 } }),
    dynamo: new DynamoDBClient({ ...common, endpoint: plane.emulatorUrl }),
    s3: new S3Client({ ...common, endpoint: plane.emulatorUrl, forcePathStyle: true }),
  };
};
type Clients = ReturnType<typeof clientsOf>;

/** The counts in a store, and what tells the service where that is. */
interface Counter {
  readonly variables: Readonly<Record<string, string>>;
  read(): Promise<Counts>;
}

const both = async (read: (counter: keyof Counts) => Promise<number>): Promise<Counts> => ({
  hits: await read('hits'),
  canary: await read('canary'),
});

const makeCounter = async ({ dynamo, s3 }: Clients, { store }: Service, name: string): Promise<Counter> => {
  switch (store) {
    case 'none':
      return { variables: {}, read: () => both(() => Promise.resolve(0)) };
    case 'dynamodb':
      await dynamo.send(
        new CreateTableCommand({
          TableName: name,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        }),
      );
      return {
        variables: { TABLE_NAME: name },
        read: () =>
          both(async (counter) => {
            const key = { TableName: name, Key: { id: { S: counter } }, ConsistentRead: true };
            const { Item } = await dynamo.send(new GetItemCommand(key));
            return Number(Item?.['hits']?.N ?? 0);
          }),
      };
    case 's3':
      await s3.send(new CreateBucketCommand({ Bucket: name }));
      return {
        variables: { BUCKET_NAME: name },
        read: () =>
          both(async (Key) => {
            const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: name, Prefix: Key }));
            if (Contents.length === 0) return 0;
            const { Body } = await s3.send(new GetObjectCommand({ Bucket: name, Key }));
            return Number(await Body?.transformToString());
          }),
      };
  }
};

/** Also checks that Lambda's request id is the answer's. */
const invoke = async (
  lambda: LambdaClient,
  [name, version]: readonly [string, (string | undefined)?],
  event: Vector['event'],
): Promise<Reply> => {
  const { Payload, FunctionError, $metadata } = await lambda.send(
    new InvokeCommand({ FunctionName: name, Qualifier: version, Payload: JSON.stringify(event) }),
  );
  const text = Payload?.transformToString() ?? '';
  if (FunctionError !== undefined) throw new Error(`${FunctionError}: ${text}`);
  const { statusCode, headers, body } = JSON.parse(text) as APIGatewayProxyStructuredResultV2;
  const lowered = Object.entries(headers ?? {}).map(([key, value]) => [key.toLowerCase(), String(value)]);
  const reply: Reply = { status: statusCode ?? 0, headers: Object.fromEntries(lowered), body };
  expect(reply.headers['x-request-id']).toBe($metadata.requestId);
  return reply;
};

/** Starts a plane; `close` ends it and everything that was created on it. */
export const openLaboratory = async () => {
  const workDir = mkdtempSync(join(tmpdir(), 'contract-'));
  const plane = await startPlane({ root, workDir });
  const clients = clientsOf(plane);
  let created = 0;

  /** @param storeUrl points the service elsewhere than to the plane's store */
  const deploy = async (service: Service, storeUrl?: string) => {
    created += 1;
    const name = `${service.id}-${created}`;
    const counter = await makeCounter(clients, service, name);
    const elsewhere = { AWS_ENDPOINT_URL_DYNAMODB: storeUrl ?? '', AWS_ENDPOINT_URL_S3: storeUrl ?? '' };
    await clients.lambda.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Role: 'arn:aws:iam::000000000000:role/any',
        Runtime: service.runtime,
        Handler: service.handler,
        Code: { ZipFile: service.zip() },
        MemorySize: 1769,
        Timeout: 30,
        Publish: true,
        Environment: {
          Variables: {
            ARCHITECTURE_ID: service.id,
            ...counter.variables,
            ...(storeUrl === undefined ? {} : elsewhere),
          },
        },
      }),
    );
    return {
      /** @param version the number of a published one; default: what is not published */
      ask: (event: Vector['event'], version?: string) => invoke(clients.lambda, [name, version], event),
      count: () => counter.read(),
    };
  };

  const close = async (): Promise<void> => {
    for (const client of Object.values(clients)) client.destroy();
    await plane.stop();
    rmSync(workDir, { recursive: true, force: true });
  };
  return { deploy, close };
};

export type Laboratory = Awaited<ReturnType<typeof openLaboratory>>;
