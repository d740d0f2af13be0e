import { serve } from '../../support/http-server.ts';
import { eventually, runs } from '../fixtures/processes.ts';
import { type InMemoryHost, bootstrap, handler, rawRuntime, startInMemoryHost } from './in-memory-host.ts';

/** A killed process needs a moment to go, the more so while its CPU share is used up. */
const isGone = (pid: number): Promise<true> => eventually(`${pid} gone`, () => !runs(pid));

describe('a function that fails', () => {
  let lambda: InMemoryHost;
  let count = 0;
  beforeAll(async () => {
    lambda = await startInMemoryHost();
  });
  afterAll(() => lambda.close());

  const define = (body: string, settings = {}): string => {
    const name = `f${++count}`;
    lambda.define(name, handler(body), settings);
    return name;
  };
  const failureOf = async (name: string, payload?: string) => {
    const { status, headers, text } = await lambda.invoke(name, payload);
    expect(status).toBe(200);
    expect(headers.get('x-amz-function-error')).toBe('Unhandled');
    return {
      id: headers.get('x-amzn-requestid') ?? '',
      ...(JSON.parse(text) as { errorType: string; errorMessage: string }),
    };
  };

  it('exits: Runtime.ExitError with its status, and the next call gets a new process', async () => {
    const name = define('if (event.exit !== undefined) process.exit(event.exit); return process.pid;');
    const { text: first } = await lambda.invoke(name);
    const { id, errorType, errorMessage } = await failureOf(name, '{"exit":3}');
    expect(errorType).toBe('Runtime.ExitError');
    expect(errorMessage).toBe(`RequestId: ${id} Error: Runtime exited with error: exit status 3`);
    const { text: second, headers } = await lambda.invoke(name);
    expect(headers.get('x-amz-function-error')).toBeNull();
    expect(second).not.toBe(first);
    const zero = await failureOf(name, '{"exit":0}');
    expect(zero.errorMessage).toBe(`RequestId: ${zero.id} Error: Runtime exited without providing a reason`);
    const report = await lambda.logged(`/aws/lambda/${name}`, /Error Type/);
    expect(report).toMatch(/^REPORT RequestId: .*\tStatus: error\tError Type: Runtime.ExitError$/);
  });

  it('is killed by a signal', async () => {
    const { errorMessage } = await failureOf(
      define('process.kill(process.pid, "SIGSEGV"); await new Promise(() => {});'),
    );
    expect(errorMessage).toMatch(/Runtime exited with error: signal: segmentation fault$/);
  });

  it.each([
    ['waits for ever', 'await new Promise((r) => setTimeout(r, 60000))'],
    ['never yields', 'for (;;);'],
    ['is stopped', 'setTimeout(() => process.kill(process.pid, "SIGSTOP"), 50); await new Promise(() => {})'],
  ])('hangs (%s): killed at its timeout', async (_, body) => {
    const name = define(`console.log('pid ' + process.pid); ${body}`, { timeoutMs: 1000 });
    const { id, errorType, errorMessage } = await failureOf(name);
    expect(errorType).toBe('Sandbox.Timedout');
    expect(errorMessage).toBe(`RequestId: ${id} Error: Task timed out after 1.00 seconds`);
    const pid = Number(/pid (\d+)/.exec(await lambda.logged(`/aws/lambda/${name}`, /pid/))?.[1]);
    await isGone(pid);
    expect(await lambda.logged(`/aws/lambda/${name}`, /^REPORT/)).toMatch(
      /Billed Duration: \d{4} ms.*\tStatus: timeout$/,
    );
    await lambda.logged(`/aws/lambda/${name}`, new RegExp(`${id} Task timed out after 1.00 seconds`));
  });

  it('prints garbage: its answer stands and the log holds what can be read of it', async () => {
    const name = define(
      'process.stdout.write(Buffer.from([0xff, 0xfe, 0, 1, 2, 10])); process.stdout.write("x".repeat(700_000) + "\\nlast\\n"); return "fine";',
    );
    expect((await lambda.invoke(name)).text).toBe('"fine"');
    await lambda.logged(`/aws/lambda/${name}`, /^last$/);
    expect(await lambda.logged(`/aws/lambda/${name}`, /\u{fffd}/u)).toContain('\u0001\u0002');
    const long = (lambda.logs.get(`/aws/lambda/${name}`) ?? []).filter((line) => line.startsWith('xxx'));
    expect(long.map(({ length }) => length)).toEqual([262_144, 262_144, 700_000 - 524_288]);
  });

  it('answers with bytes that are no JSON: passed on as they are', async () => {
    const script = rawRuntime('await call("POST", "invocation/" + id + "/response", "<garbage>");');
    lambda.define('garbage', bootstrap(script));
    const { status, headers, text } = await lambda.invoke('garbage');
    expect([status, text, headers.get('x-amz-function-error')]).toEqual([200, '<garbage>', null]);
  });

  it('talks something else than HTTP to the Runtime API and goes on: it times out', async () => {
    const script = `#!${process.execPath}
      const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
      const socket = require('node:net').connect(Number(port), host, () => socket.write(Buffer.from([1, 2, 3, 255])));
      socket.on('data', (reply) => console.log(String(reply)));
      setInterval(() => {}, 1000);`;
    lambda.define('noise', bootstrap(script), { timeoutMs: 1000 });
    lambda.versions.set('noise:$LATEST', { ...lambda.versions.get('noise:$LATEST')!, timeoutMs: 1000 });
    const started = performance.now();
    const { errorType } = await failureOf('noise');
    expect(errorType).toBe('Sandbox.Timedout');
    // Ten seconds of initialisation, then once more inside the invocation.
    expect(performance.now() - started).toBeGreaterThan(10_900);
    await lambda.logged('/aws/lambda/noise', /^HTTP\/1\.1 400 /);
    for (const phase of ['init', 'invoke']) {
      const said = new RegExp(`^INIT_REPORT Init Duration: [\\d.]+ ms\tPhase: ${phase}\tStatus: timeout$`);
      await lambda.logged('/aws/lambda/noise', said);
    }
  }, 20_000);

  it('answers the wrong event, or twice: refused, and the event at work goes on', async () => {
    const script = rawRuntime(`
      const wrong = (await call("POST", "invocation/not-this/response", "1")).status;
      const early = (await call("GET", "invocation/next")).status;
      const right = (await call("POST", "invocation/" + id + "/response", JSON.stringify([wrong, early]))).status;
      console.log("statuses " + [right, (await call("POST", "invocation/" + id + "/response", "2")).status]);`);
    lambda.define('twice', bootstrap(script));
    expect((await lambda.invoke('twice')).text).toBe('[400,403]');
    expect(await lambda.logged('/aws/lambda/twice', /statuses/)).toBe('statuses 202,400');
  });

  it('answers 6 MB + 1 byte: Function.ResponseSizeTooLarge, and the process goes on', async () => {
    const name = define('return event.size === undefined ? process.pid : "x".repeat(event.size - 2)', {
      timeoutMs: 10_000,
    });
    const { text: pid } = await lambda.invoke(name);
    expect((await lambda.invoke(name, '{"size":6291556}')).text).toHaveLength(6_291_556);
    const { errorType, errorMessage } = await failureOf(name, '{"size":6291557}');
    expect(errorType).toBe('Function.ResponseSizeTooLarge');
    expect(errorMessage).toContain('(6291556 bytes)');
    expect((await lambda.invoke(name)).text).toBe(pid);
  });

  it('ends while it initialises: tried again inside the invocation, both told', async () => {
    lambda.define('init', bootstrap('#!/bin/sh\necho starting\nexit 7\n'));
    const { errorType, errorMessage } = await failureOf('init');
    expect(errorType).toBe('Runtime.ExitError');
    expect(errorMessage).toMatch(/exit status 7$/);
    await lambda.logged('/aws/lambda/init', /^REPORT/);
    const written = (lambda.logs.get('/aws/lambda/init') ?? []).map((line) =>
      line.replace(/RequestId: \S+|[\d.]+ ms/g, '_'),
    );
    expect(written).toEqual([
      'INIT_START Runtime Version: provided.al2023',
      'starting',
      'INIT_REPORT Init Duration: _\tPhase: init\tStatus: error\tError Type: Runtime.ExitError',
      'START _ Version: $LATEST',
      'starting',
      'INIT_REPORT Init Duration: _\tPhase: invoke\tStatus: error\tError Type: Runtime.ExitError',
      '_ Error: Runtime exited with error: exit status 7',
      'Runtime.ExitError',
      'END _',
      'REPORT _\tDuration: _\tBilled Duration: _\tMemory Size: 512 MB\tStatus: error\tError Type: Runtime.ExitError',
    ]);
  });

  it('comes up at the second attempt: what is left of its time is told in whole milliseconds', async () => {
    let starts = 0;
    const attempts = await serve((_, answer) => answer.end(String(++starts)));
    const code = `if (await (await fetch('${attempts.origin}/')).text() === '1') process.exit(7);
      ${handler('return context.getRemainingTimeInMillis()')}`;
    lambda.define('second', code);
    const { text } = await lambda.invoke('second');
    await attempts.close();
    expect(text).toMatch(/^\d+$/);
    expect(starts).toBe(2);
  });

  it('has no bootstrap, or one that may not be executed', async () => {
    lambda.define('none', [{ path: 'readme', data: '' }]);
    lambda.define('plain', [{ path: 'bootstrap', data: '#!/bin/sh\n', mode: 0o100644 }]);
    for (const name of ['none', 'plain'])
      expect((await failureOf(name)).errorType).toBe('Runtime.InvalidEntrypoint');
  });

  it('wants more memory than it has: Runtime.OutOfMemory', async () => {
    const name = define('const all = []; for (;;) all.push(Buffer.alloc(8_000_000, 1));', {
      memoryMb: 128,
      timeoutMs: 20_000,
    });
    if (lambda.host.isolation.memory.startsWith('none')) return;
    const { errorType, errorMessage } = await failureOf(name);
    expect(errorType).toBe('Runtime.OutOfMemory');
    expect(errorMessage).toMatch(/signal: killed$/);
    expect(await lambda.logged(`/aws/lambda/${name}`, /^REPORT/)).toContain(
      'Memory Size: 128 MB\tMax Memory Used: 128 MB',
    );
  }, 30_000);

  it('leaves children behind: they are killed with it', async () => {
    const script = '#!/bin/sh\nsleep 1000 &\necho "child $!"\nexit 1\n';
    lambda.define('parent', bootstrap(script));
    await failureOf('parent');
    const pid = Number(/child (\d+)/.exec(await lambda.logged('/aws/lambda/parent', /child/))?.[1]);
    await isGone(pid);
  });

  it('was deployed with code that is not there, or with other code: refused with the reason', async () => {
    const lost = lambda.define('lost', handler(''));
    lambda.versions.set('lost:$LATEST', { ...lost, codeSha256: 'ab'.repeat(32) });
    const { status, headers, text } = await lambda.invoke('lost');
    expect([status, headers.get('x-amzn-errortype')]).toEqual([502, 'ServiceException']);
    expect(JSON.parse(text).message).toContain('the code of the version is not there');
  });

  it.each([
    ['java21', 'Zip'],
    ['ruby3.3', 'Zip'],
    ['', 'Image'],
  ])('needs what is not run here: "%s" %s', async (runtime, packageType) => {
    const name = define('', { runtime, packageType });
    const { status, headers, text } = await lambda.invoke(name);
    expect([status, headers.get('x-amzn-errortype')]).toEqual([502, 'InvalidRuntimeException']);
    expect(JSON.parse(text).message).toMatch(/is not run locally; allowed: /);
  });
});
