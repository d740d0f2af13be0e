/** What a web page in the user's browser, or another program, can reach of a running plane: nothing. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { Lambda } from '@aws-sdk/client-lambda';
import { region } from '../../../src/local/aws-environment.ts';
import { type LocalPlane, startPlane } from '../../../src/local/plane.ts';
import { root } from '../fixtures/bundle.ts';
import { ownDirectory } from '../../support/directory.ts';
import { createFunction, packageOf } from '../fixtures/functions.ts';
import { send, signed } from '../fixtures/http.ts';
import { processesWith } from '../fixtures/processes.ts';

jest.setTimeout(120_000);

/** Inodes of the sockets that a process has; none where it is gone meanwhile. */
const socketsOf = (pid: number): string[] => {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap(
      (fd) => /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [],
    );
  } catch {
    return [];
  }
};

/** `address:port`, in the kernel's hexadecimal, of every TCP socket on which these processes listen. */
const listening = (pids: readonly number[]): string[] => {
  const sockets = new Set(pids.flatMap(socketsOf));
  const lines = ['tcp', 'tcp6'].flatMap((family) =>
    readFileSync(`/proc/net/${family}`, 'utf8').split('\n').slice(1),
  );
  return lines.flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    return state === '0A' && sockets.has(inode) ? [local] : [];
  });
};

const loopback = '0100007F';

const page = { origin: 'http://attacker.example' };
const rebound = { host: 'attacker.example' };

describe('a running plane', () => {
  const workDir = ownDirectory();
  let plane: LocalPlane;
  let key: string;
  let ports: number[];
  let addresses: string[];
  let lambda: Lambda;
  beforeAll(async () => {
    plane = await startPlane({ root, workDir });
    key = plane.credentials.accessKeyId;
    lambda = new Lambda({ endpoint: plane.lambdaUrl, region, credentials: plane.credentials });
    await createFunction(lambda, 'mine', packageOf('export const handler = async () => 1'));
    // From now on its environment listens too.
    await lambda.invoke({ FunctionName: 'mine' });
    addresses = listening(processesWith(workDir));
    ports = addresses.map((address) => parseInt(address.split(':')[1] ?? '', 16));
  });
  afterAll(async () => {
    lambda.destroy();
    await plane.stop();
  });

  it('listens on 127.0.0.1 alone: emulator, Lambda, HTTP APIs and each environment', () => {
    const urls = [plane.emulatorUrl, plane.lambdaUrl, plane.httpUrl];
    expect(ports).toEqual(expect.arrayContaining(urls.map((url) => Number(new URL(url).port))));
    expect(ports.length).toBeGreaterThan(urls.length);
    expect(addresses.filter((address) => !address.startsWith(`${loopback}:`))).toEqual([]);
  });

  const create = JSON.stringify({
    FunctionName: 'theirs',
    Runtime: 'nodejs24.x',
    Role: 'arn:aws:iam::000000000000:role/any',
    Handler: 'app.handler',
    Code: { ZipFile: '' },
  });
  const requests: readonly (readonly [method: string, path: string, service: string, body: string])[] = [
    ['GET', '/', 's3', ''],
    ['PUT', '/theirs', 's3', ''],
    ['POST', '/2015-03-31/functions', 'lambda', create],
    ['GET', '/2015-03-31/functions', 'lambda', ''],
    ['POST', '/2015-03-31/functions/mine/invocations', 'lambda', '{}'],
    ['POST', '/proxy', 'lambda', '{}'],
    ['POST', '/_ministack/reset', 's3', ''],
    ['GET', '/2018-06-01/runtime/invocation/next', 'lambda', ''],
    ['OPTIONS', '/2015-03-31/functions', 'lambda', ''],
  ];
  const strangers: readonly (readonly [string, (service: string) => Record<string, string>])[] = [
    ['a page', (service) => ({ ...page, ...signed(key, service) })],
    ['a page under a name of its own', (service) => ({ ...rebound, ...signed(key, service) })],
    ['a page that knows no key', () => page],
    ['a program that knows no key', () => ({})],
    ['a program with the key of another run', (service) => signed('ASIAAAAAAAAAAAAAAAAA', service)],
  ];

  /** Lambda's Runtime API knows no keys; on AWS the environment's own network keeps others out, here its port is nobody else's to know. */
  const runtime = '/2018-06-01/runtime/';

  it.each(strangers)('refuses %s, on every port', async (who, headersOf) => {
    const answered: string[] = [];
    for (const port of ports)
      for (const [method, path, service, body] of requests) {
        if (path.startsWith(runtime) && !who.includes('page')) continue;
        const sent = { method, headers: headersOf(service), body };
        const { status, headers } = await send(`http://127.0.0.1:${port}${path}`, sent);
        const shared = Object.keys(headers).filter((name) => name.startsWith('access-control-'));
        if (status < 400 || status >= 500 || shared.length > 0)
          answered.push(`${port} ${method} ${path}: ${status} ${shared.join()}`);
      }
    expect(answered).toEqual([]);
    const { Functions = [] } = await lambda.listFunctions({});
    expect(Functions.map(({ FunctionName }) => FunctionName)).toEqual(['mine']);
  });
});
