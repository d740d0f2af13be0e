import { isIP } from 'node:net';
import { connectHost } from '../../core/load/permission.ts';
import { read } from '../../core/schema/fields.ts';
import { asHttpUrl, headers, method } from '../../core/schema/target.ts';
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

const methodsWithBody = new Set(['POST', 'PUT', 'PATCH']);

/**
 * The request as it goes over the wire, built once and sent again and again.
 * @throws InputError on a method or header that HTTP does not allow or that the client sets itself.
 */
export const requestBytes = (request: HttpRequest, address: Address): Buffer => {
  read(method, request.method, 'method');
  const lines = new Map([
    ['host', address.authority],
    ['user-agent', 'latency-lab'],
    ['accept', '*/*'],
  ]);
  if (request.fresh === true) lines.set('connection', 'close');
  for (const [name, value] of Object.entries(read(headers, request.headers, 'headers', 'headers')))
    lines.set(name.toLowerCase(), value);
  const body = Buffer.from(request.body ?? '');
  if (body.length > 0 || methodsWithBody.has(request.method))
    lines.set('content-length', String(body.length));
  const fields = [...lines].map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${request.method} ${address.path} HTTP/1.1\r\n${fields.join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
};
