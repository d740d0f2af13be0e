import type { HttpReply } from '../../ports/index.ts';
import { ChunkedDecoder, BodyLimitError, ProtocolError, shown } from './protocol.ts';

const maxHeadBytes = 65_536;
const headEnd = Buffer.from('\r\n\r\n');
const none = Buffer.alloc(0);

/** Reads one answer from the pieces in which it arrives. A new one is made for each request. */
export class ResponseParser {
  readonly #method: string;
  readonly #maxBodyBytes: number;
  #pending: Buffer = none;
  #head: Head | undefined;
  #chunked: ChunkedDecoder | undefined;
  readonly #body: Buffer[] = [];
  #bodyBytes = 0;
  #surplus = false;

  constructor(method: string, maxBodyBytes: number) {
    this.#method = method;
    this.#maxBodyBytes = maxBodyBytes;
  }

  /** Whether the connection can be used again; asked after the answer is complete. */
  get keepAlive(): boolean {
    return this.#head?.keepAlive === true && !this.#surplus;
  }

  /** The whole answer once it is complete, else undefined. @throws ProtocolError, BodyLimitError. */
  push(chunk: Buffer): HttpReply | undefined {
    if (this.#head !== undefined) return this.#pushBody(this.#head, chunk, 0);
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const end = bytes.indexOf(headEnd);
    if (end === -1 ? bytes.length > maxHeadBytes : end > maxHeadBytes) {
      throw new ProtocolError(`the answer's headers pass ${maxHeadBytes} bytes`);
    }
    if (end === -1) {
      this.#pending = bytes;
      return undefined;
    }
    const head = parseHead(bytes.toString('latin1', 0, end), this.#method);
    const rest = end + headEnd.length;
    if (head.status < 200) return this.#skipInterim(head, bytes.subarray(rest));
    this.#head = head;
    if (head.body === 'chunked') this.#chunked = new ChunkedDecoder();
    else if (head.body !== 'until-close') this.#checkLimit(head.body.bytes);
    return this.#pushBody(head, bytes, rest);
  }

  /** The connection ended. @throws Error when the answer was not complete by that. */
  end(): HttpReply {
    if (this.#head?.body === 'until-close') return this.#reply(this.#head);
    const got = this.#head === undefined ? this.#pending.length : this.#bodyBytes;
    const part = this.#head === undefined ? 'of an answer' : "of the answer's body";
    throw new Error(`the server closed it after ${got} bytes ${part}`);
  }

  /** 100 and 103 come before the answer itself; 101 would change the protocol, which was not asked for. */
  #skipInterim(head: Head, rest: Buffer): HttpReply | undefined {
    if (head.status === 101)
      throw new ProtocolError('the server switched protocols, which was not asked for');
    this.#pending = none;
    return rest.length === 0 ? undefined : this.push(rest);
  }

  #pushBody(head: Head, bytes: Buffer, from: number): HttpReply | undefined {
    if (this.#chunked !== undefined) {
      const stopped = this.#chunked.push(bytes, from, (data) => {
        this.#keep(data);
      });
      if (!this.#chunked.done) return undefined;
      this.#surplus = stopped < bytes.length;
      return this.#reply(head);
    }
    const wanted = typeof head.body === 'string' ? Infinity : head.body.bytes - this.#bodyBytes;
    const end = Math.min(bytes.length, from + wanted);
    if (end > from) this.#keep(bytes.subarray(from, end));
    if (end - from < wanted) return undefined;
    this.#surplus = end < bytes.length;
    return this.#reply(head);
  }

  #keep(data: Buffer): void {
    this.#bodyBytes += data.length;
    this.#checkLimit(this.#bodyBytes);
    this.#body.push(data);
  }

  #checkLimit(bytes: number): void {
    if (bytes > this.#maxBodyBytes) {
      throw new BodyLimitError(`the answer's body passes ${this.#maxBodyBytes} bytes`);
    }
  }

  #reply({ status, headers }: Head): HttpReply {
    const [first = none, ...others] = this.#body;
    const body = others.length === 0 ? first : Buffer.concat(this.#body);
    return { status, headers, body: body.toString() };
  }
}

export interface Head extends Omit<HttpReply, 'body'> {
  /** How the body ends: after so many bytes, with the last chunk, or with the connection. */
  readonly body: { readonly bytes: number } | 'chunked' | 'until-close';
  /** The connection can carry another request afterwards. */
  readonly keepAlive: boolean;
}

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/;

const parseHeaders = (lines: readonly string[]): Record<string, string> => {
  const headers = Object.create(null) as Record<string, string>;
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
    // A folded line begins with a space; a space before the colon lets two readers disagree (RFC 9112, 5.1).
    if (name === '' || name.includes(' ') || name.includes('\t')) {
      throw new ProtocolError(`the answer has a header line that is none: ${shown(line)}`);
    }
    const value = line.slice(colon + 1).trim();
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}, ${value}`;
  }
  return headers;
};

const contentLength = (value: string): number => {
  const [first = '', ...others] = value.split(',').map((part) => part.trim());
  if (!/^\d{1,15}$/.test(first) || others.some((other) => other !== first)) {
    throw new ProtocolError(`the answer's content-length is ${shown(value)}`);
  }
  return Number(first);
};

/** RFC 9112, 6.3. */
const framing = (method: string, status: number, headers: Record<string, string>): Head['body'] => {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return { bytes: 0 };
  const coding = headers['transfer-encoding'];
  if (coding !== undefined) {
    if (coding.toLowerCase() === 'chunked') return 'chunked';
    throw new ProtocolError(`the answer's transfer-encoding is ${shown(coding)}`);
  }
  const length = headers['content-length'];
  return length === undefined ? 'until-close' : { bytes: contentLength(length) };
};

/**
 * Reads status line and headers, without the empty line that ends them. `method` is that of the request.
 * @throws ProtocolError on what HTTP/1.1 does not allow.
 */
export const parseHead = (text: string, method: string): Head => {
  const [first = '', ...lines] = text.split('\r\n');
  const match = statusLine.exec(first);
  if (match === null) {
    throw new ProtocolError(`the answer does not begin as HTTP/1.1 does: ${shown(first)}`);
  }
  const status = Number(match[2]);
  const headers = parseHeaders(lines);
  const body = framing(method, status, headers);
  const options = (headers['connection'] ?? '').toLowerCase();
  const wanted = match[1] === '1' ? !options.includes('close') : options.includes('keep-alive');
  return { status, headers, body, keepAlive: wanted && body !== 'until-close' };
};
