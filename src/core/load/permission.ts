import { InputError } from '../errors.ts';
import type { ClosedLoad, OpenLoad } from '../schema/load.ts';

type Load = Pick<ClosedLoad, 'model'> | Pick<OpenLoad, 'model' | 'rate'>;

/** Requests per second that anybody may send to anybody's server. */
export const politeRate = 10;

/** The most that a load can send per second. A closed load sends as fast as answers come: there is no bound. */
const fastest = (load: Load): number => (load.model === 'open' ? load.rate : Infinity);

/**
 * Refuses to load somebody's server by accident.
 * @param url of a target that the user gave; targets of the user's own stack need no permission
 * @throws InputError above 10 requests/s to another machine, unless the user said that they may
 */
export const requirePermission = (url: string, load: Load, iMayLoadThis: boolean): void => {
  if (iMayLoadThis || isLoopback(url) || fastest(load) <= politeRate) return;
  throw new InputError(
    'url',
    url,
    `a server on this machine, or at most ${politeRate} requests/s (rate and durationSeconds)`,
    'If the server is yours or its owner agreed, say so with --i-may-load-this',
  );
};

/** `localhost` and every name below it is this machine, whatever a resolver says (RFC 6761, section 6.3). */
const isLocalName = (name: string): boolean => /(^|\.)localhost\.?$/i.test(name);

/** What to connect to for the host of a URL: a name, or an address without brackets. */
export const connectHost = (hostname: string): string => {
  const name = hostname.replace(/^\[(.*)\]$/, '$1');
  return isLocalName(name) ? '127.0.0.1' : name;
};

/** Whether a load on this URL stays on this machine. */
export const isLoopback = (url: string): boolean => {
  const host = connectHost(new URL(url).hostname);
  return /^127\.\d+\.\d+\.\d+$/.test(host) || host === '::1';
};
