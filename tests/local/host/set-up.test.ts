import { readConfig } from '../../../src/local/host/config.ts';
import { cpuSettings, memorySettings, quotaUs } from '../../../src/local/host/control-groups.ts';
import { toFunctionVersion, toHttpApi } from '../../../src/local/host/emulator-state.ts';
import { failureOf } from '../../../src/local/host/invocation.ts';
import { assertSupported } from '../../../src/local/host/runtimes.ts';
import type { FunctionVersion } from '../../../src/local/host/functions.ts';
import { defaultConfig } from './in-memory-host.ts';

describe('readConfig', () => {
  const good = defaultConfig('/x');
  const without = (change: object): string => JSON.stringify({ ...good, ...change });

  it('takes a whole configuration, 64 being the usual concurrency', () => {
    expect(readConfig(JSON.stringify(good))).toEqual(good);
    expect(readConfig(without({ accountConcurrency: undefined })).accountConcurrency).toBe(64);
    expect(readConfig(without({ emulatorUrl: 'http://127.0.0.1:1/' })).emulatorUrl).toBe(
      'http://127.0.0.1:1',
    );
  });

  it.each([
    [undefined, 'LATENCY_LAB_HOST'],
    ['[]', 'LATENCY_LAB_HOST'],
    [without({ codeDir: '' }), 'LATENCY_LAB_HOST.codeDir'],
    [without({ emulatorUrl: 'nowhere' }), 'LATENCY_LAB_HOST.emulatorUrl'],
    [without({ runtimes: { ...good.runtimes, python: {} } }), 'LATENCY_LAB_HOST.runtimes.python.exec'],
    [without({ accountConcurrency: 1.5 }), 'LATENCY_LAB_HOST.accountConcurrency'],
  ])('refuses %s and names %s', (json, field) => {
    expect(() => readConfig(json)).toThrow(expect.objectContaining({ name: 'InputError', field }));
  });
});

describe('quotaUs', () => {
  it('gives one CPU per 1769 MB in periods of 20 ms, and what the kernel takes at least', () => {
    expect([1769, 3538, 885, 128, 10_240].map(quotaUs)).toEqual([20_000, 40_000, 10_006, 1447, 115_772]);
    expect(quotaUs(1)).toBe(1000);
  });

  it('is written as each version of control groups wants it', () => {
    expect(cpuSettings({ version: 1, base: '' }, 1769)).toEqual([
      ['cpu.cfs_period_us', '20000'],
      ['cpu.cfs_quota_us', '20000'],
    ]);
    expect(cpuSettings({ version: 2, base: '' }, 1769)).toEqual([['cpu.max', '20000 20000']]);
    expect(memorySettings({ version: 1, base: '' }, 128)).toEqual([['memory.limit_in_bytes', '134217728']]);
    expect(memorySettings({ version: 2, base: '' }, 128)).toEqual([['memory.max', '134217728']]);
  });
});

describe('toFunctionVersion', () => {
  const given = {
    FunctionName: 'f',
    FunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f:7',
    CodeSha256: '/+8=',
  };

  it("fills in Lambda's defaults", () => {
    expect(toFunctionVersion(given, '7')).toMatchObject({
      name: 'f',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
      version: '7',
      packageType: 'Zip',
      memoryMb: 128,
      timeoutMs: 3000,
      codeSha256: 'ffef',
      environment: {},
      layers: [],
      logGroup: '/aws/lambda/f',
      logFormat: 'Text',
    });
  });

  it('has another revision when code or configuration change', () => {
    const revisions = [given, { ...given, CodeSha256: 'AAA=' }, { ...given, LastModified: 'later' }].map(
      (one) => toFunctionVersion(one, '$LATEST').revision,
    );
    expect(new Set(revisions).size).toBe(3);
  });
});

describe('toHttpApi', () => {
  it('joins routes with their integrations and leaves out those without one', () => {
    const api = toHttpApi('id', {
      routes: [
        { routeKey: 'GET /hits', target: 'integrations/i1' },
        { routeKey: 'GET /lost', target: 'integrations/i9' },
      ],
      integrations: [{ integrationId: 'i1', integrationType: 'AWS_PROXY', integrationUri: 'arn' }],
      stages: [{ stageName: '$default' }, { stageName: 'lab', stageVariables: { alias: 'lab' } }],
    });
    const integration = { type: 'AWS_PROXY', uri: 'arn', payloadFormat: '1.0', timeoutMs: 30_000 };
    const stages = { $default: {}, lab: { alias: 'lab' } };
    expect(api).toEqual({ id: 'id', routes: [{ key: 'GET /hits', integration }], stages });
  });
});

describe('assertSupported', () => {
  const asserting = (runtime: string) => () => {
    assertSupported({
      name: 'f',
      packageType: 'Zip',
      runtime,
    } as Partial<FunctionVersion> as FunctionVersion);
  };

  it.each(['provided.al2', 'provided.al2023', 'python3.9', 'python3.13', 'nodejs20.x', 'nodejs24.x'])(
    'takes %s',
    (runtime) => {
      expect(asserting(runtime)).not.toThrow();
    },
  );

  it.each(['java21', 'ruby3.4', 'dotnet8', 'go1.x', 'python2.7', 'nodejs', ''])(
    'refuses "%s" by its name',
    (runtime) => {
      expect(asserting(runtime)).toThrow(`f: runtime ${runtime} is not run locally; allowed: `);
    },
  );
});

describe('failureOf', () => {
  it('takes the type from the header, else from the report, else says that it is unknown', () => {
    const error = (body: string, errorType?: string) =>
      failureOf({ kind: 'error', body: Buffer.from(body), errorType }, 'id', 1000).errorType;
    expect([error('{"errorType":"A"}', 'B'), error('{"errorType":"A"}')]).toEqual(['B', 'A']);
    expect([error('garbage'), error('null')]).toEqual(['Runtime.Unknown', 'Runtime.Unknown']);
  });
});
