import { followingConnection, nextRequest } from '../../../src/app/hit/follow.ts';
import type { HttpRequest } from '../../../src/ports/index.ts';

const url = 'http://127.0.0.1:1/a/b';
const headers = { Authorization: 'x', 'x-mine': '1', accept: 'text/html', 'content-type': 'text/plain' };
const reply = (status: number, location?: string) => ({
  ...{ status, body: '' },
  headers: new Map(location === undefined ? [] : [['location', location]]),
});
const post: HttpRequest = { url, method: 'POST', headers, body: 'b' };

describe('nextRequest', () => {
  it.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
    [301, 'PUT', 'PUT'],
    [303, 'PUT', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [302, 'HEAD', 'HEAD'],
  ])('after %d sends a %s again as %s', (status, method, then) => {
    const next = nextRequest({ ...post, method }, reply(status, '../c?d=1#e'), 'this machine');
    const { 'content-type': _, ...bare } = headers;
    const isGet = then === 'GET';
    expect(next).toEqual({
      ...{ url: 'http://127.0.0.1:1/c?d=1', method: then, headers: isGet ? bare : headers },
      ...(isGet ? {} : { body: 'b' }),
    });
  });

  it.each([reply(200, '/c'), reply(304, '/c'), reply(302)])('takes %j for an answer', (answer) => {
    expect(nextRequest(post, answer, 'anywhere')).toBeUndefined();
  });

  it.each(['http://127.0.0.1:2/', 'https://127.0.0.1:1/', 'http://localhost:1/'])(
    'keeps only harmless headers, and no body, for %s',
    (other) => {
      expect(nextRequest(post, reply(302, other), 'this machine')).toEqual({
        ...{ url: other, method: 'GET', headers: { accept: 'text/html' } },
      });
      expect(nextRequest(post, reply(307, other), 'this machine')).toMatchObject({ error: 'status' });
    },
  );

  it.each(['http://host.invalid/', 'ftp://127.0.0.1/', 'http://a:b@127.0.0.1/', 'http://['])(
    'refuses to go to %s',
    (to) => {
      expect(nextRequest(post, reply(302, to), 'this machine')).toMatchObject({ error: 'status' });
    },
  );

  it('goes to another machine where it may', () => {
    expect(nextRequest(post, reply(302, 'http://host.invalid/'), 'anywhere')).toMatchObject({
      method: 'GET',
    });
  });
});

describe('followingConnection', () => {
  it('gives up after ten redirects, in one timeout for all, and closes what it opened', async () => {
    let nowMs = 0;
    let open = 0;
    const left: number[] = [];
    const one = (request: HttpRequest) => {
      open++;
      return {
        send: (timeoutMs: number) => {
          left.push(timeoutMs);
          const sentMs = nowMs;
          nowMs += 10;
          return Promise.resolve({ sentMs, endMs: nowMs, result: reply(302, `${request.url}x`) });
        },
        close: () => {
          open--;
        },
      };
    };
    const connection = followingConnection(one, { now: () => nowMs }, post, 'anywhere');
    expect(await connection.send(1000)).toEqual({
      ...{ sentMs: 0, endMs: 110 },
      result: { error: 'status', message: 'redirected more than 10 times' },
    });
    expect(left).toEqual([1000, 990, 980, 970, 960, 950, 940, 930, 920, 910, 900]);
    connection.close();
    expect(open).toBe(0);
  });
});
