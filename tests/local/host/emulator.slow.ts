/** The host behind the real emulator: what it asks of it, what it passes on, and what comes back. */
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { Lambda } from '@aws-sdk/client-lambda';
import { setTimeout as sleep } from 'node:timers/promises';
import { region } from '../../../src/local/aws-environment.ts';
import { type LocalPlane, startPlane } from '../../../src/local/plane.ts';
import { root } from '../fixtures/bundle.ts';
import { ownDirectory } from '../../support/directory.ts';
import { createFunction, packageOf } from '../fixtures/functions.ts';
import { createHttpApi } from '../fixtures/http-api.ts';
import { send } from '../fixtures/http.ts';
import { eventually } from '../fixtures/processes.ts';
import { makeZip } from './zip-file.ts';

const code = (text: string): Buffer =>
  packageOf(`export const handler = async (event, context) => (${text})`);

describe('the function host behind the emulator', () => {
  let plane: LocalPlane;
  let lambda: Lambda;
  /** Changes things behind the host's back. */
  let direct: Lambda;
  let logs: CloudWatchLogs;

  beforeAll(async () => {
    plane = await startPlane({ root, workDir: ownDirectory() });
    const common = { region, credentials: plane.credentials, maxAttempts: 1 };
    lambda = new Lambda({ ...common, endpoint: plane.lambdaUrl });
    direct = new Lambda({ ...common, endpoint: plane.emulatorUrl });
    logs = new CloudWatchLogs({ ...common, endpoint: plane.emulatorUrl });
  }, 120_000);
  afterAll(() => plane.stop());

  const create = (name: string, text: string, more = {}) => createFunction(lambda, name, code(text), more);
  const invoke = async (client: Lambda, name: string, more = {}) => {
    const reply = await client.invoke({ FunctionName: name, Payload: '{"n":1}', ...more });
    const text = Buffer.from(reply.Payload ?? []).toString();
    return { ...reply, value: (text === '' ? undefined : JSON.parse(text)) as unknown };
  };
  const logged = (logGroupName: string, pattern: RegExp): Promise<string[]> =>
    eventually(`${String(pattern)} in ${logGroupName}`, async () => {
      const { events = [] } = await logs.filterLogEvents({ logGroupName }).catch(() => ({ events: [] }));
      const messages = events.map(({ message = '' }) => message);
      return messages.some((message) => pattern.test(message)) && messages;
    });

  it('runs each published version with its own code, straight and through the emulator', async () => {
    await create('versions', '"first"');
    await lambda.publishVersion({ FunctionName: 'versions' });
    await lambda.updateFunctionCode({ FunctionName: 'versions', ZipFile: code('"second"') });
    await lambda.publishVersion({ FunctionName: 'versions' });
    for (const client of [lambda, direct]) {
      expect((await invoke(client, 'versions:1')).value).toBe('first');
      expect((await invoke(client, 'versions:2')).value).toBe('second');
      expect((await invoke(client, 'versions')).value).toBe('second');
    }
  }, 30_000);

  it('sees a change at once when it goes through the host, and within a second otherwise', async () => {
    await create('moving', 'context.functionVersion');
    await lambda.publishVersion({ FunctionName: 'moving' });
    await lambda.updateFunctionConfiguration({ FunctionName: 'moving', MemorySize: 256 });
    await lambda.publishVersion({ FunctionName: 'moving', Description: 'two' });
    const alias = { FunctionName: 'moving', Name: 'live' };
    await lambda.createAlias({ ...alias, FunctionVersion: '1' });
    expect((await invoke(lambda, 'moving:live')).value).toBe('1');
    await lambda.updateAlias({ ...alias, FunctionVersion: '2' });
    expect((await invoke(lambda, 'moving:live')).value).toBe('2');
    await direct.updateAlias({ ...alias, FunctionVersion: '1' });
    await sleep(1100);
    expect((await invoke(lambda, 'moving:live')).value).toBe('1');
  }, 30_000);

  it('refuses by name what would change nothing here', async () => {
    await create('refused', '1');
    const refusal = (what: string) => ({
      name: 'InvalidParameterValueException',
      message: `the local plane has no ${what}: measure it on AWS`,
    });
    const FunctionName = 'refused';
    const provision = { FunctionName, Qualifier: 'live', ProvisionedConcurrentExecutions: 1 };
    await expect(lambda.putProvisionedConcurrencyConfig(provision)).rejects.toMatchObject(
      refusal('provisioned concurrency'),
    );
    const snap = (ApplyOn: 'PublishedVersions' | 'None') =>
      lambda.updateFunctionConfiguration({ FunctionName, SnapStart: { ApplyOn } });
    await expect(snap('PublishedVersions')).rejects.toMatchObject(refusal('SnapStart'));
    expect(await snap('None')).toMatchObject({ FunctionName });
  });

  it('answers Insights queries over all events of a log group, however many the emulator gives at once', async () => {
    const queries = new CloudWatchLogs({ region, credentials: plane.credentials, endpoint: plane.lambdaUrl });
    const [logGroupName, logStreamName] = ['/many', 'one'];
    await queries.createLogGroup({ logGroupName });
    await queries.createLogStream({ logGroupName, logStreamName });
    const from = Date.now() - 60_000;
    const line = (i: number) =>
      `REPORT RequestId: 00000000-0000-4000-8000-${String(i).padStart(12, '0')}\tDuration: ${i}.00 ms\tBilled Duration: ${i} ms\tMemory Size: 512 MB\tMax Memory Used: 90 MB\t`;
    const all = Array.from({ length: 31_500 }, (_, i) => ({
      timestamp: from + Math.floor(i / 3),
      message: i % 3 === 0 ? line(i) : `a line of the function's own, number ${i}`,
    }));
    for (let i = 0; i < all.length; i += 10_000)
      await queries.putLogEvents({ logGroupName, logStreamName, logEvents: all.slice(i, i + 10_000) });
    const { queryId = '' } = await queries.startQuery({
      logGroupName,
      startTime: Math.floor(from / 1000),
      endTime: Math.ceil(Date.now() / 1000),
      queryString:
        'filter @type = "REPORT" | stats count(*) as n, count_distinct(@requestId) as ids, max(@duration)',
    });
    const results = await eventually('the result of the query', async () => {
      const answer = await queries.getQueryResults({ queryId });
      return answer.status === 'Complete' && answer.results;
    });
    queries.destroy();
    expect(results[0]!.map(({ value }) => value)).toEqual(['10500', '10500', '31497']);
  }, 60_000);

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
    await lambda.putFunctionConcurrency({ FunctionName: 'none', ReservedConcurrentExecutions: 0 });
    await expect(invoke(lambda, 'none')).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    });
    await expect(invoke(direct, 'none')).rejects.toMatchObject({ name: 'TooManyRequestsException' });
  }, 30_000);

  it("tells the bound on concurrency by Lambda's own API, less what is reserved", async () => {
    const free = async () => (await lambda.getAccountSettings({})).AccountLimit;
    const before = await free();
    expect(before?.ConcurrentExecutions).toBe(64);
    await create('reserving', '1');
    await lambda.putFunctionConcurrency({ FunctionName: 'reserving', ReservedConcurrentExecutions: 5 });
    expect((await free())?.UnreservedConcurrentExecutions).toBe(
      (before?.UnreservedConcurrentExecutions ?? 0) - 5,
    );
  });

  it('mounts layers that were published to the emulator', async () => {
    const ZipFile = makeZip([{ path: 'note.txt', data: 'from the layer' }]);
    const { LayerVersionArn = '' } = await lambda.publishLayerVersion({
      LayerName: 'notes',
      Content: { ZipFile },
    });
    await create('layered', '(await import("node:fs")).readFileSync("/opt/note.txt", "utf8")', {
      Layers: [LayerVersionArn],
    });
    expect((await invoke(lambda, 'layered')).value).toBe('from the layer');
  }, 30_000);

  it('answers an HTTP API of the emulator', async () => {
    await create('web', '({ statusCode: 200, body: event.routeKey + " " + event.requestContext.stage })');
    const uri = 'arn:aws:lambda:us-east-1:000000000000:function:web';
    const url = await createHttpApi(plane, uri, 'GET /hits');
    const { status, body } = await send(`${url}/hits`);
    expect([status, body]).toEqual([200, 'GET /hits $default']);
  }, 30_000);
});
