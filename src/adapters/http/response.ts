import type { HttpReply } from '../../ports/index.ts';
import { type Head, maxHeadBytes, readHead } from './head.ts';
import { BodyLimitError, ChunkedDecoder, ProtocolError } from './protocol.ts';

const none = Buffer.alloc(0);

/** A body that came in several pieces is put together when it is asked for: 10 MB of text take milliseconds. */
class PiecedReply implements HttpReply {
  readonly status: number;
  readonly headers: Head['headers'];
  readonly #pieces: readonly Buffer[];

  constructor({ status, headers }: Head, pieces: readonly Buffer[]) {
    this.status = status;
    this.headers = headers;
    this.#pieces = pieces;
  }

  get body(): string {
    return Buffer.concat(this.#pieces).toString();
  }
}

/** Reads answers, one after the other, from the pieces in which they arrive. */
export class ResponseParser {
  readonly #maxBodyBytes: number;
  #method = '';
  #pending = none;
  #head: Head | undefined;
  #chunked: ChunkedDecoder | undefined;
  #pieces: Buffer[] = [];
  #bodyBytes = 0;
  #surplus = false;

  constructor(maxBodyBytes: number) {
    this.#maxBodyBytes = maxBodyBytes;
  }

  /** From here on the answer to a request of this method is read. */
  begin(method: string): void {
    this.#method = method;
    this.#pending = none;
    this.#head = undefined;
    this.#chunked = undefined;
    this.#pieces = [];
    this.#bodyBytes = 0;
    this.#surplus = false;
  }

  /** Whether the connection can be used again; asked after the answer is complete. */
  get keepAlive(): boolean {
    return this.#head?.keepAlive === true && !this.#surplus;
  }

  /** See Head. */
  get idleSeconds(): number | undefined {
    return this.#head?.idleSeconds;
  }

  /**
   * Reads the first `end` bytes, none of which is looked at again afterwards.
   * @returns the whole answer once it is complete, else undefined. @throws ProtocolError, BodyLimitError.
   */
  push(bytes: Buffer, end = bytes.length): HttpReply | undefined {
    if (this.#head !== undefined) return this.#pushBody(this.#head, bytes, 0, end);
    if (this.#pending.length === 0) return this.#pushHead(bytes, end);
    const whole = Buffer.concat([this.#pending, bytes.subarray(0, end)]);
    return this.#pushHead(whole, whole.length);
  }

  /** The connection ended. @throws Error when the answer was not complete by that. */
  end(): HttpReply {
    if (this.#head?.body === 'until-close') return new PiecedReply(this.#head, this.#pieces);
    const got = this.#head === undefined ? this.#pending.length : this.#bodyBytes;
    const part = this.#head === undefined ? 'of an answer' : "of the answer's body";
    throw new Error(`the server closed it after ${got} bytes ${part}`);
  }

  #pushHead(bytes: Buffer, end: number): HttpReply | undefined {
    let from = 0;
    for (;;) {
      const head = readHead(bytes, from, end, this.#method);
      const length = (head?.end ?? end) - from;
      if (length > maxHeadBytes) throw new ProtocolError(`the answer's headers pass ${maxHeadBytes} bytes`);
      if (head === undefined) {
        this.#pending = Buffer.from(bytes.subarray(from, end));
        return undefined;
      }
      if (head.status >= 200) return this.#beginBody(head, bytes, end);
      // 100 and 103 come before the answer itself; 101 would change the protocol, which was not asked for.
      if (head.status === 101)
        throw new ProtocolError('the server switched protocols, which was not asked for');
      from = head.end;
    }
  }

  #beginBody(head: Head, bytes: Buffer, end: number): HttpReply | undefined {
    this.#head = head;
    const { body, end: from, status, headers } = head;
    if (body === 'chunked') {
      this.#chunked = new ChunkedDecoder();
    } else if (body !== 'until-close') {
      this.#checkLimit(body);
      const stop = from + body;
      if (stop <= end) {
        this.#surplus = stop < end;
        return { status, headers, body: body === 0 ? '' : bytes.toString('utf8', from, stop) };
      }
    }
    return this.#pushBody(head, bytes, from, end);
  }

  #pushBody(head: Head, bytes: Buffer, from: number, end: number): HttpReply | undefined {
    const stopped = this.#chunked?.push(bytes, from, end, this.#keep);
    if (stopped !== undefined) {
      if (this.#chunked?.done !== true) return undefined;
      this.#surplus = stopped < end;
      return new PiecedReply(head, this.#pieces);
    }
    const wanted = typeof head.body === 'number' ? head.body - this.#bodyBytes : Infinity;
    const stop = Math.min(end, from + wanted);
    if (stop > from) this.#keep(bytes, from, stop);
    if (stop - from < wanted) return undefined;
    this.#surplus = stop < end;
    return new PiecedReply(head, this.#pieces);
  }

  readonly #keep = (bytes: Buffer, from: number, end: number): void => {
    this.#bodyBytes += end - from;
    this.#checkLimit(this.#bodyBytes);
    this.#pieces.push(Buffer.from(bytes.subarray(from, end)));
  };

  #checkLimit(bytes: number): void {
    if (bytes > this.#maxBodyBytes)
      throw new BodyLimitError(`the answer's body passes ${this.#maxBodyBytes} bytes`);
  }
}
