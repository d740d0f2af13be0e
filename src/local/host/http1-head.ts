/** The head of an HTTP/1.1 request: start line, headers as sent and how the body is framed. No I/O. */

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
