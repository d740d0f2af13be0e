import { eventually, runs } from '../fixtures/processes.ts';
import {
  type InMemoryHost,
  arnOf,
  bootstrap,
  handler,
  hostKey,
  startInMemoryHost,
} from './in-memory-host.ts';

describe('the Invoke API', () => {
  let lambda: InMemoryHost;
  beforeAll(async () => {
    lambda = await startInMemoryHost();
    const who = handler(
      'return { version: context.functionVersion, arn: context.invokedFunctionArn, pid: process.pid }',
    );
    for (const version of ['1', '2', '$LATEST']) lambda.define('who', who, { version });
    lambda.aliases.set('who:live', { version: '1', weights: {} });
    const slow = 'await new Promise((r) => setTimeout(r, event.ms)); return process.pid';
    lambda.define('slow', handler(slow));
    lambda.define('echo', handler('return event'));
  });
  afterAll(() => lambda.close());

  it.each([
    ['who', '$LATEST', arnOf('who')],
    ['who:live', '1', `${arnOf('who')}:live`],
    ['who?Qualifier=2', '2', `${arnOf('who')}:2`],
    [encodeURIComponent(`${arnOf('who')}:live`), '1', `${arnOf('who')}:live`],
    ['000000000000:function:who:2', '2', `${arnOf('who')}:2`],
    ['who?Qualifier=%24LATEST', '$LATEST', `${arnOf('who')}:$LATEST`],
  ])('resolves %s', async (path, version, arn) => {
    const { status, headers, text } = await lambda.invoke(path);
    expect([status, headers.get('x-amz-executed-version')]).toEqual([200, version]);
    expect(JSON.parse(text)).toMatchObject({ version, arn });
  });

  it("gives each version its weighted share of an alias's invocations", async () => {
    lambda.aliases.set('who:split', { version: '1', weights: { '2': 0.5 } });
    const versions = new Map<string, number>();
    for (let i = 0; i < 60; i++) {
      const version = (await lambda.invoke('who:split')).headers.get('x-amz-executed-version') ?? '';
      versions.set(version, (versions.get(version) ?? 0) + 1);
    }
    // Neither is left out by chance in less than one of 10^12 runs at 20 or more.
    expect([...versions.keys()].sort()).toEqual(['1', '2']);
  });

  it('uses one process for calls one after another, and the one used last of several', async () => {
    const pids = new Set<string>();
    for (let i = 0; i < 5; i++) pids.add((await lambda.invoke('slow', '{"ms":0}')).text);
    expect(pids.size).toBe(1);
    const [quick, long] = await Promise.all([
      lambda.invoke('slow', '{"ms":200}'),
      lambda.invoke('slow', '{"ms":900}'),
    ]);
    expect(quick.text).not.toBe(long.text);
    expect((await lambda.invoke('slow', '{"ms":0}')).text).toBe(long.text);
  });

  it('starts a new process for a new $LATEST, and the old one goes', async () => {
    const first = lambda.define('change', handler('return process.pid'));
    const { text: pid } = await lambda.invoke('change');
    lambda.versions.set('change:$LATEST', { ...first, revision: 'other', environment: { NEW: '1' } });
    expect((await lambda.invoke('change')).text).not.toBe(pid);
    await eventually('the old process gone', () => !runs(Number(pid)));
  });

  it('answers 429 beyond the reserved concurrency, and never queues', async () => {
    lambda.define('reserved', handler('await new Promise((r) => setTimeout(r, 700))'));
    lambda.reserved.set('reserved', 2);
    const replies = await Promise.all([1, 2, 3, 4, 5].map(() => lambda.invoke('reserved')));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429, 429]);
    const refused = replies.find(({ status }) => status === 429)!;
    expect(refused.headers.get('x-amzn-errortype')).toBe('TooManyRequestsException');
    expect(JSON.parse(refused.text)).toEqual({
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      Type: 'User',
      message: 'Rate Exceeded.',
    });
    lambda.reserved.set('reserved', 0);
    expect((await lambda.invoke('reserved')).status).toBe(429);
  });

  it("answers 429 beyond the account's concurrency", async () => {
    const replies = await Promise.all(Array.from({ length: 10 }, () => lambda.invoke('slow', '{"ms":1500}')));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(8);
    const refused = replies.filter(({ status }) => status === 429);
    expect(refused.map(({ text }) => (JSON.parse(text) as { Reason: string }).Reason)).toEqual(
      Array(2).fill('ConcurrentInvocationLimitExceeded'),
    );
    expect(new Set(replies.map(({ text }) => text)).size).toBe(9);
  }, 20_000);

  it('takes 6,291,456 bytes of payload and refuses one more', async () => {
    const payload = (size: number): string => JSON.stringify('x'.repeat(size - 2));
    expect((await lambda.invoke('echo', payload(6_291_456))).text).toHaveLength(6_291_456);
    const { status, headers, text } = await lambda.invoke('echo', payload(6_291_457));
    expect([status, headers.get('x-amzn-errortype')]).toEqual([413, 'RequestEntityTooLargeException']);
    expect(JSON.parse(text).message).toContain('6291457 byte payload is too large');
  });

  it.each([
    ['nobody', '{}', {}, 404, 'ResourceNotFoundException'],
    ['who:nobody', '{}', {}, 404, 'ResourceNotFoundException'],
    ['who?Qualifier=9', '{}', {}, 404, 'ResourceNotFoundException'],
    ['no%20name', '{}', {}, 400, 'ValidationException'],
    ['who', '{', {}, 400, 'InvalidRequestContentException'],
    ['who', '{}', { 'x-amz-invocation-type': 'Later' }, 400, 'InvalidParameterValueException'],
  ])('refuses %s with %s', async (path, payload, headers, status, type) => {
    const reply = await lambda.invoke(path, payload, headers);
    expect([reply.status, reply.headers.get('x-amzn-errortype')]).toEqual([status, type]);
  });

  it('DryRun runs nothing', async () => {
    const { status, headers, text } = await lambda.invoke('who:live', '{}', {
      'x-amz-invocation-type': 'DryRun',
    });
    expect([status, headers.get('x-amz-executed-version'), text]).toEqual([204, '1', '']);
  });

  it('Event goes to the emulator under the name that was given: the version is chosen when it runs', async () => {
    const { status } = await lambda.invoke('who:live', '{"a":1}', { 'x-amz-invocation-type': 'Event' });
    expect(status).toBe(207);
    expect(lambda.passedOn).toContain('POST /2015-03-31/functions/who/invocations?Qualifier=live {"a":1}');
  });

  it('passes everything else on, and forgets what it knew after a change', async () => {
    const url = `${lambda.host.lambdaUrl}/2015-03-31/functions/who/aliases/live?a=%2F`;
    const reply = await fetch(url, { method: 'PUT', body: '{"FunctionVersion":"2"}', headers: hostKey });
    expect([reply.status, reply.headers.get('x-emulator'), await reply.text()]).toEqual([
      207,
      'yes',
      'from the emulator',
    ]);
    expect(lambda.passedOn.slice(-2)).toEqual([
      'PUT /2015-03-31/functions/who/aliases/live?a=%2F {"FunctionVersion":"2"}',
      'changed',
    ]);
  });

  it('Tail returns the end of the log, with the platform lines', async () => {
    lambda.define('talk', handler('console.log("hello"); return 1'));
    for (const isCold of [true, false]) {
      const { headers } = await lambda.invoke('talk', '{}', { 'x-amz-log-type': 'Tail' });
      const id = headers.get('x-amzn-requestid') ?? '';
      const text = Buffer.from(headers.get('x-amz-log-result') ?? '', 'base64').toString();
      const lines = text
        .replace(/\n$/, '')
        .split('\n')
        .slice(isCold ? 1 : 0);
      expect(lines[0]).toBe(`START RequestId: ${id} Version: $LATEST`);
      expect(lines[1]).toContain(`${id}\tINFO\thello`);
      expect(lines[2]).toBe(`END RequestId: ${id}`);
      expect(lines[3]).toMatch(
        new RegExp(
          `^REPORT RequestId: ${id}\tDuration: [\\d.]+ ms\tBilled Duration: \\d+ ms\tMemory Size: 512 MB\tMax Memory Used: \\d+ MB\t` +
            (isCold ? 'Init Duration: [\\d.]+ ms\t$' : '$'),
        ),
      );
    }
  });

  it('bills initialisation with the first event', async () => {
    const line = await lambda.logged('/aws/lambda/who', /^REPORT.*Init Duration/);
    const [, duration, billed, init] =
      /Duration: ([\d.]+) ms\tBilled Duration: (\d+) .*Init Duration: ([\d.]+)/.exec(line) ?? [];
    // Both are rounded to 0.01 ms in the line.
    expect(Math.abs(Number(billed) - Math.ceil(Number(duration) + Number(init)))).toBeLessThanOrEqual(1);
  });

  it('answers the proxy mode of the emulator', async () => {
    const call = (arn: string, body = '{}') =>
      fetch(`${lambda.host.lambdaUrl}/proxy`, {
        method: 'POST',
        body,
        headers: {
          ...hostKey,
          'x-amzn-lambda-function-arn': arn,
          'x-amzn-lambda-request-id': '11111111-2222-3333-4444-555555555555',
        },
      });
    const good = await call(`${arnOf('who')}:2`);
    expect([good.status, ((await good.json()) as { version: string }).version]).toEqual([200, '2']);
    await lambda.logged(
      '/aws/lambda/who',
      /^START RequestId: 11111111-2222-3333-4444-555555555555 Version: 2$/,
    );
    lambda.define('bad', bootstrap('#!/bin/sh\nexit 4\n'));
    const failed = await call(arnOf('bad'));
    expect([failed.status, failed.headers.get('x-amz-function-error')]).toEqual([200, 'Unhandled']);
    expect(await failed.json()).toMatchObject({ errorType: 'Runtime.ExitError' });
    expect((await call(arnOf('nobody'))).status).toBe(404);
    expect((await call('nonsense here')).status).toBe(404);
    lambda.reserved.set('bad', 0);
    expect((await call(arnOf('bad'))).status).toBe(429);
  });
});
