import { writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { HitResult } from '../../src/app/hit/result.ts';
import { selfSigned } from '../support/certificate.ts';
import { ownDirectory } from '../support/directory.ts';
import { serve, type HttpServer } from '../support/http-server.ts';
import { run, start, until } from './program.ts';

const delayMs = 20;
let server: HttpServer;
let url: string;
interface Seen {
  requests: number;
  connections: number;
  status: number;
  readonly bodies: string[];
  readonly heads: string[];
}
const seen: Seen = { requests: 0, connections: 0, status: 200, bodies: [], heads: [] };
const directory = ownDirectory();

const headOf = ({ method = '', url: path = '', headers }: IncomingMessage): string =>
  `${method} ${path} ${headers.authorization ?? '-'} ${String(headers['x-mine'] ?? '-')}`;

beforeEach(async () => {
  Object.assign(seen, { requests: 0, connections: 0, status: 200, bodies: [], heads: [] });
  server = await serve((request, response) => {
    seen.requests++;
    const { url: path = '', headers } = request;
    seen.heads.push(headOf(request));
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      seen.bodies.push(body);
      const echo = seen.status < 300 ? '{"hits":1}' : `${path} ${headers.authorization ?? ''}`;
      setTimeout(() => response.writeHead(seen.status).end(echo), delayMs);
    });
  });
  server.server.on('connection', () => seen.connections++);
  url = `${server.origin}/hits`;
});
afterEach(() => server.close());

const hit = (...args: string[]) => run(['hit', ...args], directory);
const hitJson = async (...args: string[]): Promise<HitResult> =>
  JSON.parse((await hit(...args, '--json')).stdout) as HitResult;

describe('latency-lab hit', () => {
  it('sends just as many requests as asked for, over one connection, none faster than the server', async () => {
    const result = await hitJson(url, '30');
    expect(seen).toMatchObject({ requests: 30, connections: 1 });
    expect(result).toMatchObject({ schema: 'latency-lab.hit.v1', count: 30, ok: 30, errors: {} });
    // Timers of Node may fire up to 1 ms early.
    expect(result.rest!.minMs).toBeGreaterThanOrEqual(delayMs - 1);
  });

  it('prints a table on stdout and ends with 0', async () => {
    const { code, stdout } = await hit(url, '5');
    expect(code).toBe(0);
    expect(stdout).toMatch(/5 requests in succession over 1 connection/);
  });

  it('ends with 1 and an example when answers have another status', async () => {
    seen.status = 503;
    const { code, stdout } = await hit(url, '3');
    expect(code).toBe(1);
    expect(stdout).toContain('503');
  });

  it('ends with 1 and one message where nothing listens', async () => {
    await server.close();
    const { code, stdout, stderr } = await hit(url, '3');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^latency-lab: .*refused.*\n$/);
  });

  it('tells what it measured when it is interrupted, and ends with 130', async () => {
    const program = start(['hit', url, '100000', '--json'], directory);
    await until('ten requests', 10_000, () => seen.requests > 10);
    program.child.kill('SIGINT');
    const { code, stdout } = await program.ended;
    const result = JSON.parse(stdout) as HitResult;
    expect(code).toBe(130);
    expect(result.ok).toBeGreaterThanOrEqual(10);
    // The one under way is given up: it is neither measured nor unsent, and the server may have seen it.
    const givenUp = result.count - result.sent - result.unsent;
    expect([0, 1]).toContain(givenUp);
    expect(seen.requests).toBeGreaterThanOrEqual(result.sent);
    expect(seen.requests).toBeLessThanOrEqual(result.sent + givenUp);
    expect(result.ok).toBe(result.sent);
  });
});

