import { isIP } from 'node:net';
import { InputError } from '../../core/errors.ts';
import { connectHost } from '../../core/load/permission.ts';
import { asHttpUrl } from '../../core/schema/target.ts';
import type { HttpRequest } from '../../ports/index.ts';

/** Where a URL leads: what to connect to, and what to say there. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** The name the server's certificate is asked for and checked against; '' for a bare IP address. */
  readonly serverName: string;
  /** Value of the Host header: the name as written, with a port that is not the scheme's own. */
  readonly authority: string;
  /** Path and query. */
  readonly path: string;
}

/** @throws InputError when `url` is not an absolute http(s) URL. */
export const addressOf = (url: string): Address => {
  const { hostname, port, protocol, host, pathname, search } = new URL(asHttpUrl(url, 'url'));
  const connectTo = connectHost(hostname);
  const tls = protocol === 'https:';
  return {
    host: connectTo,
    port: port === '' ? (tls ? 443 : 80) : Number(port),
    tls,
    serverName: isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? hostname : '',
    authority: host,
    path: pathname + search,
  };
};

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Visible characters, spaces and tabs (RFC 9110, 5.5); a line break would smuggle in another header. */
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Set by the client itself, since they must fit the bytes that are sent. */
const ownHeaders = new Set(['content-length', 'transfer-encoding', 'connection']);
const methodsWithBody = new Set(['POST', 'PUT', 'PATCH']);

/**
 * The request as it goes over the wire, built once and sent again and again.
 * @throws InputError on a method or header that HTTP does not allow or that the client sets itself.
 */
export const requestBytes = (request: HttpRequest, address: Address): Buffer => {
  if (!token.test(request.method))
    throw new InputError('method', request.method, 'an HTTP method such as GET');
  const headers = new Map([
    ['host', address.authority],
    ['user-agent', 'latency-lab'],
    ['accept', '*/*'],
  ]);
  for (const [name, value] of Object.entries(request.headers)) {
    const key = name.toLowerCase();
    if (!token.test(name) || ownHeaders.has(key)) {
      throw new InputError('headers', name, 'header names of HTTP other than those of length and connection');
    }
    if (!fieldValue.test(value)) throw new InputError(`headers.${name}`, value, 'one line of Latin-1 text');
    headers.set(key, value);
  }
  const body = Buffer.from(request.body ?? '');
  if (body.length > 0 || methodsWithBody.has(request.method))
    headers.set('content-length', String(body.length));
  const lines = [...headers].map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${request.method} ${address.path} HTTP/1.1\r\n${lines.join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
};
