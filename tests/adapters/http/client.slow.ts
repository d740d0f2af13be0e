import { setTimeout as wait } from 'node:timers/promises';
import { httpConnection } from '../../../src/adapters/http/client.ts';
import { systemClock } from '../../../src/adapters/system.ts';
import type { Exchange, Connection } from '../../../src/ports/index.ts';
import { type RawServer, ok, rawServer } from '../../support/raw-server.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

const start = async (...given: Parameters<typeof rawServer>): Promise<RawServer> => {
  const server = await rawServer(...given);
  open.unshift(server);
  return server;
};

const connectionTo = (url: string, options: object = {}, request: object = {}): Connection => {
  const connection = httpConnection(
    { url, method: 'GET', headers: {}, ...request },
    { clock: systemClock, ...options },
  );
  open.unshift(connection);
  return connection;
};

const kindOf = ({ result }: Exchange): string =>
  'error' in result ? result.error : `answered ${result.status}`;
const bodyOf = ({ result }: Exchange): string => ('error' in result ? result.message : result.body);

describe('httpConnection', () => {
  it('sends one request after another over one connection and times the connecting apart', async () => {
    const server = await start((socket) => socket.write(ok('a')));
    const connection = connectionTo(server.url);
    const first = await connection.send(1000);
    const second = await connection.send(1000);
    expect([bodyOf(first), bodyOf(second)]).toEqual(['a', 'a']);
    expect(server.received).toHaveLength(1);
    expect(first.opening).toEqual({ dnsMs: 0, tcpMs: expect.any(Number), tlsMs: 0 });
    expect(first.opening?.tcpMs).toBeGreaterThan(0);
    expect(second.opening).toBeUndefined();
    expect(second.sentMs).toBeGreaterThanOrEqual(first.endMs);
    expect(second.endMs).toBeGreaterThan(second.sentMs);
  });

  it('leads a name below localhost to this machine and keeps it in the Host header', async () => {
    const server = await start((socket) => socket.write(ok('')));
    const connection = connectionTo(`http://abc.execute-api.localhost:${server.port}/hits`);
    expect(kindOf(await connection.send(1000))).toBe('answered 200');
    expect(server.received[0]).toContain(`host: abc.execute-api.localhost:${server.port}\r\n`);
  });

  it('refuses a second request while one is under way', async () => {
    const server = await start((socket) => socket.write(ok('')));
    const connection = connectionTo(server.url);
    await connection.send(1000);
    const under = connection.send(1000);
    expect(() => connection.send(1000)).toThrow('under way');
    await under;
  });

  it.each(['closes with FIN', 'asks to close'])(
    'connects anew, without an error, after the server %s between two requests',
    async (how) => {
      const server = await start((socket) => {
        if (how === 'asks to close') socket.write(ok('', 'Connection: close\r\n'));
        else socket.end(ok(''));
      });
      const connection = connectionTo(server.url);
      await connection.send(1000);
      await wait(20);
      expect(kindOf(await connection.send(1000))).toBe('answered 200');
      expect(server.received).toHaveLength(2);
    },
  );

  it('connects anew when the time for which the server keeps a connection is nearly over', async () => {
    const server = await start((socket) => socket.write(ok('', 'Keep-Alive: timeout=0\r\n')));
    const connection = connectionTo(server.url);
    await connection.send(1000);
    await connection.send(1000);
    expect(server.received).toHaveLength(2);
  });

  it('never sends a request again that the server may have processed', async () => {
    const server = await start((socket) => socket.destroy());
    expect(kindOf(await connectionTo(server.url).send(1000))).toBe('reset');
    await wait(20);
    expect(server.received.map((text) => text.split('GET ').length - 1)).toEqual([1]);
  });

  it('takes no answer that came unasked', async () => {
    const server = await start((socket, connection) => {
      socket.write(ok(`asked on ${connection}`));
      setTimeout(() => socket.write('HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n'), 5);
    });
    const connection = connectionTo(server.url);
    expect(bodyOf(await connection.send(1000))).toBe('asked on 0');
    await wait(30);
    expect(bodyOf(await connection.send(1000))).toBe('asked on 1');
  });
});

