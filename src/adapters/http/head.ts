/** The first part of an answer: status line and headers (RFC 9112, 4 and 5), read from its bytes in one pass. */
import type { ReplyHeaders } from '../../ports/index.ts';
import { ProtocolError, shown } from './protocol.ts';

export interface Head {
  readonly status: number;
  readonly headers: ReplyHeaders;
  /** How the body ends: after so many bytes, with the last chunk, or with the connection. */
  readonly body: number | 'chunked' | 'until-close';
  /** The connection can carry another request afterwards. */
  readonly keepAlive: boolean;
  /** For how long the server promises to keep the idle connection, where it says. */
  readonly idleSeconds: number | undefined;
  /** Where the head ended: the place behind the empty line. */
  readonly end: number;
}

export const maxHeadBytes = 65_536;

const cr = 13;
const lf = 10;
const colon = 58;

/** RFC 9110, 5.6.2: 1 for the bytes that a header's name may have. */
const isTokenByte = new Uint8Array(256);
for (const char of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
  isTokenByte[char.charCodeAt(0)] = 1;

const isBlank = (code: number): boolean => code === 32 || code === 9;

/** Without the blanks around it (RFC 9110, 5.5); `trim` would take a no-break space for one. */
const valueIn = (text: string, from: number, end: number): string => {
  let first = from;
  let last = end;
  while (first < last && isBlank(text.charCodeAt(first))) first++;
  while (last > first && isBlank(text.charCodeAt(last - 1))) last--;
  return text.slice(first, last);
};

/** Lines of a head, searched when they are asked for: most answers are asked for one header of ten. */
class HeaderLines implements ReplyHeaders {
  readonly #text: string;

  /** @param text the whole head, each line ended by CR LF, the empty one left out */
  constructor(text: string) {
    this.#text = text;
  }

  get(name: string): string | undefined {
    const text = this.#text;
    let value: string | undefined;
    for (let at = text.indexOf('\n') + 1; at < text.length; at = text.indexOf('\n', at) + 1) {
      const end = at + name.length;
      if (text.charCodeAt(end) !== colon || text.slice(at, end).toLowerCase() !== name) continue;
      const found = valueIn(text, end + 1, text.indexOf('\r', end));
      value = value === undefined ? found : `${value}, ${found}`;
    }
    return value;
  }

  *[Symbol.iterator](): Generator<[string, string]> {
    const names = this.#text
      .split('\r\n')
      .slice(1, -1)
      .map((line) => line.slice(0, line.indexOf(':')));
    for (const name of new Set(names.map((name) => name.toLowerCase()))) yield [name, this.get(name) ?? ''];
  }
}

/** Where the line that begins at `from` has its CR; -1 where it is not all there. @throws ProtocolError */
const lineEnd = (bytes: Buffer, from: number, end: number): number => {
  for (let at = from; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte > cr) continue;
    if (byte === cr) {
      if (at + 1 === end) return -1;
      if (bytes[at + 1] === lf) return at;
    }
    // RFC 9112, 2.2 and RFC 9110, 5.5: a bare CR, LF or NUL lets two readers see two messages.
    if (byte === cr || byte === lf || byte === 0) refuseLine(bytes, from, end);
  }
  return -1;
};

const refuseLine = (bytes: Buffer, from: number, end: number): never => {
  const line = bytes.toString('latin1', from, Math.min(end, from + 80));
  throw new ProtocolError(`the answer has a header line that is none: ${shown(line)}`);
};

/** The headers that say how the connection goes on; values of several lines joined by `, `. */
class Framing {
  length: string | undefined;
  coding: string | undefined;
  connection: string | undefined;
  keepAlive: string | undefined;

  /** Names of other lengths than these four were sorted out before. */
  note(text: string, from: number, colonAt: number, end: number): void {
    const name = text.slice(from, colonAt).toLowerCase();
    const value = valueIn(text, colonAt + 1, end);
    if (name === 'content-length') this.length = joined(this.length, value);
    else if (name === 'transfer-encoding') this.coding = joined(this.coding, value);
    else if (name === 'connection') this.connection = joined(this.connection, value);
    else if (name === 'keep-alive') this.keepAlive = joined(this.keepAlive, value);
  }
}

