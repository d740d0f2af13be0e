import fc from 'fast-check';
import { ResponseParser } from '../../../src/adapters/http/response.ts';

const limit = 1000;
const crlf = (text: string): Buffer => Buffer.from(text.replaceAll('\n', '\r\n'));

const read = (text: string, method = 'GET') => {
  const parser = new ResponseParser(limit);
  parser.begin(method);
  const reply = parser.push(crlf(text));
  return { reply, parser };
};

describe('ResponseParser', () => {
  it('reads status, headers in lower case and a body of the announced length', () => {
    const { reply, parser } = read('HTTP/1.1 200 OK\nContent-Length: 5\nX-Cold:  1 \n\nhello');
    expect(reply).toMatchObject({ status: 200, body: 'hello' });
    expect([...(reply?.headers ?? [])]).toEqual([
      ['content-length', '5'],
      ['x-cold', '1'],
    ]);
    expect(parser.keepAlive).toBe(true);
  });

  it('joins a repeated header and is not fooled by a header named __proto__', () => {
    const { reply } = read('HTTP/1.1 204 No Content\nA: 1\na: 2\n__proto__: x\n\n');
    expect(reply?.headers.get('a')).toBe('1, 2');
    expect(reply?.headers.get('__proto__')).toBe('x');
  });

  it('puts chunks together, whatever their extensions and trailers', () => {
    const { reply, parser } = read(
      'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3;a=b\nabc\n0002\nde\n0\nX-Trailer: 1\n\n',
    );
    expect(reply?.body).toBe('abcde');
    expect(parser.keepAlive).toBe(true);
  });

  it.each([
    ['a HEAD request', 'HTTP/1.1 200 OK\nContent-Length: 5\n\n', 'HEAD'],
    ['204', 'HTTP/1.1 204 No Content\n\n', 'GET'],
    ['304', 'HTTP/1.1 304 Not Modified\nContent-Length: 5\n\n', 'GET'],
  ])('expects no body after %s', (_, text, method) => {
    expect(read(text, method).reply?.body).toBe('');
  });

  it('skips 100 and 103 before the answer itself', () => {
    const { reply } = read(
      'HTTP/1.1 100 Continue\n\nHTTP/1.1 103 Early Hints\nLink: x\n\nHTTP/1.1 201 Created\nContent-Length: 0\n\n',
    );
    expect(reply?.status).toBe(201);
  });

  it('reads until the connection ends when no length is given', () => {
    const { reply, parser } = read('HTTP/1.1 200 OK\n\nabc');
    expect(reply).toBeUndefined();
    expect(parser.end().body).toBe('abc');
    expect(parser.keepAlive).toBe(false);
  });

  it.each([
    ['HTTP/1.1 200 OK\nContent-Length: 5\n\nab', /closed it after 2 bytes of the answer's body/],
    [
      'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3\nabc\n',
      /closed it after 3 bytes of the answer's body/,
    ],
    ['HTTP/1.1 200 OK\nConte', /closed it after 22 bytes of an answer/],
  ])('says how much of %j had arrived when the connection ended', (text, message) => {
    expect(() => read(text).parser.end()).toThrow(message);
  });

  it.each([
    ['HTTP/1.1 200 OK\nConnection: close\nContent-Length: 0\n\n', false],
    ['HTTP/1.0 200 OK\nContent-Length: 0\n\n', false],
    ['HTTP/1.0 200 OK\nConnection: keep-alive\nContent-Length: 0\n\n', true],
    ['HTTP/1.1 200 OK\nContent-Length: 1\n\nabc', false],
  ])('tells whether the connection can be used again after %j', (text, reusable) => {
    expect(read(text).parser.keepAlive).toBe(reusable);
  });

  it.each([
    ['SSH-2.0-OpenSSH_9\n\n', /does not begin as HTTP/],
    ['HTTP/1.1 20 OK\n\n', /does not begin as HTTP/],
    ['HTTP/2 200\n\n', /does not begin as HTTP/],
    ['HTTP/1.1 101 Switching\n\n', /switched protocols/],
    ['HTTP/1.1 200 OK\nno colon\n\n', /header line/],
    ['HTTP/1.1 200 OK\nContent-Length : 5\n\n', /header line/],
    ['HTTP/1.1 200 OK\nContent-Length: -1\n\n', /content-length/],
    ['HTTP/1.1 200 OK\nContent-Length: 5\nContent-Length: 6\n\n', /content-length/],
    ['HTTP/1.1 200 OK\nTransfer-Encoding: gzip\n\n', /transfer-encoding/],
    ['HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nxyz\n', /chunk's size/],
    ['HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n1\nabc\n', /longer than its size/],
  ])('refuses %j as no HTTP/1.1', (text, message) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ name: 'ProtocolError' }));
    expect(() => read(text)).toThrow(message);
  });

  it.each([
    ['announced', `HTTP/1.1 200 OK\nContent-Length: ${limit + 1}\n\n`],
    ['in chunks', `HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3e9\n${'x'.repeat(limit + 1)}\n0\n\n`],
    ['until close', `HTTP/1.1 200 OK\n\n${'x'.repeat(limit + 1)}`],
  ])('stops at a body above the limit, %s', (_, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ name: 'BodyLimitError' }));
  });

  it('stops at headers without end', () => {
    expect(() => read(`HTTP/1.1 200 OK\nA: ${'x'.repeat(70_000)}`)).toThrow(/headers pass 65536 bytes/);
    expect(() => read(`HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n${'0'.repeat(20_000)}`)).toThrow(
      /16384/,
    );
  });

  it('reads the same answer however its bytes are cut', () => {
    const answers = [
      'HTTP/1.1 200 OK\nContent-Length: 7\n\nh\u00e9llo!',
      'HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\na\n0123456789\n1;x\n!\n0\nT: 1\n\n',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...answers), fc.array(fc.nat(120)), (text, cuts) => {
        const bytes = crlf(text);
        const places = [0, ...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length];
        const parser = new ResponseParser(limit);
        parser.begin('GET');
        const replies = places
          .slice(1)
          .map((end, i) => (end === places[i] ? undefined : parser.push(bytes.subarray(places[i], end))));
        expect(replies.slice(0, -1).every((reply) => reply === undefined)).toBe(true);
        expect([...(replies.at(-1)?.headers ?? [])]).toEqual([...(read(text).reply?.headers ?? [])]);
        expect(replies.at(-1)?.body).toBe(text === answers[0] ? 'h\u00e9llo!' : '0123456789!');
      }),
    );
  });
});
