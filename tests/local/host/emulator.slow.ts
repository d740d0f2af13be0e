/** The host behind the real emulator: what it asks of it, what it passes on, and what comes back. */
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  GetAccountSettingsCommand,
  InvokeCommand,
  LambdaClient,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type LocalPlane, startPlane } from '../../../src/local/plane.ts';
import { makeZip } from './zip-file.ts';

const code = (text: string): Uint8Array =>
  makeZip([{ path: 'app.mjs', data: `export const handler = async (event, context) => (${text})` }]);

describe('the function host behind the emulator', () => {
  const workDir = mkdtempSync(join(tmpdir(), 'host-plane-'));
  let plane: LocalPlane;
  let lambda: LambdaClient;
  /** Changes things behind the host's back. */
  let direct: LambdaClient;
  let logs: CloudWatchLogsClient;

  beforeAll(async () => {
    plane = await startPlane({ root: resolve(__dirname, '..', '..', '..'), workDir });
    const common = {
      region: 'us-east-1',
      credentials: plane.credentials,
      maxAttempts: 1,
    };
    lambda = new LambdaClient({ ...common, endpoint: plane.lambdaUrl });
    direct = new LambdaClient({ ...common, endpoint: plane.emulatorUrl });
    logs = new CloudWatchLogsClient({ ...common, endpoint: plane.emulatorUrl });
  }, 120_000);
  afterAll(async () => {
    await plane.stop();
    rmSync(workDir, { recursive: true, force: true });
  });

  const create = async (name: string, text: string, more = {}): Promise<void> => {
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Runtime: 'nodejs24.x',
        Role: 'arn:aws:iam::000000000000:role/any',
        Handler: 'app.handler',
        Code: { ZipFile: code(text) },
        ...more,
      }),
    );
  };
  const invoke = async (client: LambdaClient, name: string, more = {}) => {
    const reply = await client.send(new InvokeCommand({ FunctionName: name, Payload: '{"n":1}', ...more }));
    const text = Buffer.from(reply.Payload ?? []).toString();
    return { ...reply, value: (text === '' ? undefined : JSON.parse(text)) as unknown };
  };
  const logged = async (group: string, pattern: RegExp): Promise<string[]> => {
    for (let tries = 0; tries < 60; tries++) {
      const { events = [] } = await logs
        .send(new FilterLogEventsCommand({ logGroupName: group }))
        .catch(() => ({ events: [] }));
      const messages = events.map(({ message = '' }) => message);
      if (messages.some((message) => pattern.test(message))) return messages;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(`nothing like ${String(pattern)} in ${group}`);
  };

  it('runs each published version with its own code, straight and through the emulator', async () => {
    await create('versions', '"first"');
    await lambda.send(new PublishVersionCommand({ FunctionName: 'versions' }));
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName: 'versions', ZipFile: code('"second"') }));
    await lambda.send(new PublishVersionCommand({ FunctionName: 'versions' }));
    for (const client of [lambda, direct]) {
      expect((await invoke(client, 'versions:1')).value).toBe('first');
      expect((await invoke(client, 'versions:2')).value).toBe('second');
      expect((await invoke(client, 'versions')).value).toBe('second');
    }
  }, 30_000);

  it('sees a change at once when it goes through the host, and within a second otherwise', async () => {
    await create('moving', 'context.functionVersion');
    await lambda.send(new PublishVersionCommand({ FunctionName: 'moving' }));
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'moving', MemorySize: 256 }));
    await lambda.send(new PublishVersionCommand({ FunctionName: 'moving', Description: 'two' }));
    const alias = { FunctionName: 'moving', Name: 'live' };
    await lambda.send(new CreateAliasCommand({ ...alias, FunctionVersion: '1' }));
    expect((await invoke(lambda, 'moving:live')).value).toBe('1');
    await lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion: '2' }));
    expect((await invoke(lambda, 'moving:live')).value).toBe('2');
    await direct.send(new UpdateAliasCommand({ ...alias, FunctionVersion: '1' }));
    await new Promise((done) => setTimeout(done, 1100));
    expect((await invoke(lambda, 'moving:live')).value).toBe('1');
  }, 30_000);

  it('applies alias weights, which the emulator does not', async () => {
    await create('split', 'context.functionVersion');
    await lambda.send(new PublishVersionCommand({ FunctionName: 'split' }));
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'split', MemorySize: 256 }));
    await lambda.send(new PublishVersionCommand({ FunctionName: 'split' }));
    const RoutingConfig = { AdditionalVersionWeights: { '2': 0.5 } };
    await lambda.send(
      new CreateAliasCommand({ FunctionName: 'split', Name: 'live', FunctionVersion: '1', RoutingConfig }),
    );
    for (const client of [lambda, direct]) {
      const seen = new Set<unknown>();
      for (let i = 0; i < 50 && seen.size < 2; i++) seen.add((await invoke(client, 'split:live')).value);
      expect(seen).toEqual(new Set(['1', '2']));
    }
  }, 30_000);

  it("writes to the function's log group in the emulator", async () => {
    await create('talking', 'console.log("heard")');
    await invoke(lambda, 'talking');
    const messages = await logged('/aws/lambda/talking', /^REPORT/);
    expect(messages.map((message) => /^(INIT_START|START|END|REPORT)|heard/.exec(message)?.[0])).toEqual([
      'INIT_START',
      'START',
      'heard',
      'END',
      'REPORT',
    ]);
  }, 30_000);

  it('runs asynchronous invocations by way of the emulator', async () => {
    await create('later', 'console.log("later " + event.n)');
    expect((await invoke(lambda, 'later', { InvocationType: 'Event' })).StatusCode).toBe(202);
    await logged('/aws/lambda/later', /later 1/);
  }, 30_000);

  it('takes reserved concurrency from the emulator', async () => {
    await create('none', '1');
    await lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName: 'none', ReservedConcurrentExecutions: 0 }),
    );
    await expect(invoke(lambda, 'none')).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    });
    await expect(invoke(direct, 'none')).rejects.toMatchObject({ name: 'TooManyRequestsException' });
  }, 30_000);

  it("tells the bound on concurrency by Lambda's own API, less what is reserved", async () => {
    const free = async () => (await lambda.send(new GetAccountSettingsCommand({}))).AccountLimit;
    const before = await free();
    expect(before?.ConcurrentExecutions).toBe(64);
    await create('reserving', '1');
    await lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName: 'reserving', ReservedConcurrentExecutions: 5 }),
    );
    expect((await free())?.UnreservedConcurrentExecutions).toBe(
      (before?.UnreservedConcurrentExecutions ?? 0) - 5,
    );
  });

  it('mounts layers that were published to the emulator', async () => {
    const ZipFile = makeZip([{ path: 'note.txt', data: 'from the layer' }]);
    const { LayerVersionArn = '' } = await lambda.send(
      new PublishLayerVersionCommand({ LayerName: 'notes', Content: { ZipFile } }),
    );
    await create('layered', '(await import("node:fs")).readFileSync("/opt/note.txt", "utf8")', {
      Layers: [LayerVersionArn],
    });
    expect((await invoke(lambda, 'layered')).value).toBe('from the layer');
  }, 30_000);

  it('answers an HTTP API of the emulator', async () => {
    await create('web', '({ statusCode: 200, body: event.routeKey + " " + event.requestContext.stage })');
    const post = async (path: string, body: object): Promise<Record<string, string>> => {
      const authorization = `AWS4-HMAC-SHA256 Credential=${plane.credentials.accessKeyId}/20260101/us-east-1/apigateway/aws4_request, SignedHeaders=host, Signature=0`;
      const reply = await fetch(`${plane.emulatorUrl}${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { authorization },
      });
      return (await reply.json()) as Record<string, string>;
    };
    const { apiId = '' } = await post('/v2/apis', { name: 'web', protocolType: 'HTTP' });
    const { integrationId = '' } = await post(`/v2/apis/${apiId}/integrations`, {
      integrationType: 'AWS_PROXY',
      integrationUri: 'arn:aws:lambda:us-east-1:000000000000:function:web',
      payloadFormatVersion: '2.0',
    });
    await post(`/v2/apis/${apiId}/routes`, {
      routeKey: 'GET /hits',
      target: `integrations/${integrationId}`,
    });
    await post(`/v2/apis/${apiId}/stages`, { stageName: '$default', autoDeploy: true });
    const { port } = new URL(plane.httpUrl);
    const text = await new Promise<string>((done, fail) => {
      const headers = { host: `${apiId}.${plane.apiUrlSuffix}` };
      request({ host: '127.0.0.1', port, path: '/hits', headers }, (incoming) => {
        let body = '';
        incoming.setEncoding('utf8').on('data', (part: string) => {
          body += part;
        });
        incoming.on('end', () => {
          done(`${incoming.statusCode ?? 0} ${body}`);
        });
      })
        .on('error', fail)
        .end();
    });
    expect(text).toBe('200 GET /hits $default');
  }, 30_000);
});
