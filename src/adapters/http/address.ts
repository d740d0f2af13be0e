import { isIP } from 'node:net';
import { asHttpUrl } from '../../core/validate-target.ts';

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

/** `localhost` and every name below it is this machine, whatever a resolver says (RFC 6761, section 6.3). */
const isLocalName = (name: string): boolean => /(^|\.)localhost\.?$/i.test(name);

/** @throws InputError when `url` is not an absolute http(s) URL. */
export const addressOf = (url: string): Address => {
  const { hostname, port, protocol, host, pathname, search } = new URL(asHttpUrl(url, 'url'));
  const name = hostname.replace(/^\[(.*)\]$/, '$1');
  const tls = protocol === 'https:';
  return {
    host: isLocalName(name) ? '127.0.0.1' : name,
    port: port === '' ? (tls ? 443 : 80) : Number(port),
    tls,
    serverName: isIP(name) === 0 ? name : '',
    authority: host,
    path: pathname + search,
  };
};

/** Whether a load on this URL stays on this machine. */
export const isLoopback = (url: string): boolean => {
  const { host } = addressOf(url);
  return /^127\.\d+\.\d+\.\d+$/.test(host) || host === '::1';
};