describe('httpConnection with a signature', () => {
  const auth = { type: 'sigv4', service: 's', region: 'eu-west-2' };

  it('sends what the signer adds, and asks it again after a minute', async () => {
    let passedMs = 0;
    let signed = 0;
    const clock = { now: () => performance.now() + passedMs };
    const sign = () => Promise.resolve({ authorization: `signature ${++signed}` });
    const server = await start((socket) => socket.write(ok('')));
    const connection = connectionTo(server.url, { clock, sign }, { auth });
    for (passedMs of [0, 1000, 59_000, 61_000, 62_000]) await connection.send(1000);
    const lines = [...(server.received[0] ?? '').matchAll(/authorization: signature (\d)/g)];
    expect(lines.map(([, n]) => Number(n))).toEqual([1, 1, 1, 2, 2]);
  });

  it('sends nothing that cannot be signed', async () => {
    const server = await start((socket) => socket.write(ok('')));
    const sign = () => Promise.reject(new Error('no credentials'));
    const exchange = await connectionTo(server.url, { sign }, { auth }).send(1000);
    expect([kindOf(exchange), bodyOf(exchange)]).toEqual([
      'connect',
      'the request could not be signed: no credentials',
    ]);
    expect(server.received).toEqual([]);
    expect(() => connectionTo(server.url, {}, { auth })).toThrow('request.auth');
  });
});

describe('httpConnection with a connection for each request', () => {
  it('opens one, says that it will not be kept, and closes it, kept or not by the server', async () => {
    const closed: number[] = [];
    const server = await start((socket, connection) => {
      socket.on('close', () => closed.push(connection));
      socket.write(ok('', connection === 0 ? 'Connection: keep-alive\r\n' : ''));
    });
    const connection = connectionTo(server.url, {}, { fresh: true });
    for (let i = 0; i < 3; i++) {
      const exchange = await connection.send(1000);
      expect([kindOf(exchange), exchange.opening?.dnsMs]).toEqual(['answered 200', 0]);
      expect(exchange.opening?.tcpMs).toBeGreaterThan(0);
    }
    while (closed.length < 3) await wait(5);
    expect(server.received).toHaveLength(3);
    expect(server.received.every((text) => text.includes('\r\nconnection: close\r\n'))).toBe(true);
  });
});

describe('httpConnection when something fails', () => {
  it('calls a port where nothing listens a connect error and says so in words', async () => {
    const server = await start(() => undefined);
    await server.close();
    const exchange = await connectionTo(server.url).send(1000);
    expect(kindOf(exchange)).toBe('connect');
    expect(bodyOf(exchange)).toBe(
      `no connection to 127.0.0.1:${server.port}: connection refused: nothing listens there (ECONNREFUSED)`,
    );
  });

  it('calls a name that does not exist a connect error', async () => {
    expect(kindOf(await connectionTo('http://does-not-exist.invalid/').send(5000))).toBe('connect');
  });

  it('gives up after the timeout, half an answer or none, and sends the next request over a new connection', async () => {
    const server = await start((socket, connection) => {
      if (connection === 0) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
      else socket.write(ok('whole'));
    });
    const connection = connectionTo(server.url);
    const late = await connection.send(50);
    expect([kindOf(late), bodyOf(late)]).toEqual(['timeout', 'no full answer within 50 ms']);
    expect(late.endMs - late.sentMs).toBeGreaterThan(40);
    expect(bodyOf(await connection.send(1000))).toBe('whole');
  });

  it('holds each request to its own timeout, however long the others had', async () => {
    let answers = 1;
    const server = await start((socket) => {
      if (answers-- > 0) socket.write(ok(''));
    });
    const connection = connectionTo(server.url);
    await connection.send(60_000);
    const short = await connection.send(60);
    expect(kindOf(short)).toBe('timeout');
    expect(short.endMs - short.sentMs).toBeLessThan(5000);
    answers = 1;
    await connection.send(60);
    const long = await connection.send(300);
    expect([kindOf(long), bodyOf(long)]).toEqual(['timeout', 'no full answer within 300 ms']);
    expect(long.endMs - long.sentMs).toBeGreaterThan(250);
  });

  it.each([
    ['protocol', 'nonsense\r\n\r\n'],
    ['reset', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'],
    ['body', ok('x'.repeat(101))],
  ])('tells a %s error', async (kind, answer) => {
    const server = await start((socket) => socket.end(answer));
    expect(kindOf(await connectionTo(server.url, { maxBodyBytes: 100 }).send(1000))).toBe(kind);
  });

  it('reads an answer that ends with the connection', async () => {
    const server = await start((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nto the end'));
    expect(bodyOf(await connectionTo(server.url).send(1000))).toBe('to the end');
  });
});

describe('httpConnection when it is closed', () => {
  it('ends the request under way with an error and opens no connection any more', async () => {
    const server = await start((socket, count) => {
      if (count === 0) connection.close();
      else socket.write(ok(''));
    });
    const connection = connectionTo(server.url);
    expect(kindOf(await connection.send(60_000))).toBe('reset');
    expect(kindOf(await connection.send(60_000))).toBe('connect');
    expect(server.received).toHaveLength(1);
  });

  it('gives up connecting', async () => {
    const server = await start(() => undefined);
    const connection = connectionTo(server.url);
    const sending = connection.send(60_000);
    connection.close();
    expect(kindOf(await sending)).toBe('connect');
  });
});
