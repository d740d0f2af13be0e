import { isIP } from 'node:net';
import { connectHost } from '../../core/load/loopback.ts';
import { asHttpUrl } from '../../core/schema/target.ts';

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
