import { Histogram } from '../../core/histogram/histogram.ts';
import { connectMsOf } from '../../core/load/opening.ts';
import type { SelfReport } from '../../core/schema/part.ts';
import type { Clock, Exchange, Pacer } from '../../ports/index.ts';

/** What a generator of the open model says of its sending. */
export type PlanKept = Pick<
  SelfReport,
  | 'sendLagP50Ms'
  | 'sendLagP99Ms'
  | 'sendLagMaxMs'
  | 'waitedForConnection'
  | 'plannedPerSecond'
  | 'sentPerSecond'
>;

/** Of a load that plans no times. */
export const noPlan: PlanKept = { sendLagP50Ms: 0, sendLagP99Ms: 0, sendLagMaxMs: 0 };

const inMs = (lagUs: Histogram, q: number): number => (lagUs.count === 0 ? 0 : lagUs.quantile(q) / 1000);

/** undefined for fewer than two, or where they were all at once */
const perSecond = (count: number, firstMs: number, lastMs: number): number | undefined =>
  count > 1 && lastMs > firstMs ? ((count - 1) * 1000) / (lastMs - firstMs) : undefined;

/**
 * How the measured sends of one worker kept to their plan. Lag is the generator's own delay only: from when a request
 * could have been sent, its time come and a connection free, to when it was handed to the socket, or the opening of the
 * connection began. Waiting for a connection is the target's doing; it is counted, and stays in the response time.
 */
export class KeptPlan {
  readonly #timesMs: Float64Array;
  readonly #lagUs = Histogram.create();
  #mostMs = 0;
  #waited = 0;
  #firstMs = Infinity;
  #lastMs = -Infinity;

  /** @param timesMs the planned times, ascending */
  constructor(timesMs: Float64Array) {
    this.#timesMs = timesMs;
  }

  /** @param readyMs when it could have been sent */
  add(plannedMs: number, readyMs: number, { sentMs, opening }: Exchange): void {
    const lagMs = Math.max(0, sentMs - connectMsOf(opening) - readyMs);
    this.#lagUs.record(lagMs * 1000);
    this.#mostMs = Math.max(this.#mostMs, lagMs);
    if (readyMs > plannedMs) this.#waited++;
    this.#firstMs = Math.min(this.#firstMs, sentMs);
    this.#lastMs = Math.max(this.#lastMs, sentMs);
  }

  summary(): PlanKept {
    const times = this.#timesMs;
    const planned = perSecond(times.length, times[0] ?? 0, times.at(-1) ?? 0);
    const sent = perSecond(this.#lagUs.count, this.#firstMs, this.#lastMs);
    return {
      sendLagP50Ms: inMs(this.#lagUs, 0.5),
      sendLagP99Ms: inMs(this.#lagUs, 0.99),
      sendLagMaxMs: this.#mostMs,
      waitedForConnection: this.#waited,
      ...(planned === undefined ? {} : { plannedPerSecond: planned }),
      ...(sent === undefined ? {} : { sentPerSecond: sent }),
    };
  }
}

const probes = 200;
/** The first ones, during which code is compiled and caches are filled. */
const probesToWarmUp = 20;

/**
 * How late the pacer is while there is nothing to send: the host's own doing. 220 wake-ups, 1 ms apart.
 * @returns the p99 in milliseconds
 */
export const idleLagP99Ms = async (clock: Clock, pacer: Pacer): Promise<number> => {
  const startMs = clock.now() + 1;
  const timesMs = Float64Array.from({ length: probesToWarmUp + probes }, (_, i) => startMs + i);
  const lagUs = Histogram.create();
  let next = 0;
  await new Promise<void>((resolve) => {
    pacer.pace(timesMs, () => {
      const nowMs = clock.now();
      for (let timeMs; (timeMs = timesMs[next] ?? Infinity) <= nowMs; next++)
        if (next >= probesToWarmUp) lagUs.record((nowMs - timeMs) * 1000);
      if (next === timesMs.length) resolve();
    });
  });
  return inMs(lagUs, 0.99);
};
