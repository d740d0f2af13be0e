import fc from 'fast-check';
import {
  headerOf,
  type HttpRequest,
  HttpSyntaxError,
  RequestParser,
} from '../../../src/local/host/http-parser.ts';

const feed = (parser: RequestParser, bytes: Buffer, cuts: readonly number[] = []): HttpRequest[] => {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const requests: HttpRequest[] = [];
  let from = 0;
  for (const to of [...places, bytes.length]) {
    if (to > from) requests.push(...parser.push(bytes.subarray(from, to)));
    from = to;
  }
  return requests;
};

const statusOf = (action: () => unknown): number => {
  try {
    action();
  } catch (error) {
    if (error instanceof HttpSyntaxError) return error.status;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('RequestParser', () => {
  it('gives the same requests however the bytes are cut', () => {
    const body = fc.uint8Array({ maxLength: 300 });
    const message = fc.record({
      body,
      chunks: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
    });
    const encode = ({ body: given, chunks }: { body: Uint8Array; chunks: number | undefined }): Buffer => {
      const data = Buffer.from(given);
      if (chunks === undefined)
        return Buffer.concat([
          Buffer.from(`POST /a?b=c HTTP/1.1\r\nContent-Length: ${data.length}\r\nX-A: 1\r\n\r\n`),
          data,
        ]);
      const parts = [Buffer.from('POST /a?b=c HTTP/1.1\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n\r\n')];
      for (let at = 0; at < data.length; at += chunks) {
        const part = data.subarray(at, at + chunks);
        parts.push(Buffer.from(`${part.length.toString(16)};x=y\r\n`), part, Buffer.from('\r\n'));
      }
      return Buffer.concat([...parts, Buffer.from('0\r\nX-Trailer: 1\r\n\r\n')]);
    };
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 4 }),
        fc.array(fc.nat(), { maxLength: 30 }),
        (messages, cuts) => {
          const requests = feed(new RequestParser(1000), Buffer.concat(messages.map(encode)), cuts);
          const bodies = messages.map((one) => Buffer.from(one.body));
          expect(requests.map((request) => request.body)).toEqual(bodies);
          for (const request of requests) {
            expect(request).toMatchObject({ method: 'POST', target: '/a?b=c', keepAlive: true, oversize: 0 });
            expect(headerOf(request, 'x-a')).toBe('1');
          }
        },
      ),
    );
  });

  it.each([
    ['POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n'],
    ['POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n'],
    ['POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n'],
    ['POST / HTTP/2.0\r\n\r\n'],
    ['POST /a b HTTP/1.1\r\n\r\n'],
    ['GET / HTTP/1.1\r\nNo colon\r\n\r\n'],
    ['GET / HTTP/1.1\r\n folded: 1\r\n\r\n'],
    ['GET / HTTP/1.1\r\nA : 1\r\n\r\n'],
    ['POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n'],
    ['\u0001\u0002'],
    ['{"not": "http"}'],
  ])('refuses %j', (text) => {
    expect(statusOf(() => feed(new RequestParser(1000), Buffer.from(text)))).toBe(400);
  });

  it('refuses a head over 64 KiB before it is complete', () => {
    const text = `GET / HTTP/1.1\r\nA: ${'x'.repeat(70_000)}`;
    expect(statusOf(() => feed(new RequestParser(1000), Buffer.from(text)))).toBe(431);
  });

  it('throws a body over the limit away, says its size, and goes on with the next request', () => {
    const text = `POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\n${'x'.repeat(11)}GET /next HTTP/1.1\r\n\r\n`;
    const [big, next] = feed(new RequestParser(10), Buffer.from(text), [45, 50]);
    expect([big?.body.length, big?.oversize]).toEqual([0, 11]);
    expect([next?.target, next?.oversize]).toEqual(['/next', 0]);
  });

  it('asks for a body that the client holds back', () => {
    let asked = 0;
    const parser = new RequestParser(10, () => asked++);
    const head = 'POST / HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n';
    expect(feed(parser, Buffer.from(head))).toEqual([]);
    expect(asked).toBe(1);
    expect(parser.push(Buffer.from('ok'))[0]?.body.toString()).toBe('ok');
  });

  it.each([
    ['HTTP/1.1', '', true],
    ['HTTP/1.0', '', false],
    ['HTTP/1.1', 'Connection: Close\r\n', false],
  ])('%s with %j keeps the connection: %s', (version, header, keepAlive) => {
    const [request] = feed(new RequestParser(1), Buffer.from(`GET / ${version}\r\n${header}\r\n`));
    expect(request?.keepAlive).toBe(keepAlive);
  });
});
