import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import type { HitResult } from '../../src/app/hit/result.ts';
import { run, start, until } from './program.ts';

const delayMs = 20;
let server: Server;
let url: string;
const seen = { requests: 0, connections: 0, status: 200 };

beforeEach(async () => {
  Object.assign(seen, { requests: 0, connections: 0, status: 200 });
  server = createServer((_request, response) => {
    seen.requests++;
    setTimeout(() => response.writeHead(seen.status).end('{"hits":1}'), delayMs);
  });
  server.on('connection', () => seen.connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hits`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const hitJson = async (...args: string[]): Promise<HitResult> =>
  JSON.parse((await run(['hit', ...args, '--json'], tmpdir())).stdout) as HitResult;

describe('latency-lab hit', () => {
  it('sends just as many requests as asked for, over one connection, none faster than the server', async () => {
    const result = await hitJson(url, '30');
    expect(seen).toMatchObject({ requests: 30, connections: 1 });
    expect(result).toMatchObject({ schema: 'latency-lab.hit.v1', count: 30, ok: 30, errors: {} });
    // Timers of Node may fire up to 1 ms early.
    expect(result.rest!.minMs).toBeGreaterThanOrEqual(delayMs - 1);
  });

  it('prints a table on stdout and ends with 0', async () => {
    const { code, stdout } = await run(['hit', url, '5'], tmpdir());
    expect(code).toBe(0);
    expect(stdout).toMatch(/5 requests in succession over 1 connection/);
  });

  it('ends with 1 and an example when answers have another status', async () => {
    seen.status = 503;
    const { code, stdout } = await run(['hit', url, '3'], tmpdir());
    expect(code).toBe(1);
    expect(stdout).toContain('503');
  });

  it('ends with 1 and one message where nothing listens', async () => {
    server.close();
    await once(server, 'close');
    const { code, stdout, stderr } = await run(['hit', url, '3'], tmpdir());
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^latency-lab: .*refused.*\n$/);
  });

  it('tells what it measured when it is interrupted, and ends with 130', async () => {
    const program = start(['hit', url, '100000', '--json'], tmpdir());
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
