/** The parser beside Node's own: the same bytes, cut at random places, must read the same. */
import fc from 'fast-check';
import http from 'node:http';
import { Duplex } from 'node:stream';
import { ResponseParser } from '../../../src/adapters/http/response.ts';

/** What a client sees of an answer. */
interface Seen {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly reusable: boolean;
}

/** The server's end of a connection: answers the request with these pieces, and ends after them or goes on. */
class Wire extends Duplex {
  readonly #pieces: readonly Buffer[];
  readonly #ends: boolean;

  constructor(pieces: readonly Buffer[], ends: boolean) {
    super();
    this.#pieces = pieces;
    this.#ends = ends;
  }

  override _read(): void {
    // Pieces are pushed when the request comes.
  }

  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    for (const piece of this.#pieces) this.push(piece);
    if (this.#ends) this.push(null);
    done();
  }
}

const joined = (raw: readonly (readonly [string, string])[]): Seen['headers'] => {
  const byName = new Map<string, string>();
  for (const [name, value] of raw) {
    const before = byName.get(name.toLowerCase());
    byName.set(name.toLowerCase(), before === undefined ? value : `${before}, ${value}`);
  }
  return [...byName];
};

const pairsOf = (flat: readonly string[]): (readonly [string, string])[] =>
  flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? ''] as const] : []));

const asNodeReads = (method: string, pieces: readonly Buffer[], ends: boolean): Promise<Seen> =>
  new Promise((resolve, reject) => {
    let reusable = false;
    const agent = new http.Agent({ keepAlive: true });
    agent.createConnection = () => new Wire(pieces, ends);
    // Asked when a socket has become free: that is how Node says that it can be used again.
    Object.assign(agent, { keepSocketAlive: () => ((reusable = true), false) });
    const request = http.request({ method, agent, host: '127.0.0.1' }, (response) => {
      const body: Buffer[] = [];
      response.on('data', (data: Buffer) => body.push(data));
      response.on('error', reject);
      response.on('close', () => {
        setImmediate(() => {
          const { statusCode = 0, rawHeaders } = response;
          const headers = joined(pairsOf(rawHeaders));
          resolve({ status: statusCode, headers, body: Buffer.concat(body).toString(), reusable });
        });
      });
    });
    request.on('error', reject);
    request.end();
  });

const asWeRead = (method: string, pieces: readonly Buffer[], ends: boolean): Seen => {
  const parser = new ResponseParser(1e6);
  parser.begin(method);
  // Each piece goes through the same memory, as it does from the socket: nothing may be read again later.
  const shared = Buffer.alloc(65_536);
  const replies = pieces.map((piece) => parser.push(shared, piece.copy(shared)));
  const [reply, ...others] = replies.filter((found) => found !== undefined);
  if (others.length > 0) throw new Error('answered twice');
  const { status, headers, body } = reply ?? (ends ? parser.end() : replies[replies.length]!);
  return {
    status,
    headers: [...headers].map(([name, value]) => [name, value]),
    body,
    reusable: parser.keepAlive,
  };
};

const crlf = '\r\n';
const lines = (all: readonly string[]): string => all.map((line) => line + crlf).join('');
const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,18}$/);
const value = fc.stringMatching(
  /^([\x21-\x7e\xa0-\xff]([\x20-\x7e\t\xa0-\xff]{0,20}[\x21-\x7e\xa0-\xff])?)?$/,
);
const space = fc.constantFrom('', ' ', '\t ');
/** Those that change what follows have arbitraries of their own. */
const isPlain = (name: string): boolean =>
  !/^(content-length|transfer-encoding|connection|proxy-connection|upgrade|keep-alive)$/i.test(name);
const header = fc
  .tuple(token.filter(isPlain), space, value, space)
  .map(([name, before, text, after]) => `${name}:${before}${text}${after}`);
const cases = [
  (name: string): string => name,
  (name: string): string => name.toLowerCase(),
  (name: string): string => name.toUpperCase(),
];

const chunk = fc
  .tuple(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), fc.constantFrom('', ';a=b', ';x'))
  .map(([text, extension]) => [text, extension] as const);
const framed = fc.oneof(
  fc.record({ how: fc.constant('length'), text: fc.string({ unit: 'grapheme', maxLength: 300 }) }),
  fc.record({ how: fc.constant('close'), text: fc.string({ unit: 'grapheme', maxLength: 300 }) }),
  fc.record({
    how: fc.constant('chunked'),
    chunks: fc.array(chunk, { maxLength: 5 }),
    trailers: fc.array(header, { maxLength: 2 }),
  }),
);
type Framed = typeof framed extends fc.Arbitrary<infer T> ? T : never;

