import { InputError } from '../errors.ts';
import { isLoopback } from './loopback.ts';
import type { LoadProfile } from '../schema/load.ts';

/** Requests per second that anybody may send to anybody's server. */
export const politeRate = 10;

/** The most that a load can send per second. A closed load sends as fast as answers come: there is no bound. */
const fastest = (load: LoadProfile): number => (load.model === 'open' ? load.rate : Infinity);

/**
 * Refuses to load somebody's server by accident.
 * @param url of a target that the user gave; targets of the user's own stack need no permission
 * @throws InputError above 10 requests/s to another machine, unless the user said that they may
 */
export const requirePermission = (url: string, load: LoadProfile, iMayLoadThis: boolean): void => {
  if (iMayLoadThis || isLoopback(url) || fastest(load) <= politeRate) return;
  throw new InputError(
    'url',
    url,
    `a server on this machine, or at most ${politeRate} requests/s (rate and durationSeconds)`,
    'If the server is yours or its owner agreed, say so with --i-may-load-this',
  );
};
