/** How the measuring engine sends: over lanes, each with at most one request under way. */
import type { ErrorKind } from '../core/schema/part.ts';
import type { HttpReply } from './index.ts';

/** What became of one request. Times are milliseconds of the monotonic clock that the lane was made with. */
export interface Exchange {
  /** When the request was handed to the socket; where none was sent, when the attempt began. */
  readonly sentMs: number;
  /** When the last byte of the answer was read, or when it was given up. */
  readonly endMs: number;
  /** Opening the connection (name, TCP, TLS) before `sentMs`; absent where a kept-alive one was used. */
  readonly connectMs?: number;
  readonly result: HttpReply | Failure;
}

export interface Failure {
  readonly error: Exclude<ErrorKind, 'dropped'>;
  readonly message: string;
}

export interface Lane {
  /** Sends the lane's request once, never again by itself. Never rejects. @throws Error while one is under way. */
  send(timeoutMs: number): Promise<Exchange>;
  /** For good: a request under way ends with an error, and none is sent any more. */
  close(): void;
}

export type OpenLane = () => Lane;
