import { ProtocolError } from './failure.ts';

export interface Head {
  readonly status: number;
  /** Names in lower case; a header sent more than once is joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
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
      throw new ProtocolError(
        `the answer has a header line that is none: ${JSON.stringify(line.slice(0, 80))}`,
      );
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
    throw new ProtocolError(`the answer's content-length is ${JSON.stringify(value.slice(0, 80))}`);
  }
  return Number(first);
};

/** RFC 9112, 6.3. */
const framing = (method: string, status: number, headers: Record<string, string>): Head['body'] => {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return { bytes: 0 };
  const coding = headers['transfer-encoding'];
  if (coding !== undefined) {
    if (coding.toLowerCase() === 'chunked') return 'chunked';
    throw new ProtocolError(`the answer's transfer-encoding is ${JSON.stringify(coding.slice(0, 80))}`);
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
    throw new ProtocolError(
      `the answer does not begin as HTTP/1.1 does: ${JSON.stringify(first.slice(0, 80))}`,
    );
  }
  const status = Number(match[2]);
  const headers = parseHeaders(lines);
  const body = framing(method, status, headers);
  const options = (headers['connection'] ?? '').toLowerCase();
  const wanted = match[1] === '1' ? !options.includes('close') : options.includes('keep-alive');
  return { status, headers, body, keepAlive: wanted && body !== 'until-close' };
};