const joined = (before: string | undefined, value: string): string =>
  before === undefined ? value : `${before}, ${value}`;

/** Whether a header's name may be one of Framing's, by its length and its first letter (lower case). */
const mayFrame = (length: number, letter: number): boolean =>
  (length === 14 && letter === 99) ||
  (length === 10 && (letter === 99 || letter === 107)) ||
  (length === 17 && letter === 116);

const contentLength = (value: string): number => {
  if (/^\d{1,15}$/.test(value)) return Number(value);
  const [first = '', ...others] = value.split(',').map((part) => part.trim());
  if (!/^\d{1,15}$/.test(first) || others.some((other) => other !== first))
    throw new ProtocolError(`the answer's content-length is ${shown(value)}`);
  return Number(first);
};

/** RFC 9112, 6.3. */
const bodyOf = (method: string, status: number, { length, coding }: Framing): Head['body'] => {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return 0;
  if (coding !== undefined) {
    if (coding.toLowerCase() === 'chunked') return 'chunked';
    throw new ProtocolError(`the answer's transfer-encoding is ${shown(coding)}`);
  }
  return length === undefined ? 'until-close' : contentLength(length);
};

const isKept = (isOld: boolean, connection: string | undefined): boolean => {
  if (connection === undefined) return !isOld;
  const options = connection.toLowerCase();
  return isOld ? options.includes('keep-alive') : !options.includes('close');
};

const secondsOf = (keepAlive: string | undefined): number | undefined => {
  if (keepAlive === undefined) return undefined;
  const seconds = /(?:^|[ ,])timeout=(\d{1,6})/i.exec(keepAlive)?.[1];
  return seconds === undefined ? undefined : Number(seconds);
};

const version = Buffer.from('HTTP/1.');

/** At the first byte that is another: who sends no line break would keep the request waiting for one. */
const refuseOther = (bytes: Buffer, from: number, end: number): void => {
  for (let at = 0; at < version.length && from + at < end; at++)
    if (bytes[from + at] !== version[at]) refuseBeginning(bytes.toString('latin1', from, end));
};

const refuseBeginning = (text: string): never => {
  throw new ProtocolError(`the answer does not begin as HTTP/1.1 does: ${shown(text.split('\r')[0] ?? '')}`);
};

const statusLine = /^HTTP\/1\.[01] [1-9]\d\d[ \r]/;

/**
 * Reads the head that begins at `from`; undefined where it is not all there yet. `method` is that of the request.
 * Bytes are looked at one by one and made a text once: both cost less than a search in either.
 * @throws ProtocolError on what HTTP/1.1 does not allow.
 */
export const readHead = (bytes: Buffer, from: number, end: number, method: string): Head | undefined => {
  refuseOther(bytes, from, end);
  const firstEnd = lineEnd(bytes, from, end);
  if (firstEnd === -1) return undefined;
  const framingLines: number[] = [];
  let at = firstEnd + 2;
  for (;;) {
    const stop = lineEnd(bytes, at, end);
    if (stop === -1) return undefined;
    if (stop === at) break;
    let nameEnd = at;
    while (isTokenByte[bytes[nameEnd] ?? 0] === 1) nameEnd++;
    // A folded line begins with a space; a space before the colon lets two readers disagree (RFC 9112, 5.1).
    if (nameEnd === at || bytes[nameEnd] !== colon) refuseLine(bytes, at, stop);
    if (mayFrame(nameEnd - at, (bytes[at] ?? 0) | 32))
      framingLines.push(at - from, nameEnd - from, stop - from);
    at = stop + 2;
  }
  const text = bytes.toString('latin1', from, at);
  const framing = new Framing();
  for (let i = 0; i < framingLines.length; i += 3)
    framing.note(text, framingLines[i] ?? 0, framingLines[i + 1] ?? 0, framingLines[i + 2] ?? 0);
  if (!statusLine.test(text)) refuseBeginning(text);
  const status = Number(text.slice(9, 12));
  const body = bodyOf(method, status, framing);
  return {
    status,
    headers: new HeaderLines(text),
    body,
    keepAlive: body !== 'until-close' && isKept(text.charAt(7) === '0', framing.connection),
    idleSeconds: secondsOf(framing.keepAlive),
    end: at + 2,
  };
};
