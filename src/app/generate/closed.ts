import { connectMsOf } from '../../core/load/opening.ts';
import type { ClosedLoad } from '../../core/schema/load.ts';
import type { ErrorKind } from '../../core/schema/part.ts';
import type { Clock, Exchange, HttpReply, OpenConnection, Opening } from '../../ports/index.ts';
import type { PlanKept } from './kept-plan.ts';

/**
 * The closed model: `concurrency` connections, each sending its next request when the last one was answered. A stall of the
 * server stops the sending, so its length is seen by one request a connection only: the model's own blind spot.
 */
export const driveClosed = async (
  load: Pick<ClosedLoad, 'requests' | 'concurrency' | 'warmup' | 'timeoutMs'>,
  drive: Drive,
): Promise<Driven> => {
  const total = load.warmup + load.requests;
  let next = 0;
  const runConnection = async (): Promise<void> => {
    const connection = drive.openConnection();
    try {
      while (next < total && drive.mayGoOn()) {
        const warmup = next++ < load.warmup;
        const exchange = await connection.send(load.timeoutMs);
        drive.onSent(sentOf(exchange, exchange.sentMs - connectMsOf(exchange.opening), warmup));
        const pause = drive.between?.();
        if (pause !== undefined) await pause;
      }
    } finally {
      connection.close();
    }
  };
  const connections = Math.min(load.concurrency, total);
  await Promise.all(Array.from({ length: connections }, runConnection));
  return { unsent: total - Math.max(next, load.warmup), connections };
};

/**
 * One planned request and what became of it. Closed model: planned when the one before was answered, that is when it was
 * sent, or when opening its connection began. Milliseconds of `Drive.clock`. */
export interface Sent {
  readonly plannedMs: number;
  readonly sentMs: number;
  readonly endMs: number;
  readonly opening: Opening | undefined;
  readonly warmup: boolean;
  readonly result: HttpReply | { readonly error: ErrorKind; readonly message: string };
}

/** Written out, since it is made for every request: spreading an object costs ten times as much. */
export const sentOf = (
  exchange: Omit<Sent, 'plannedMs' | 'warmup' | 'opening'> & Pick<Exchange, 'opening'>,
  plannedMs: number,
  warmup: boolean,
): Sent => ({
  plannedMs,
  sentMs: exchange.sentMs,
  endMs: exchange.endMs,
  opening: exchange.opening,
  warmup,
  result: exchange.result,
});

/** What both load models need. */
export interface Drive {
  readonly clock: Clock;
  readonly openConnection: OpenConnection;
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
  readonly connections: number;
  /** Absent in the closed model, which plans no times. */
  readonly kept?: PlanKept;
}
