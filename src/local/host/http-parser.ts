/**
 * HTTP/1.1 request parsing, no I/O. The host answers each invocation with two exchanges on the loopback, so the parser
 * does only what its callers need: method, target, headers as sent, and the whole body.
 */

export type Header = readonly [name: string, value: string];

/** Bytes that cannot be HTTP; the connection has to be closed after answering `status`. */
export class HttpSyntaxError extends Error {
  readonly status: 400 | 413 | 431;
  constructor(status: 400 | 413 | 431, message: string) {
    super(message);
    this.status = status;
  }
}

/** The first header of that name (given in lower case), or undefined. */
export const headerOf = (
  request: { readonly headers: readonly Header[] },
  name: string,
): string | undefined =>
  request.headers.find(([key]) => key.length === name.length && key.toLowerCase() === name)?.[1];

export interface Head {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly headers: readonly Header[];
  readonly keepAlive: boolean;
  /** Content length, or `chunked`. */
  readonly length: number | 'chunked';
  readonly expectsContinue: boolean;
}

const bodyLength = (lengths: readonly string[], codings: readonly string[]): number | 'chunked' => {
  if (codings.length > 0) {
    if (lengths.length > 0 || codings.join().trim().toLowerCase() !== 'chunked')
      throw new HttpSyntaxError(400, 'unsupported body framing');
    return 'chunked';
  }
  const [length = '0', ...others] = lengths;
  if (!/^\d{1,15}$/.test(length) || others.some((other) => other !== length))
    throw new HttpSyntaxError(400, 'bad content-length');
  return Number(length);
};

/** @throws HttpSyntaxError 400 */
export const parseHead = (text: string): Head => {
  const lines = text.split('\r\n');
  const start = /^([A-Z]+) (\S+) HTTP\/1\.([01])$/.exec(lines[0] ?? '');
  if (start === null) throw new HttpSyntaxError(400, 'bad request line');
  const headers: Header[] = [];
  const lengths: string[] = [];
  const codings: string[] = [];
  let keepAlive = start[3] === '1';
  let expectsContinue = false;
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0));
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw new HttpSyntaxError(400, 'bad header line');
    const value = line.slice(colon + 1).trim();
    headers.push([name, value]);
    switch (name.toLowerCase()) {
      case 'content-length':
        lengths.push(value);
        break;
      case 'transfer-encoding':
        codings.push(value);
        break;
      case 'connection':
        if (/\bclose\b/i.test(value)) keepAlive = false;
        break;
      case 'expect':
        expectsContinue = value.toLowerCase() === '100-continue';
    }
  }
  const length = bodyLength(lengths, codings);
  return { method: start[1] ?? '', target: start[2] ?? '', headers, keepAlive, length, expectsContinue };
};

export interface HttpRequest extends Pick<Head, 'method' | 'target' | 'headers' | 'keepAlive'> {
  readonly body: Buffer;
  /** Bytes of a body that was over the limit; it was read and thrown away, `body` is empty. 0 where it fitted. */
  readonly oversize: number;
}

const maxHeadBytes = 64 * 1024;
/** A body over the limit is read to its end, so that the client sees the answer and not a reset, up to this size. */
const maxDiscardedBytes = 128 * 1024 * 1024;
const endOfHead = Buffer.from('\r\n\r\n');
const empty = Buffer.alloc(0);

/** Feed it what arrives; it gives the requests that became complete. Throws HttpSyntaxError and is of no use after. */
export class RequestParser {
  private pending: Buffer = empty;
  private head: Head | undefined;
  private parts: Buffer[] = [];
  private total = 0;
  /** Bytes still to come of the fixed body or of the current chunk; -1: a chunk-size line comes next. */
  private remaining = 0;
  private inTrailers = false;
  private readonly limit: number;
  private readonly onContinue: () => void;

  /** @param limit bytes of body kept; more is reported as `oversize`. @param onContinue the client waits for a 100. */
  constructor(limit: number, onContinue: () => void = () => undefined) {
    this.limit = limit;
    this.onContinue = onContinue;
  }

  push(chunk: Buffer): HttpRequest[] {
    this.pending = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    const requests: HttpRequest[] = [];
    for (;;) {
      if (this.head === undefined && !this.readHead()) return requests;
      const head = this.head;
      if (head === undefined || !(head.length === 'chunked' ? this.readChunks() : this.readFixed()))
        return requests;
      const { method, target, headers, keepAlive } = head;
      requests.push({ method, target, headers, keepAlive, ...this.takeBody() });
      this.head = undefined;
    }
  }

  private readHead(): boolean {
    const end = this.pending.indexOf(endOfHead);
    if (end > maxHeadBytes || (end < 0 && this.pending.length > maxHeadBytes))
      throw new HttpSyntaxError(431, 'request header too large');
    if (end < 0) {
      if (this.pending.length > 0 && !/^[A-Z\r]/.test(this.pending.toString('latin1', 0, 1)))
        throw new HttpSyntaxError(400, 'not HTTP');
      return false;
    }
    this.head = parseHead(this.pending.toString('latin1', 0, end));
    this.pending = this.pending.subarray(end + 4);
    this.parts = [];
    this.total = 0;
    this.remaining = this.head.length === 'chunked' ? -1 : this.head.length;
    this.inTrailers = false;
    if (this.head.expectsContinue && this.pending.length === 0) this.onContinue();
    return true;
  }

  private keep(part: Buffer): void {
    this.total += part.length;
    if (this.total > maxDiscardedBytes) throw new HttpSyntaxError(413, 'body too large');
    if (this.total <= this.limit) this.parts.push(part);
    else this.parts.length = 0;
  }

  private takeBody(): { body: Buffer; oversize: number } {
    if (this.total > this.limit) return { body: empty, oversize: this.total };
    const [first = empty] = this.parts;
    return { body: this.parts.length < 2 ? first : Buffer.concat(this.parts), oversize: 0 };
  }

  /** Moves what is there of the current run of bytes into the body. */
  private readFixed(): boolean {
    const part = this.pending.subarray(0, this.remaining);
    this.pending = this.pending.subarray(part.length);
    this.remaining -= part.length;
    if (part.length > 0) this.keep(part);
    return this.remaining === 0;
  }

  private readLine(): string | undefined {
    const end = this.pending.indexOf('\r\n');
    if (end < 0) {
      if (this.pending.length > maxHeadBytes) throw new HttpSyntaxError(400, 'bad chunk');
      return undefined;
    }
    const line = this.pending.toString('latin1', 0, end);
    this.pending = this.pending.subarray(end + 2);
    return line;
  }

  private readChunks(): boolean {
    for (;;) {
      if (this.remaining >= 0 && !this.inTrailers) {
        if (!this.readFixed() || this.pending.length < 2) return false;
        this.pending = this.pending.subarray(2);
        this.remaining = -1;
      }
      const line = this.readLine();
      if (line === undefined) return false;
      if (this.inTrailers) {
        if (line === '') return true;
        continue;
      }
      const size = /^([0-9a-fA-F]{1,8})[ \t]*(?:;.*)?$/.exec(line)?.[1];
      if (size === undefined) throw new HttpSyntaxError(400, 'bad chunk size');
      this.remaining = parseInt(size, 16);
      this.inTrailers = this.remaining === 0;
    }
  }
}
