import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type HttpServer, serveHttp } from '../../../src/local/host/http-server.ts';

describe('serveHttp', () => {
  let server: HttpServer;
  beforeAll(async () => {
    server = await serveHttp(1000, ({ request: { target, body, oversize }, reply }) => {
      const answer = (): void => {
        reply(
          target === '/none' ? 204 : 200,
          [['X-Evil', 'a\r\nb']],
          `${target} ${body.toString()} ${oversize}`,
        );
        reply(500, [], 'only the first counts');
      };
      if (target.startsWith('/slow')) setTimeout(answer, 50);
      else answer();
    });
  });
  afterAll(() => {
    server.close();
  });

  /** With the right Host, or as it is. */
  const exchange = async (sent: string, plain?: string): Promise<string> => {
    const hosted = sent.replaceAll(/(HTTP\/1\.[01])\r\n/g, `$1\r\nHost: 127.0.0.1:${server.port}\r\n`);
    const socket = connect(server.port, '127.0.0.1', () => socket.write(plain ?? hosted));
    return (await buffer(socket)).toString('latin1');
  };

  it('answers pipelined requests in their order and closes when asked to', async () => {
    const received = await exchange(
      'GET /slow1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\nConnection: close\r\n\r\n',
    );
    expect(received.match(/\/\w+ {2}0/g)).toEqual(['/slow1  0', '/2  0', '/3  0']);
    expect(received.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3);
    expect(received.match(/connection: close/g)).toHaveLength(1);
  });

  it('keeps a header within its line', async () => {
    expect(await exchange('GET / HTTP/1.0\r\n\r\n')).toContain('X-Evil: a b\r\n');
  });

  it('sends no body for HEAD and 204', async () => {
    expect(await exchange('HEAD /x HTTP/1.0\r\n\r\n')).toMatch(/content-length: 5\r\n.*\r\n\r\n$/s);
    expect(await exchange('GET /none HTTP/1.0\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 204 No Content\r\n(?!.*content-length).*\r\n\r\n$/s,
    );
  });

  it('answers 400 to what is no HTTP and closes', async () => {
    expect(await exchange('\u0001\u0002\u0003')).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  });

  it('tells a client to go on that waits before it sends its body', async () => {
    const received = await exchange('POST /c HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n');
    expect(received).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200/);
  });

  it('reports a body over the limit instead of keeping it', async () => {
    const received = await exchange(`POST /big HTTP/1.0\r\nContent-Length: 1001\r\n\r\n${'x'.repeat(1001)}`);
    expect(received).toContain('/big  1001');
  });

  it.each([
    ['another name that leads here', (port: number) => `Host: rebound.example:${port}`],
    ['another port', (port: number) => `Host: 127.0.0.1:${port + 1}`],
    ['no Host', () => 'X-Other: 1'],
    ['a page from elsewhere', (port: number) => `Host: localhost:${port}\r\nOrigin: http://evil.example`],
    ['a sandboxed page', (port: number) => `Host: localhost:${port}\r\nOrigin: null`],
  ])('refuses what comes by %s', async (_, head) => {
    const answer = await exchange('', `GET /x HTTP/1.0\r\n${head(server.port)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(answer).not.toMatch(/access-control/i);
  });

  it.each([
    ['its IPv6 name', (port: number) => `Host: [::1]:${port}`],
    [
      'a page of its own',
      (port: number) =>
        `Host: api.execute-api.localhost:${port}\r\nOrigin: http://api.execute-api.localhost:${port}`,
    ],
  ])('answers what comes by %s', async (_, head) => {
    const answer = await exchange('', `GET /x HTTP/1.0\r\n${head(server.port)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });
});
