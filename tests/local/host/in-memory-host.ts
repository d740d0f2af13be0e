/** A host with a control plane and logs in memory, for tests that run real processes without an emulator. */
import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureTools } from '../../../tools/setup/ensure.mjs';
import { accountId, region } from '../../../src/local/aws-environment.ts';
import { keyHeader, keyPrefixOf } from '../../../src/local/credentials.ts';
import type { HostConfig } from '../../../src/local/host/config.ts';
import { startHost } from '../../../src/local/host/host.ts';
import type { Alias, FunctionVersion, HttpApi } from '../../../src/local/host/functions.ts';
import type { StoredEvent } from '../../../src/local/insights/events.ts';
import { root } from '../fixtures/bundle.ts';
import { ownDirectory } from '../../support/directory.ts';
import { eventually } from '../fixtures/processes.ts';
import { type ZipSource, makeZip } from './zip-file.ts';

export type InMemoryHost = Awaited<ReturnType<typeof startInMemoryHost>>;

export const arnOf = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

export const defaultConfig = (directory: string): HostConfig => ({
  root,
  emulatorUrl: 'http://127.0.0.1:9',
  codeDir: join(directory, 'code'),
  workDir: join(directory, 'work'),
  deploymentsDir: join(directory, 'deployments'),
  runtimes: {
    node: { exec: process.execPath, sdkModules: join(root, 'node_modules') },
    python: { exec: process.env['LATENCY_LAB_TEST_PYTHON'] ?? 'python3' },
  },
  secret: 'a secret of the test',
  accountConcurrency: 8,
  minuteMs: 60_000,
  hookLimitMinutes: 60,
  region,
  accountId,
});

/** The header without which the host takes a request for a stranger's. */
export const hostKey = { [keyHeader]: keyPrefixOf(defaultConfig('').secret) };

/** A package with one executable `bootstrap`. */
export const bootstrap = (script: string): ZipSource[] => [
  { path: 'bootstrap', data: script, mode: 0o100755 },
];

/** The source of a Node.js module whose handler has this body. */
export const handler = (body: string): string =>
  `export const handler = async (event, context) => { ${body} }`;

/**
 * A Runtime API client in a few lines, for functions that misuse the API or look at what is around them.
 * @param afterNext what it does for each event, by `id` and `call`; `first` goes before all
 */
export const rawRuntime = (afterNext: string, first = ''): string => `#!${process.execPath}
${first}
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const call = async (method, path, body) => fetch('http://' + host + ':' + port + '/2018-06-01/runtime/' + path, { method, body });
(async () => {
  for (;;) {
    const next = await call('GET', 'invocation/next');
    const id = next.headers.get('lambda-runtime-aws-request-id');
    ${afterNext}
  }
})();
`;

export const nodeSettings: Partial<FunctionVersion> = { runtime: 'nodejs20.x', handler: 'app.handler' };

/** With the Python that has awslambdaric and boto3. */
export const startWithPython = async (exec?: string): Promise<InMemoryHost> => {
  const { 'python-runtime': tool } = await ensureTools(root, ['python-runtime']);
  const { runtimes } = defaultConfig('/');
  return startInMemoryHost({ runtimes: { ...runtimes, python: { exec: exec ?? tool.exec } } });
};