describe('what latency-lab hit sends', () => {
  beforeAll(() => {
    writeFileSync(join(directory, 'item.json'), '{"name":"ü"}\n');
    writeFileSync(join(directory, 'bytes'), Buffer.from([0xff, 0xfe]));
  });

  it.each([
    ['as it stands', 'a text', '', 'a text'],
    ['from a file, to the byte', '@item.json', '', '{"name":"ü"}\n'],
    ['from stdin, to the byte', '-', 'on stdin\n', 'on stdin\n'],
    ['from a variable', 'env:MINE', '', 'b0dy-of-mine'],
  ])('is a method, headers and a body %s', async (_, body, input, sent) => {
    seen.status = 201;
    const args = ['hit', url, '2', '--method', 'post', '--header', 'X-Mine: 1', '--body', body];
    const env = { MINE: 'b0dy-of-mine' };
    expect((await run([...args, '--expect', '201'], directory, env, input)).code).toBe(0);
    expect(seen.heads).toEqual(Array<string>(2).fill('POST /hits - 1'));
    expect(seen.bodies).toEqual([sent, sent]);
  });

  it('ends with 1 where another status is expected', async () => {
    const { code, stdout } = await hit(url, '2', '--expect', '204');
    expect(code).toBe(1);
    expect(stdout).toContain('answered 200 instead of 204');
  });

  it('holds secrets that it does not print, even when the answer repeats them', async () => {
    seen.status = 403;
    const header = ['--header', 'authorization: Bearer env:MINE'];
    const args = ['hit', `${url}?token=qu3ry+secret`, '-n', '1', ...header];
    const { code, stdout, stderr } = await run(args, directory, { MINE: 'h3ader-secret' });
    expect(code).toBe(1);
    expect(seen.heads).toEqual(['GET /hits?token=qu3ry%20secret Bearer h3ader-secret -']);
    expect(stdout).toContain('/hits?token=[secret]');
    expect(stdout).toContain('answered 403');
    expect(stdout + stderr).not.toMatch(/qu3ry|h3ader/);
  });

  it('follows redirects only when asked to, without what other servers must not see', async () => {
    const other = await serve((request, response) => {
      seen.heads.push(`other ${headOf(request)}`);
      const path = request.url;
      if (path === '/away') response.writeHead(302, { location: 'http://host.invalid/' }).end();
      else response.writeHead(302, { location: path === '/from' ? '/near' : url }).end();
    });
    const from = other.origin;
    const headers = ['--header', 'authorization: Basic abcd', '--header', 'x-mine: 1'];
    const followed = await hit(
      `${from}/from`,
      '2',
      '--method',
      'POST',
      '--body',
      'b',
      ...headers,
      '--follow',
    );
    const plain = await hit(`${from}/from`, '1');
    const away = await hit(`${from}/away`, '1', '--follow');
    await other.close();
    const chain = ['other POST /from Basic abcd 1', 'other GET /near Basic abcd 1', 'GET /hits - -'];
    expect(seen.heads).toEqual([...chain, ...chain, 'other GET /from - -', 'other GET /away - -']);
    expect(followed.code).toBe(0);
    expect(followed.stdout).toContain('2 requests in succession over 1 connection');
    expect(seen.connections).toBe(1);
    expect(plain.stdout).toContain('answered 302');
    expect(away.stdout).toContain('not followed to another machine');
  });

  it('follows a redirect that repeats a secret', async () => {
    const other = await serve((request, response) => {
      response.writeHead(307, { location: `${url}${String(request.url).slice(1)}` }).end();
    });
    const from = `${other.origin}/?token=s3cret-one`;
    const { code, stdout } = await hit(from, '1', '--follow');
    await other.close();
    expect(seen.heads).toEqual(['GET /hits?token=s3cret-one - -']);
    expect(code).toBe(0);
    expect(stdout).not.toContain('s3cret');
  });

  it('goes over several connections, as many requests as asked for', async () => {
    const result = await hitJson(url, '-n', '40', '--concurrency', '4');
    expect(seen).toMatchObject({ requests: 40, connections: 4 });
    expect(result).toMatchObject({ count: 40, ok: 40, concurrency: 4, connections: 4 });
  });

  it('goes out at planned times, whether or not earlier ones were answered', async () => {
    const result = await hitJson(url, '--rate', '100', '--duration', '1');
    // 100 requests of 20 ms take 2 s in succession.
    expect(result).toMatchObject({ count: 100, ok: 100, rate: 100, durationSeconds: 1, unsent: 0 });
    expect(result.seconds).toBeGreaterThan(0.98);
    expect(result.seconds).toBeLessThan(1.9);
    expect(result.response!.n).toBe(100);
    expect(result.response!.minMs).toBeGreaterThanOrEqual(delayMs - 1);
  });

  it('stops at Ctrl-C also between two requests that are far apart', async () => {
    const program = start(['hit', url, '--rate', '0.02', '--duration', '200', '--json'], directory);
    await until('one request', 10_000, () => seen.requests === 1);
    program.child.kill('SIGINT');
    const { code, stdout } = await program.ended;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ count: 4 });
  });

  it.each([
    [['--method', 'BREW'], '--method: given "BREW"', 'OPTIONS'],
    [['--header', 'connection: close'], '--header: given', 'connection'],
    [['--header', 'x-a: env:NOT_SET_ANYWHERE'], '--header: given "env:NOT_SET_ANYWHERE"', 'is set'],
    [['--body', '@none'], '--body: given "@none"', 'a file that can be read'],
    [['--body', '@bytes'], '--body: given "@bytes"', 'UTF-8'],
    [['--expect', '99'], '--expect: given 99', '200 to 599'],
    [['-n', '1000001'], '--requests: given 1000001', '1 to 1,000,000'],
    [['5', '-n', '5'], '--requests: given 5', 'not both'],
    [['--concurrency', '1001'], '--concurrency: given 1001', '1 to 1,000'],
    [['--rate', '5001', '--duration', '1'], '--rate: given 5001', '5,000'],
    [['--rate', '5'], '--duration: given nothing', 'together with a rate'],
    [['--duration', '5'], '--rate: given nothing', 'together with a duration'],
    [['--rate', '5000', '--duration', '1h'], '--duration: given 3600', '1,000,000 requests'],
    [['--rate', '5', '--duration', '5', '-n', '3'], '--requests: given 3', '--rate and --duration'],
    [['--rate', '5', '--duration', '5', '--concurrency', '2'], '--concurrency: given 2', 'a rate opens'],
  ])('is refused with 2 before anything is sent: %j', async (args, given, allowed) => {
    const { code, stdout, stderr } = await hit(url, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(given);
    expect(stderr).toContain(allowed);
    expect(seen.requests).toBe(0);
  });

  it.each([
    [['--rate', '11', '--duration', '1'], 'URL: given "http://host.invalid/?token=[secret]"'],
    [['--concurrency', '2'], '--concurrency: given 2'],
    [['--follow'], '--follow: given true'],
  ])('is not for another machine without a word of its owner: %j', async (args, given) => {
    const { code, stderr } = await hit('http://host.invalid/?token=s3cret', ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(given);
    expect(stderr).toContain('--i-may-load-this');
    expect(stderr).not.toContain('s3cret');
  });
});

describe('latency-lab hit over TLS, with a certificate of the own CA', () => {
  const { key, cert } = selfSigned('127.0.0.1');
  const authority = join(directory, 'ca.pem');
  let secure: HttpServer;
  beforeAll(async () => {
    writeFileSync(authority, cert);
    secure = await serve((_request, response) => response.end('{"hits":1}'), { key, cert });
  });
  afterAll(() => secure.close());
  const hitIt = (flags: readonly string[], env: Record<string, string>) =>
    run(['hit', secure.origin, '3', ...flags], directory, env);

  it.each([
    ['trusts what NODE_EXTRA_CA_CERTS names', [], { NODE_EXTRA_CA_CERTS: authority }],
    ['asks nobody with --insecure', ['--insecure'], {}],
  ])('%s', async (_, flags, env) => {
    const { code, stdout } = await hitIt(flags, env);
    expect(stdout).toContain('3 answered');
    expect(code).toBe(0);
  });

  it('says without it what to do', async () => {
    const { code, stdout, stderr } = await hitIt([], {});
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^latency-lab: no connection to 127\.0\.0\.1:\d+: .*NODE_EXTRA_CA_CERTS.*\n$/);
  });
});
