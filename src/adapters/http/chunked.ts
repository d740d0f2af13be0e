import { ProtocolError } from './failure.ts';

const maxLine = 16_384;

/** Decodes a chunked body (RFC 9112, 7.1) that arrives in pieces cut anywhere. Trailers are read and thrown away. */
export class ChunkedDecoder {
  #line = '';
  #left = 0;
  #state: 'size' | 'data' | 'data-end' | 'trailer' | 'done' = 'size';

  get done(): boolean {
    return this.#state === 'done';
  }

  /** Reads `bytes` from `from`; passes on data; returns where it stopped: the end, or behind the last trailer. */
  push(bytes: Buffer, from: number, onData: (data: Buffer) => void): number {
    let at = from;
    while (at < bytes.length && this.#state !== 'done') {
      if (this.#state === 'data') {
        const end = Math.min(bytes.length, at + this.#left);
        onData(bytes.subarray(at, end));
        this.#left -= end - at;
        at = end;
        if (this.#left === 0) this.#state = 'data-end';
      } else {
        at = this.#pushLine(bytes, at);
      }
    }
    return at;
  }

  #pushLine(bytes: Buffer, from: number): number {
    const newline = bytes.indexOf(10, from);
    const end = newline === -1 ? bytes.length : newline + 1;
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
      if (size === undefined)
        throw new ProtocolError(`a chunk's size is ${JSON.stringify(line.slice(0, 80))}`);
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
