import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { Lambda } from '@aws-sdk/client-lambda';
import { startTestEmulator, type TestEmulator } from '../fixtures/emulator.ts';
import { createFunction, packageOf } from '../fixtures/functions.ts';

const FunctionName = 'counter';
const first = packageOf('export const handler = () => 1;');
const second = packageOf('export const handler = () => 2;');
const digest = (zip: Buffer, encoding: 'hex' | 'base64') => createHash('sha256').update(zip).digest(encoding);

let emulator: TestEmulator;
let lambda: Lambda;
beforeAll(async () => {
  emulator = await startTestEmulator();
  lambda = new Lambda(emulator.client);
  await createFunction(lambda, FunctionName, first, {
    MemorySize: 256,
    Timeout: 7,
    Environment: { Variables: { TABLE_NAME: 'one' } },
    LoggingConfig: { LogGroup: 'group-of-counter', LogFormat: 'Text' },
    Publish: true,
  });
});
afterAll(() => emulator.stop());
beforeEach(() => {
  emulator.invocations.length = 0;
});

describe('the emulated Lambda', () => {
  it('keeps the configuration and digest of a version when $LATEST moves on', async () => {
    await lambda.updateFunctionCode({ FunctionName, ZipFile: second });
    const next = { MemorySize: 512, Environment: { Variables: { TABLE_NAME: 'two' } } };
    await lambda.updateFunctionConfiguration({ FunctionName, ...next });
    const published = await lambda.publishVersion({ FunctionName });
    expect(published.Version).toBe('2');
    const of = (Qualifier: string) => lambda.getFunctionConfiguration({ FunctionName, Qualifier });
    expect(await of('1')).toMatchObject({
      CodeSha256: digest(first, 'base64'),
      MemorySize: 256,
      Timeout: 7,
      Handler: 'app.handler',
      Environment: { Variables: { TABLE_NAME: 'one' } },
      LoggingConfig: { LogGroup: 'group-of-counter' },
    });
    const changed = { CodeSha256: digest(second, 'base64'), MemorySize: 512, Environment: next.Environment };
    expect(await of('2')).toMatchObject(changed);
    expect(await of('$LATEST')).toMatchObject(changed);
  });

  it('has left the package of every version where the function host finds it', () => {
    for (const zip of [first, second]) {
      expect(readFileSync(join(emulator.codeDir, `${digest(zip, 'hex')}.zip`)).equals(zip)).toBe(true);
    }
  });

  it('stores aliases with their weights', async () => {
    const alias = { FunctionVersion: '1', RoutingConfig: { AdditionalVersionWeights: { '2': 0.25 } } };
    await lambda.createAlias({ FunctionName, Name: 'live', ...alias });
    expect(await lambda.getAlias({ FunctionName, Name: 'live' })).toMatchObject(alias);
  });

  it('stores reserved concurrency', async () => {
    await lambda.putFunctionConcurrency({ FunctionName, ReservedConcurrentExecutions: 9 });
    const stored = await lambda.getFunctionConcurrency({ FunctionName });
    expect(stored.ReservedConcurrentExecutions).toBe(9);
  });

  const invoke = async (Qualifier: string) => {
    const Payload = Buffer.from('{"say":"ü"}');
    const reply = await lambda.invoke({ FunctionName, Qualifier, Payload });
    return { ...reply, payload: JSON.parse(Buffer.from(reply.Payload ?? []).toString()) };
  };

  it('forwards an invocation with its version, event and a request id', async () => {
    emulator.answer = () => ({ body: { hits: 1 } });
    expect(await invoke('2')).toMatchObject({ StatusCode: 200, payload: { hits: 1 } });
    const arn = `arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}:2`;
    expect(emulator.invocations).toMatchObject([{ arn, version: '2', event: { say: 'ü' } }]);
    expect(emulator.invocations[0]?.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('forwards an invocation of an alias under its name, so that weights can be applied', async () => {
    await invoke('live');
    expect(emulator.invocations[0]?.arn).toMatch(/:counter:live$/);
  });

  it("passes a function's error on", async () => {
    const error = { errorType: 'InputError', errorMessage: 'given nothing' };
    emulator.answer = () => ({ headers: { 'x-amz-function-error': 'Unhandled' }, body: error });
    expect(await invoke('1')).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled', payload: error });
  });

  it('passes a throttle on', async () => {
    const reason = { Type: 'User', message: 'Rate Exceeded.', Reason: 'ConcurrentInvocationLimitExceeded' };
    emulator.answer = () => ({ status: 429, body: reason });
    await expect(invoke('1')).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      Reason: reason.Reason,
    });
  });

  it('writes no log lines of its own', async () => {
    const logs = new CloudWatchLogs(emulator.client);
    expect((await logs.describeLogGroups({})).logGroups).toEqual([]);
  });
});
