import { spawnSync } from 'node:child_process';
import { asEnvironment, credentialsFor } from '../../../src/local/credentials.ts';
import { startScript } from '../../../src/local/host/slots.ts';
import {
  type InMemoryHost,
  arnOf,
  bootstrap,
  handler,
  nodeSettings,
  rawRuntime,
  startWithPython,
} from './in-memory-host.ts';
import { makeZip } from './zip-file.ts';

describe('the surroundings of a function', () => {
  let lambda: InMemoryHost;
  beforeAll(async () => {
    lambda = await startWithPython();
  }, 120_000);
  afterAll(() => lambda.close());

  it('sets the environment as on Lambda, with the endpoints of the local plane', async () => {
    lambda.define('env', handler('return process.env'), {
      environment: { MINE: 'yes', AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1', QUOTED: `a'b"c $d\nnext` },
      memoryMb: 1024,
      version: '7',
    });
    const { text } = await lambda.invoke('env:7');
    const env = JSON.parse(text);
    expect(env).toMatchObject({
      _HANDLER: 'app.handler',
      ...asEnvironment(
        credentialsFor(lambda.config.secret, `arn:aws:iam::000000000000:role/env ${arnOf('env')}`),
      ),
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
      AWS_ENDPOINT_URL_LAMBDA: lambda.host.lambdaUrl,
      AWS_ENDPOINT_URL_CODEDEPLOY: lambda.host.lambdaUrl,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
      AWS_LAMBDA_FUNCTION_NAME: 'env',
      AWS_LAMBDA_FUNCTION_VERSION: '7',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/env',
      AWS_REGION: 'us-east-1',
      LAMBDA_RUNTIME_DIR: '/var/runtime',
      MINE: 'yes',
      QUOTED: `a'b"c $d\nnext`,
      TZ: ':UTC',
    });
    expect(env.AWS_LAMBDA_LOG_STREAM_NAME).toMatch(/^\d{4}\/\d\d\/\d\d\/\[7\][0-9a-f]{32}$/);
    expect(env._X_AMZN_TRACE_ID).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/);
    expect(env.LATENCY_LAB_HOST).toBeUndefined();
    expect(env.JEST_WORKER_ID).toBeUndefined();
  });

  it('runs Python functions through the runtime interface client, boto3 included', async () => {
    const source = [
      'import boto3, os',
      'def handler(event, context):',
      '    if event.get("fail"): raise ValueError("no good")',
      '    print("hello from python")',
      '    return {"arn": context.invoked_function_arn, "version": boto3.__version__, "left": context.get_remaining_time_in_millis()}',
    ].join('\n');
    lambda.define('py', [{ path: 'pkg/app.py', data: source }], {
      runtime: 'python3.13',
      handler: 'pkg/app.handler',
    });
    const { text } = await lambda.invoke('py');
    expect(JSON.parse(text)).toMatchObject({ arn: arnOf('py'), version: expect.stringMatching(/^1\./) });
    const failed = await lambda.invoke('py', '{"fail":true}');
    expect(failed.headers.get('x-amz-function-error')).toBe('Unhandled');
    expect(JSON.parse(failed.text)).toMatchObject({ errorType: 'ValueError', errorMessage: 'no good' });
    await lambda.logged('/aws/lambda/py', /^hello from python$/);
  }, 20_000);

  it('reports a Python module that cannot be imported', async () => {
    lambda.define('nomod', [{ path: 'other.py', data: '' }], {
      runtime: 'python3.13',
      handler: 'app.handler',
    });
    const { text } = await lambda.invoke('nomod');
    expect(JSON.parse(text)).toMatchObject({ errorType: 'Runtime.ImportModuleError' });
  }, 20_000);

  it('mounts layers on /opt, the later one over the earlier one', async () => {
    lambda.layers.set(
      'arn:one',
      makeZip([
        { path: 'a.txt', data: 'one' },
        { path: 'b.txt', data: 'one' },
        { path: 'nodejs/node_modules/lib/index.js', data: 'module.exports = 42' },
      ]),
    );
    lambda.layers.set('arn:two', makeZip([{ path: 'b.txt', data: 'two' }]));
    const source =
      'const { readFileSync } = require("fs"); const lib = require("lib"); exports.handler = async () => [lib, readFileSync("/opt/a.txt", "utf8"), readFileSync("/opt/b.txt", "utf8")]';
    const settings = { ...nodeSettings, layers: ['arn:one', 'arn:two'] };
    lambda.define('layered', [{ path: 'app.cjs', data: source }], settings);
    const { status, text } = await lambda.invoke('layered');
    expect([status, text]).toEqual([200, '[42,"one","two"]']);
  });

  it('runs a bootstrap that comes in a layer', async () => {
    lambda.layers.set(
      'arn:boot',
      makeZip([{ path: 'bootstrap', data: '#!/bin/sh\necho from the layer\nexit 5\n', mode: 0o100755 }]),
    );
    lambda.define('boot', [{ path: 'x', data: '' }], { layers: ['arn:boot'] });
    expect(JSON.parse((await lambda.invoke('boot')).text).errorMessage).toMatch(/exit status 5$/);
    await lambda.logged('/aws/lambda/boot', /^from the layer$/);
  });

  it('writes to the log group that the function is configured with, in JSON where it says so', async () => {
    const settings = { logGroup: 'shared', logFormat: 'JSON' } as const;
    lambda.define('json', handler('console.error("bad %s", "luck")'), settings);
    const { headers } = await lambda.invoke('json');
    const requestId = headers.get('x-amzn-requestid');
    const line = JSON.parse(await lambda.logged('shared', /luck/));
    expect(line).toMatchObject({ level: 'ERROR', requestId, message: 'bad luck' });
    const report = JSON.parse(await lambda.logged('shared', /platform\.report/));
    expect(report.record).toMatchObject({ requestId, status: 'success', metrics: { memorySizeMB: 512 } });
    expect(report.record.metrics.billedDurationMs).toBeGreaterThan(report.record.metrics.initDurationMs);
  });

  it('gives the CPU share of the memory size from the first event on, and all of it before', async () => {
    if (lambda.host.isolation.cpu.startsWith('none')) return;
    const first = `
      const fs = require('node:fs');
      const quota = () => {
        const groups = fs.readFileSync('/proc/self/cgroup', 'utf8').split('\\n').map((line) => line.split(':'));
        const own = groups.find(([, controllers = '']) => controllers.split(',').includes('cpu'));
        const [, , unified] = groups.find(([id]) => id === '0') ?? [];
        return fs.readFileSync(own ? '/sys/fs/cgroup/cpu' + own[2] + '/cpu.cfs_quota_us' : '/sys/fs/cgroup' + unified + '/cpu.max', 'utf8').trim();
      };
      const burn = (ms) => { const cpu = process.cpuUsage(); const end = Date.now() + ms; while (Date.now() < end); const used = process.cpuUsage(cpu); return (used.user + used.system) / 1000 / ms; };
      const before = quota();`;
    const answer = 'JSON.stringify({ before, after: quota(), used: burn(1000) })';
    const script = rawRuntime(`await call('POST', 'invocation/' + id + '/response', ${answer});`, first);
    lambda.define('share', bootstrap(script), { memoryMb: 354, timeoutMs: 20_000 });
    const { text } = await lambda.invoke('share');
    const { before, after, used } = JSON.parse(text) as { before: string; after: string; used: number };
    expect(before).toMatch(/^(-1|max \d+)$/);
    // 354 of 1769 MB is a fifth of a CPU.
    expect(after).toMatch(/^4002( 20000)?$/);
    // A busy machine gives less, never more.
    expect(used).toBeLessThan(0.25);
  }, 30_000);
});

describe('startScript', () => {
  it('brings any text through the shell unharmed', () => {
    const nasty = `a'b"c $HOME \`id\` \\n\nnext; exit 3 #ü`;
    const command = { file: '/bin/sh', args: ['-c', 'printf %s "$X" "$1"', 'sh', nasty] };
    const script = startScript(command, { X: nasty });
    expect(spawnSync('sh', [], { input: script }).stdout.toString()).toBe(nasty + nasty);
  });
});
