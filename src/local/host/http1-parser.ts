/**
 * HTTP/1.1 request parsing, no I/O. The host answers each invocation with two exchanges on the loopback, so the parser
 * does only what its callers need: method, target, headers as sent, and the whole body.
 */

import { type Head, type Header, HttpSyntaxError, parseHead } from './http1-head.ts';

export interface HttpRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly headers: readonly Header[];
  readonly body: Buffer;
  /** Bytes of a body that was over the limit; it was read and thrown away, `body` is empty. 0 where it fitted. */
  readonly oversize: number;
  readonly keepAlive: boolean;
}

const maxHeadBytes = 64 * 1024;
/** A body over the limit is read to its end, so that the client sees the answer and not a reset, up to this size. */
const maxDiscardedBytes = 128 * 1024 * 1024;
const endOfHead = Buffer.from('\r\n\r\n');
const empty = Buffer.alloc(0);

/** Collects the body of one message; `done` once its last byte was pushed. */
class Body {
  private readonly parts: Buffer[] = [];
  private readonly limit: number;
  total = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  push(part: Buffer): void {
    this.total += part.length;
    if (this.total > maxDiscardedBytes) throw new HttpSyntaxError(413, 'body too large');
    if (this.total <= this.limit) this.parts.push(part);
    else this.parts.length = 0;
  }

  take(): { body: Buffer; oversize: number } {
    if (this.total > this.limit) return { body: empty, oversize: this.total };
    return {
      body: this.parts.length === 1 ? (this.parts[0] ?? empty) : Buffer.concat(this.parts),
      oversize: 0,
    };
  }
}

/** Feed it what arrives; it gives the requests that became complete. Throws HttpSyntaxError and is of no use after. */
export class RequestParser {
  private pending: Buffer = empty;
  private head: Head | undefined;
  private body: Body;
  /** Bytes still to come of the fixed body or of the current chunk; -1: a chunk-size line comes next. */
  private remaining = 0;
  private inTrailers = false;
  private readonly limit: number;
  private readonly onContinue: () => void;

  /** @param limit bytes of body kept; more is reported as `oversize`. @param onContinue the client waits for a 100. */
  constructor(limit: number, onContinue: () => void = () => undefined) {
    this.limit = limit;
    this.onContinue = onContinue;
    this.body = new Body(limit);
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
      requests.push({ method, target, headers, keepAlive, ...this.body.take() });
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
    this.body = new Body(this.limit);
    this.remaining = this.head.length === 'chunked' ? -1 : this.head.length;
    this.inTrailers = false;
    if (this.head.expectsContinue && this.pending.length === 0) this.onContinue();
    return true;
  }

  /** Moves what is there of the current run of bytes into the body. */
  private readFixed(): boolean {
    const part = this.pending.subarray(0, this.remaining);
    this.pending = this.pending.subarray(part.length);
    this.remaining -= part.length;
    if (part.length > 0) this.body.push(part);
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
