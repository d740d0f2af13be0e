import { setTimeout as wait } from 'node:timers/promises';
import { httpLane } from '../../../src/adapters/http/lane.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import type { Exchange, Lane } from '../../../src/ports/lane.ts';
import type { RawServer } from '../../support/raw-server.ts';
import { ok, rawServer } from '../../support/raw-server.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

const start = async (...given: Parameters<typeof rawServer>): Promise<RawServer> => {
  const server = await rawServer(...given);
  open.unshift(server);
  return server;
};

const laneTo = (url: string, options: object = {}): Lane => {
  const lane = httpLane({ url, method: 'GET', headers: {} }, { clock: systemClock, ...options });
  open.unshift(lane);
  return lane;
};

const failureOf = ({ result }: Exchange): string =>
  'error' in result ? result.error : `answered ${result.status}`;
const bodyOf = ({ result }: Exchange): string => ('error' in result ? result.message : result.body);

describe('httpLane', () => {
  it('sends one request after another over one connection and times the connecting apart', async () => {
    const server = await start((socket) => socket.write(ok('a')));
    const lane = laneTo(server.url);
    const first = await lane.send(1000);
    const second = await lane.send(1000);
    expect([bodyOf(first), bodyOf(second)]).toEqual(['a', 'a']);
    expect(server.received).toHaveLength(1);
    expect(first.connectMs).toBeGreaterThan(0);
    expect(second.connectMs).toBeUndefined();
    expect(second.sentMs).toBeGreaterThanOrEqual(first.endMs);
    expect(second.endMs).toBeGreaterThan(second.sentMs);
  });

  it('leads a name below localhost to this machine and keeps it in the Host header', async () => {
    const server = await start((socket) => socket.write(ok('')));
    const lane = laneTo(`http://abc.execute-api.localhost:${server.port}/hits`);
    expect(failureOf(await lane.send(1000))).toBe('answered 200');
    expect(server.received[0]).toContain(`host: abc.execute-api.localhost:${server.port}\r\n`);
  });

  it('refuses a second request while one is under way', async () => {
    const server = await start((socket) => socket.write(ok('')));
    const lane = laneTo(server.url);
    await lane.send(1000);
    const under = lane.send(1000);
    expect(() => lane.send(1000)).toThrow('under way');
    await under;
  });

  it.each(['closes with FIN', 'asks to close'])(
    'connects anew, without an error, after the server %s between two requests',
    async (how) => {
      const server = await start((socket) => {
        if (how === 'asks to close') socket.write(ok('', 'Connection: close\r\n'));
        else socket.end(ok(''));
      });
      const lane = laneTo(server.url);
      await lane.send(1000);
      await wait(20);
      expect(failureOf(await lane.send(1000))).toBe('answered 200');
      expect(server.received).toHaveLength(2);
    },
  );

  it('connects anew when the time for which the server keeps a connection is nearly over', async () => {
    const server = await start((socket) => socket.write(ok('', 'Keep-Alive: timeout=0\r\n')));
    const lane = laneTo(server.url);
    await lane.send(1000);
    await lane.send(1000);
    expect(server.received).toHaveLength(2);
  });

  it('never sends a request again that the server may have processed', async () => {
    const server = await start((socket) => socket.destroy());
    expect(failureOf(await laneTo(server.url).send(1000))).toBe('reset');
    await wait(20);
    expect(server.received.map((text) => text.split('GET ').length - 1)).toEqual([1]);
  });

  it('takes no answer that came unasked', async () => {
    const server = await start((socket, connection) => {
      socket.write(ok(`asked on ${connection}`));
      setTimeout(() => socket.write('HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n'), 5);
    });
    const lane = laneTo(server.url);
    expect(bodyOf(await lane.send(1000))).toBe('asked on 0');
    await wait(30);
    expect(bodyOf(await lane.send(1000))).toBe('asked on 1');
  });
});

describe('httpLane when something fails', () => {
  it('calls a port where nothing listens a connect error and says so in words', async () => {
    const server = await start(() => undefined);
    await server.close();
    const exchange = await laneTo(server.url).send(1000);
    expect(failureOf(exchange)).toBe('connect');
    expect(bodyOf(exchange)).toBe(
      `no connection to 127.0.0.1:${server.port}: connection refused: nothing listens there (ECONNREFUSED)`,
    );
  });

  it('calls a name that does not exist a connect error', async () => {
    expect(failureOf(await laneTo('http://does-not-exist.invalid/').send(5000))).toBe('connect');
  });

  it('gives up after the timeout, half an answer or none, and sends the next request over a new connection', async () => {
    const server = await start((socket, connection) => {
      if (connection === 0) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
      else socket.write(ok('whole'));
    });
    const lane = laneTo(server.url);
    const late = await lane.send(50);
    expect([failureOf(late), bodyOf(late)]).toEqual(['timeout', 'no full answer within 50 ms']);
    expect(late.endMs - late.sentMs).toBeGreaterThan(40);
    expect(bodyOf(await lane.send(1000))).toBe('whole');
  });

  it.each([
    ['protocol', 'nonsense\r\n\r\n'],
    ['reset', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'],
    ['body', ok('x'.repeat(101))],
  ])('tells a %s error', async (kind, answer) => {
    const server = await start((socket) => socket.end(answer));
    expect(failureOf(await laneTo(server.url, { maxBodyBytes: 100 }).send(1000))).toBe(kind);
  });

  it('reads an answer that ends with the connection', async () => {
    const server = await start((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nto the end'));
    expect(bodyOf(await laneTo(server.url).send(1000))).toBe('to the end');
  });
});

describe('httpLane when it is closed', () => {
  it('ends the request under way with an error and opens no connection any more', async () => {
    const server = await start((socket, connection) => {
      if (connection === 0) lane.close();
      else socket.write(ok(''));
    });
    const lane = laneTo(server.url);
    expect(failureOf(await lane.send(60_000))).toBe('reset');
    expect(failureOf(await lane.send(60_000))).toBe('connect');
    expect(server.received).toHaveLength(1);
  });

  it('gives up connecting', async () => {
    const server = await start(() => undefined);
    const lane = laneTo(server.url);
    const sending = lane.send(60_000);
    lane.close();
    expect(failureOf(await sending)).toBe('connect');
  });
});
