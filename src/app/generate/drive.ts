import type { ErrorKind } from '../../core/schema/part.ts';
import type { Clock, HttpReply } from '../../ports/index.ts';
import type { OpenLane } from '../../ports/lane.ts';

/** One planned request and what became of it. Milliseconds of `Drive.clock`. */
export interface Sent {
  readonly plannedMs: number;
  readonly sentMs: number;
  readonly endMs: number;
  readonly connectMs?: number;
  readonly warmup: boolean;
  readonly result: HttpReply | { readonly error: ErrorKind; readonly message: string };
}

/** What both load models need. */
export interface Drive {
  readonly clock: Clock;
  readonly openLane: OpenLane;
  /** Called once for each request that was sent or dropped, in the order in which they ended. */
  readonly onSent: (sent: Sent) => void;
  /** Asked before each send; once false, nothing more is sent and what is under way is awaited. */
  readonly mayGoOn: () => boolean;
  /** Closed model: called between two requests of a connection, which sends on once the promise, if any, is fulfilled. */
  readonly between?: () => Promise<void> | undefined;
}

export interface Driven {
  /** Measured requests (warm-up left out) that were planned and never sent. */
  readonly unsent: number;
  readonly lanes: number;
}
