import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { paginateListObjectsV2, S3 } from '@aws-sdk/client-s3';
import { paginateGetParametersByPath, SSM } from '@aws-sdk/client-ssm';
import { startTestEmulator, type TestEmulator } from '../fixtures/emulator.ts';

let emulator: TestEmulator;
beforeAll(async () => {
  emulator = await startTestEmulator();
});
afterAll(() => emulator.stop());

describe('the emulated S3', () => {
  const Bucket = 'conditions';
  let s3: S3;
  beforeAll(async () => {
    s3 = new S3({ ...emulator.client, forcePathStyle: true });
    await s3.createBucket({ Bucket });
  });
  const put = (Key: string, Body: string, condition = {}) =>
    s3.putObject({ Bucket, Key, Body, ...condition });
  const text = async (Key: string) => (await s3.getObject({ Bucket, Key })).Body?.transformToString();

  it('refuses a second put with If-None-Match *', async () => {
    await put('lock', 'first', { IfNoneMatch: '*' });
    const second = put('lock', 'second', { IfNoneMatch: '*' });
    await expect(second).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    });
    expect(await text('lock')).toBe('first');
  });

  it('lets one of many concurrent puts with If-None-Match * win', async () => {
    const tries = Array.from({ length: 8 }, (_, i) => put('race', String(i), { IfNoneMatch: '*' }));
    const done = await Promise.allSettled(tries);
    const winners = done.flatMap(({ status }, i) => (status === 'fulfilled' ? [String(i)] : []));
    expect(winners).toEqual([await text('race')]);
  });

  it('overwrites with If-Match of the current tag only', async () => {
    const { ETag } = await put('tagged', 'one');
    await put('tagged', 'two', { IfMatch: ETag });
    await expect(put('tagged', 'three', { IfMatch: ETag })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    expect(await text('tagged')).toBe('two');
  });

  it('lists by prefix over pages, in lexical order', async () => {
    for (const key of ['p/b', 'p/a', 'q/x', 'p/c']) await put(key, key);
    const keys: (string | undefined)[] = [];
    for await (const page of paginateListObjectsV2({ client: s3, pageSize: 2 }, { Bucket, Prefix: 'p/' })) {
      expect(page.Contents?.length).toBeLessThanOrEqual(2);
      keys.push(...(page.Contents ?? []).map(({ Key }) => Key));
    }
    expect(keys).toEqual(['p/a', 'p/b', 'p/c']);
  });
});

describe('the emulated DynamoDB', () => {
  it('adds exactly under concurrency and answers each new value once', async () => {
    const db = new DynamoDB(emulator.client);
    const TableName = 'hits';
    await db.createTable({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    });
    const Key = { id: { S: 'hits' } };
    const increment = async () => {
      const update = { UpdateExpression: 'ADD hits :one', ExpressionAttributeValues: { ':one': { N: '1' } } };
      const reply = await db.updateItem({ TableName, Key, ...update, ReturnValues: 'UPDATED_NEW' });
      return Number(reply.Attributes?.['hits']?.N);
    };
    const connections = Array.from({ length: 10 }, async () => {
      const seen: number[] = [];
      for (let i = 0; i < 20; i++) seen.push(await increment());
      return seen;
    });
    const seen = (await Promise.all(connections)).flat().sort((a, b) => a - b);
    expect(seen).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    const { Item } = await db.getItem({ TableName, Key, ConsistentRead: true });
    expect(Item?.['hits']?.N).toBe('200');
  });
});

describe('the emulated SSM', () => {
  it('gives parameters by path over pages of at most ten, without those of other paths', async () => {
    const ssm = new SSM(emulator.client);
    const names = Array.from(
      { length: 12 },
      (_, i) => `/latency-lab/one/targets/t${String(i).padStart(2, '0')}`,
    );
    for (const Name of [...names, '/latency-lab/other/targets/x']) {
      await ssm.putParameter({ Name, Value: `{"of":"${Name}"}`, Type: 'String' });
    }
    const found: (string | undefined)[] = [];
    let pages = 0;
    for await (const page of paginateGetParametersByPath(
      { client: ssm },
      { Path: '/latency-lab/one/targets/' },
    )) {
      pages += 1;
      found.push(...(page.Parameters ?? []).map(({ Value }) => Value));
    }
    expect(pages).toBeGreaterThan(1);
    expect([...found].sort()).toEqual(names.map((name) => `{"of":"${name}"}`));
  });
});

describe('the emulated CloudWatch Logs', () => {
  it('keeps put events in their order', async () => {
    const logs = new CloudWatchLogs(emulator.client);
    const stream = { logGroupName: 'group', logStreamName: '2026/01/01/[1]abc' };
    await logs.createLogGroup({ logGroupName: stream.logGroupName });
    await logs.createLogStream(stream);
    const timestamp = Date.now();
    const logEvents = ['START', 'REPORT\tDuration: 1.00 ms', 'END ü'].map((message) => ({
      timestamp,
      message,
    }));
    await logs.putLogEvents({ ...stream, logEvents: logEvents.slice(0, 2) });
    await logs.putLogEvents({ ...stream, logEvents: logEvents.slice(2) });
    const { events } = await logs.getLogEvents({ ...stream, startFromHead: true });
    expect(events?.map(({ message }) => message)).toEqual(logEvents.map(({ message }) => message));
  });
});
