import { messageOf } from '../../core/errors.ts';
import type { Failure } from '../../ports/index.ts';

/** The server sent what is not HTTP/1.1. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/** The beginning of what was received, for a message. */
export const shown = (text: string): string => JSON.stringify(text.slice(0, 80));

/** The answer's body passed the limit; the rest was not read. */
export class BodyLimitError extends Error {
  override readonly name = 'BodyLimitError';
}

const untrusted =
  'nobody whom this process trusts signed its certificate. Name the file of the signer in NODE_EXTRA_CA_CERTS';

const inWords = new Map([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', untrusted],
  ['SELF_SIGNED_CERT_IN_CHAIN', untrusted],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', untrusted],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', untrusted],
  ['ECONNREFUSED', 'connection refused: nothing listens there'],
  ['ENOTFOUND', 'no such host name'],
  ['EAI_AGAIN', 'the host name could not be looked up'],
  ['EHOSTUNREACH', 'no route to the host'],
  ['ENETUNREACH', 'no route to the network'],
  ['ETIMEDOUT', 'the host did not answer'],
  ['EMFILE', 'this process has too many open files'],
  ['EADDRNOTAVAIL', 'this machine has no free port left'],
]);

/** The code of a system error, or of the first of the addresses that were tried. */
const codeOf = (error: unknown): string | undefined => {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('errors' in error && Array.isArray(error.errors)) return codeOf(error.errors[0]);
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
};

export const connectFailure = (where: string, error: unknown): Failure => {
  const code = codeOf(error);
  const why = inWords.get(code ?? '') ?? messageOf(error);
  return {
    error: 'connect',
    message: `no connection to ${where}: ${why}${code === undefined ? '' : ` (${code})`}`,
  };
};

/** For an error on an open connection while its answer was awaited. */
export const exchangeFailure = (error: unknown): Failure => {
  const message = messageOf(error);
  if (error instanceof ProtocolError) return { error: 'protocol', message };
  if (error instanceof BodyLimitError) return { error: 'body', message };
  return { error: 'reset', message: `the connection broke before the answer was complete: ${message}` };
};

const maxLine = 16_384;

/** Decodes a chunked body (RFC 9112, 7.1) that arrives in pieces cut anywhere. Trailers are read and thrown away. */
export class ChunkedDecoder {
  #line = '';
  #left = 0;
  #state: 'size' | 'data' | 'data-end' | 'trailer' | 'done' = 'size';

  get done(): boolean {
    return this.#state === 'done';
  }

  /** Reads from `from` to `end`; passes on data; returns where it stopped: the end, or behind the last trailer. */
  push(
    bytes: Buffer,
    from: number,
    end: number,
    onData: (bytes: Buffer, from: number, end: number) => void,
  ): number {
    let at = from;
    while (at < end && this.#state !== 'done') {
      if (this.#state === 'data') {
        const stop = Math.min(end, at + this.#left);
        onData(bytes, at, stop);
        this.#left -= stop - at;
        at = stop;
        if (this.#left === 0) this.#state = 'data-end';
      } else {
        at = this.#pushLine(bytes, at, end);
      }
    }
    return at;
  }

  #pushLine(bytes: Buffer, from: number, limit: number): number {
    const found = bytes.indexOf(10, from);
    const newline = found >= limit ? -1 : found;
    const end = newline === -1 ? limit : newline + 1;
    this.#line += bytes.toString('latin1', from, end);
    if (this.#line.length > maxLine)
      throw new ProtocolError(`a line of a chunked body passes ${maxLine} bytes`);
    if (newline === -1) return end;
    if (!this.#line.endsWith('\r\n'))
      throw new ProtocolError('a line of a chunked body ends without a carriage return');
    const line = this.#line.slice(0, -2);
    this.#line = '';
    this.#endLine(line);
    return end;
  }

  #endLine(line: string): void {
    if (this.#state === 'size') {
      const size = /^([0-9a-f]{1,12})[\t ]*(?:;.*)?$/i.exec(line)?.[1];
      if (size === undefined) throw new ProtocolError(`a chunk's size is ${shown(line)}`);
      this.#left = parseInt(size, 16);
      this.#state = this.#left === 0 ? 'trailer' : 'data';
    } else if (this.#state === 'data-end') {
      if (line !== '') throw new ProtocolError('a chunk is longer than its size says');
      this.#state = 'size';
    } else if (line === '') {
      this.#state = 'done';
    }
  }
}
