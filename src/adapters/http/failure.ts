import { messageOf } from '../../core/errors.ts';
import type { Failure } from '../../ports/lane.ts';

/** The server sent what is not HTTP/1.1. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/** The answer's body passed the limit; the rest was not read. */
export class BodyLimitError extends Error {
  override readonly name = 'BodyLimitError';
}

const inWords = new Map([
  ['ECONNREFUSED', 'connection refused: nothing listens there'],
  ['ENOTFOUND', 'no such host name'],
  ['EAI_AGAIN', 'the host name could not be looked up'],
  ['EHOSTUNREACH', 'no route to the host'],
  ['ENETUNREACH', 'no route to the network'],
  ['ETIMEDOUT', 'the host did not answer'],
  ['EMFILE', 'this process has too many open files'],
  ['EADDRNOTAVAIL', 'this machine has no free port left'],
]);

/** The code of a system error, or of the first of the addresses that were tried. */
const codeOf = (error: unknown): string | undefined => {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('errors' in error && Array.isArray(error.errors)) return codeOf(error.errors[0]);
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
};

export const connectFailure = (where: string, error: unknown): Failure => {
  const code = codeOf(error);
  const why = inWords.get(code ?? '') ?? messageOf(error);
  return {
    error: 'connect',
    message: `no connection to ${where}: ${why}${code === undefined ? '' : ` (${code})`}`,
  };
};

/** For an error on an open connection while its answer was awaited. */
export const exchangeFailure = (error: unknown): Failure => {
  const message = messageOf(error);
  if (error instanceof ProtocolError) return { error: 'protocol', message };
  if (error instanceof BodyLimitError) return { error: 'body', message };
  return { error: 'reset', message: `the connection broke before the answer was complete: ${message}` };
};
