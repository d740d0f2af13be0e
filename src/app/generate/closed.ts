import type { ClosedLoad } from '../../core/schema/load.ts';
import type { Drive, Driven } from './drive.ts';

/**
 * The closed model: `concurrency` lanes, each sending its next request when the last one was answered. A stall of the
 * server stops the sending, so its length is seen by one request a lane only: the model's own blind spot.
 */
export const driveClosed = async (
  load: Pick<ClosedLoad, 'requests' | 'concurrency' | 'warmup' | 'timeoutMs'>,
  drive: Drive,
): Promise<Driven> => {
  const total = load.warmup + load.requests;
  let next = 0;
  const runLane = async (): Promise<void> => {
    const lane = drive.openLane();
    try {
      while (next < total && drive.mayGoOn()) {
        const warmup = next++ < load.warmup;
        const exchange = await lane.send(load.timeoutMs);
        drive.onSent({ ...exchange, plannedMs: exchange.sentMs, warmup });
        const pause = drive.between?.();
        if (pause !== undefined) await pause;
      }
    } finally {
      lane.close();
    }
  };
  const lanes = Math.min(load.concurrency, total);
  await Promise.all(Array.from({ length: lanes }, runLane));
  return { unsent: total - Math.max(next, load.warmup), lanes };
};