const framingOf = (
  body: Framed,
  name: (text: string) => string,
): { head: readonly string[]; bytes: Buffer } => {
  if ('chunks' in body) {
    const chunks = body.chunks.map(
      ([text, extension]) => `${Buffer.byteLength(text).toString(16)}${extension}${crlf}${text}${crlf}`,
    );
    const end = `0${crlf}${lines(body.trailers)}${crlf}`;
    const bytes = Buffer.concat([Buffer.from(chunks.join('')), Buffer.from(end, 'latin1')]);
    return { head: [`${name('Transfer-Encoding')}: chunked`], bytes };
  }
  const bytes = Buffer.from(body.text);
  return { head: body.how === 'close' ? [] : [`${name('Content-Length')}: ${bytes.length}`], bytes };
};

const answer = fc
  .record({
    method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD'),
    interim: fc.array(fc.constantFrom(['100 Continue'], ['103 Early Hints', 'Link: <a>'], ['102 ']), {
      maxLength: 2,
    }),
    minor: fc.constantFrom(1, 1, 0),
    status: fc.constantFrom(
      '200 OK',
      '200 ',
      '201 \u00e9',
      '204 No Content',
      '304 Not Modified',
      '404 Not Found',
      '500 x',
    ),
    headers: fc.array(header, { maxLength: 5 }),
    connection: fc.constantFrom(
      [],
      ['Connection: close'],
      ['connection: Keep-Alive'],
      ['CONNECTION: x, close'],
    ),
    body: framed,
    inCase: fc.constantFrom(...cases),
  })
  .map(({ method, interim, minor, status, headers, connection, body, inCase }) => {
    // After a HEAD whose answer names no length Node gives up a connection that could go on (RFC 9112, 6.3, 1).
    const isOpen = method === 'HEAD' && body.how === 'close';
    const { head, bytes } = framingOf(isOpen ? { how: 'length', text: '' } : body, inCase);
    const bare = method === 'HEAD' || /^(204|304)/.test(status);
    const before = interim
      .map(([first = '', ...rest]) => lines([`HTTP/1.1 ${first}`, ...rest]) + crlf)
      .join('');
    const text = before + lines([`HTTP/1.${minor} ${status}`, ...headers, ...head, ...connection]) + crlf;
    const ends = !bare && head.length === 0;
    return {
      method,
      bytes: Buffer.concat([Buffer.from(text, 'latin1'), bare ? Buffer.alloc(0) : bytes]),
      ends,
    };
  });

const cutAt = (bytes: Buffer, cuts: readonly number[]): Buffer[] => {
  const places = [0, ...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length];
  return places.slice(1).flatMap((end, i) => (end === places[i] ? [] : [bytes.subarray(places[i], end)]));
};
const cuts = fc.oneof(
  fc.constant([]),
  fc.array(fc.nat(2000), { maxLength: 12 }),
  fc.constant([...Array(2000).keys()]),
);

describe("ResponseParser beside Node's parser", () => {
  it('reads the same status, headers, body and reusability, however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(answer, cuts, async ({ method, bytes, ends }, places) => {
        const pieces = cutAt(bytes, places);
        expect(asWeRead(method, pieces, ends)).toEqual(await asNodeReads(method, pieces, ends));
      }),
      { numRuns: 300 },
    );
  });

  it('refuses or reads damaged bytes, and takes no more than were sent', () => {
    const damage = fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(answer, damage, cuts, ({ method, bytes }, changes, places) => {
        const damaged = Buffer.from(bytes);
        for (const [at, byte] of changes) damaged[at % damaged.length] = byte;
        try {
          const { status, body } = asWeRead(method, cutAt(damaged, places), true);
          expect([status >= 200 && status <= 999, body.length <= damaged.length]).toEqual([true, true]);
        } catch (error) {
          expect(String(error)).toMatch(
            /^(ProtocolError|BodyLimitError|Error: (the server closed it|answered twice))/,
          );
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('reads 10 MB, announced and in chunks', () => {
    const body = Buffer.alloc(9_999_999, 'h\u00e9');
    const head = (framing: string): Buffer => Buffer.from(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n`);
    const announced = Buffer.concat([head(`Content-Length: ${body.length}`), body]);
    const chunks = Buffer.concat([
      head('Transfer-Encoding: chunked'),
      Buffer.from(`${body.length.toString(16)}\r\n`),
      body,
      Buffer.from('\r\n0\r\n\r\n'),
    ]);
    for (const bytes of [announced, chunks]) {
      const parser = new ResponseParser(16_000_000);
      parser.begin('GET');
      const pieces = cutAt(
        bytes,
        Array.from({ length: 200 }, (_, i) => i * 65_536),
      );
      const reply = pieces.map((piece) => parser.push(piece)).at(-1);
      expect(Buffer.from(reply!.body).equals(body)).toBe(true);
      expect(parser.keepAlive).toBe(true);
    }
  });
});