export const startInMemoryHost = async (change: Partial<HostConfig> = {}) => {
  const config = { ...defaultConfig(ownDirectory()), ...change };
  mkdirSync(config.codeDir, { recursive: true });
  const maps = {
    versions: new Map<string, FunctionVersion>(),
    aliases: new Map<string, Alias>(),
    reserved: new Map<string, number>(),
    apis: new Map<string, HttpApi>(),
    layers: new Map<string, Buffer>(),
    /** Messages per log group, in the order in which they were written. */
    logs: new Map<string, string[]>(),
    /** The same as events, for queries. */
    events: new Map<string, StoredEvent[]>(),
    alarms: new Map<string, MetricAlarm>(),
    probes: [] as string[],
  };
  const passedOn: string[] = [];
  const host = await startHost(config, {
    control: {
      version: (name, version) => maps.versions.get(`${name}:${version}`),
      alias: (name, alias) => maps.aliases.get(`${name}:${alias}`),
      reservedConcurrency: (name) => maps.reserved.get(name),
      httpApi: (id) => maps.apis.get(id),
      layer: (arn) => {
        const zip = maps.layers.get(arn);
        return zip === undefined
          ? Promise.reject(new Error(`layer version not found: ${arn}`))
          : Promise.resolve(zip);
      },
    },
    logs: {
      createGroup: () => Promise.resolve(),
      createStream: () => Promise.resolve(),
      put: (group, stream, events) => {
        maps.logs.set(group, [...(maps.logs.get(group) ?? []), ...events.map(({ message }) => message)]);
        const before = maps.events.get(group) ?? [];
        const own = events.map((event, i) => ({
          ...{ ...event, stream, ingestionTime: event.timestamp },
          ...{ id: `${group} ${before.length + i}`, log: `${accountId}:${group}` },
        }));
        maps.events.set(group, [...before, ...own]);
        return Promise.resolve();
      },
    },
    events: {
      exists: (group) => Promise.resolve(maps.events.has(group)),
      between: (group, from, to) =>
        Promise.resolve(
          maps.events.get(group)?.filter(({ timestamp }) => timestamp >= from && timestamp <= to),
        ),
    },
    account: {
      alias: (name, alias) => Promise.resolve(maps.aliases.get(`${name}:${alias}`)),
      functionArn: (name, version) => Promise.resolve(maps.versions.get(`${name}:${version}`)?.arn),
      pointAlias: (name, alias, to) => Promise.resolve(void maps.aliases.set(`${name}:${alias}`, to)),
      alarms: (names) => Promise.resolve(names.flatMap((name) => maps.alarms.get(name) ?? [])),
      probe: () => Promise.resolve(maps.probes[0]),
    },
    send: (method, target, _headers, body) => {
      passedOn.push(`${method} ${target} ${body.toString()}`);
      const answer = Buffer.from('from the emulator');
      return Promise.resolve({ status: 207, headers: [['x-emulator', 'yes']], body: answer });
    },
    onChange: () => passedOn.push('changed'),
    say: () => undefined,
    onFatal: (reason) => {
      throw new Error(reason);
    },
  });

  return {
    host,
    config,
    ...maps,
    passedOn,
    /** Puts a function there: the package's files, or the package, or the source of a Node.js module. */
    define: (
      name: string,
      code: readonly ZipSource[] | Buffer | string,
      settings: Partial<FunctionVersion> = {},
    ): FunctionVersion => {
      const files = typeof code === 'string' ? [{ path: 'app.mjs', data: code }] : code;
      const zip = Buffer.isBuffer(files) ? files : makeZip(files);
      const codeSha256 = createHash('sha256').update(zip).digest('hex');
      writeFileSync(join(config.codeDir, `${codeSha256}.zip`), zip);
      const fn: FunctionVersion = {
        name,
        arn: arnOf(name),
        role: `arn:aws:iam::000000000000:role/${name}`,
        version: '$LATEST',
        revision: codeSha256,
        packageType: 'Zip',
        runtime: 'provided.al2023',
        handler: 'bootstrap',
        memoryMb: 512,
        timeoutMs: 3000,
        codeSha256,
        environment: {},
        layers: [],
        logGroup: `/aws/lambda/${name}`,
        logFormat: 'Text',
        ...(typeof code === 'string' ? nodeSettings : {}),
        ...settings,
      };
      maps.versions.set(`${name}:${fn.version}`, fn);
      return fn;
    },
    invoke: async (path: string, body = '{}', headers: Record<string, string> = {}) => {
      const [name = '', query = ''] = path.split('?');
      const url = `${host.lambdaUrl}/2015-03-31/functions/${name}/invocations?${query}`;
      const reply = await fetch(url, { method: 'POST', body, headers: { ...hostKey, ...headers } });
      return { status: reply.status, headers: reply.headers, text: await reply.text() };
    },
    /** Waits until a message in the group matches. */
    logged: (group: string, pattern: RegExp): Promise<string> =>
      eventually(
        () => `${String(pattern)} in ${group}: ${(maps.logs.get(group) ?? []).join('\n')}`,
        () => maps.logs.get(group)?.find((message) => pattern.test(message)),
      ),
    close: (): Promise<void> => host.close(),
  };
};
