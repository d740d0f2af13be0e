import type { OpenSchedule } from '../../core/load/schedule.ts';
import type { OpenLoad } from '../../core/schema/load.ts';
import type { Connection, Exchange, Pacer } from '../../ports/index.ts';
import { type Drive, type Driven, sentOf } from './closed.ts';
import { KeptPlan } from './kept-plan.ts';

type Load = Pick<OpenLoad, 'warmup' | 'timeoutMs' | 'maxConnections'>;

export interface OpenDrive extends Drive {
  readonly pacer: Pacer;
  /** Ends the sending as `mayGoOn` does, without waiting for the next planned time. */
  readonly signal?: AbortSignal | undefined;
}

/** A connection, and since when it has had nothing to do. */
interface Slot {
  readonly connection: Connection;
  freeMs: number;
}

/** Hands planned sends to free connections, in the order of their plan; those that find none wait for one. */
class OpenRun {
  readonly #load: Load;
  readonly #drive: OpenDrive;
  readonly #timesMs: Float64Array;
  readonly #idle: Slot[] = [];
  readonly #kept: KeptPlan;
  readonly #connections: Connection[] = [];
  /** The first that was neither sent nor dropped. Those from here on whose time has passed wait for a connection. */
  #next = 0;
  #busy = 0;
  #stopped = false;
  #resolve = (): void => undefined;
  #reject = (_error: unknown): void => undefined;

  constructor(load: Load, drive: OpenDrive, timesMs: Float64Array) {
    this.#load = load;
    this.#drive = drive;
    this.#timesMs = timesMs;
    this.#kept = new KeptPlan(timesMs.subarray(load.warmup));
  }

  async run(): Promise<Driven> {
    const { pacer, signal } = this.#drive;
    signal?.addEventListener('abort', this.#stop, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
        pacer.pace(this.#timesMs, this.#sendDue);
        this.#endWhenDone();
      });
    } finally {
      signal?.removeEventListener('abort', this.#stop);
      for (const connection of this.#connections) connection.close();
    }
    const unsent = this.#timesMs.length - Math.max(this.#next, this.#load.warmup);
    return { unsent: Math.max(0, unsent), connections: this.#connections.length, kept: this.#kept.summary() };
  }

  readonly #stop = (): void => {
    this.#stopped = true;
    this.#endWhenDone();
  };

  readonly #fail = (error: unknown): void => {
    this.#reject(error);
    this.#stop();
  };

  /** Sends what is due, as far as connections are free. Called when something fell due and when one became free. */
  readonly #sendDue = (): void => {
    const { clock } = this.#drive;
    try {
      for (let nowMs = clock.now(); this.#isDue(nowMs); nowMs = clock.now()) this.#sendOrDrop(nowMs);
    } catch (error) {
      this.#fail(error);
    }
    this.#endWhenDone();
  };

  /** Whether the next one's time has come and a connection is free or may be opened. */
  #isDue(nowMs: number): boolean {
    if (this.#stopped || !((this.#timesMs[this.#next] ?? Infinity) <= nowMs)) return false;
    return this.#idle.length > 0 || this.#mayOpen();
  }

  #mayOpen(): boolean {
    return this.#connections.length < this.#load.maxConnections;
  }

  #sendOrDrop(nowMs: number): void {
    const plannedMs = this.#timesMs[this.#next] ?? nowMs;
    const deadlineMs = plannedMs + this.#load.timeoutMs;
    if (nowMs >= deadlineMs) {
      const message = `no connection of ${this.#load.maxConnections} became free within ${this.#load.timeoutMs} ms`;
      this.#report(this.#next++, {
        sentMs: plannedMs,
        endMs: deadlineMs,
        result: { error: 'dropped', message },
      });
    } else if (this.#drive.mayGoOn()) {
      // The one that has been free longest tells since when there was one at all; the last one used is the surest to be open.
      const readyMs = this.#mayOpen() ? plannedMs : Math.max(plannedMs, this.#idle[0]?.freeMs ?? plannedMs);
      this.#send(this.#idle.pop() ?? this.#open(), this.#next++, readyMs);
    } else {
      this.#stop();
    }
  }

  #open(): Slot {
    const connection = this.#drive.openConnection();
    this.#connections.push(connection);
    return { connection, freeMs: 0 };
  }

  #send(slot: Slot, index: number, readyMs: number): void {
    this.#busy++;
    const onEnd = (exchange: Exchange): void => {
      this.#busy--;
      slot.freeMs = exchange.endMs;
      this.#idle.push(slot);
      if (index >= this.#load.warmup) this.#kept.add(this.#timesMs[index] ?? readyMs, readyMs, exchange);
      this.#report(index, exchange);
      this.#sendDue();
    };
    slot.connection.send(this.#load.timeoutMs).then(onEnd).catch(this.#fail);
  }

  #report(index: number, sent: Parameters<typeof sentOf>[0]): void {
    this.#drive.onSent(sentOf(sent, this.#timesMs[index] ?? sent.sentMs, index < this.#load.warmup));
  }

  #endWhenDone(): void {
    const done = this.#stopped || this.#next === this.#timesMs.length;
    if (done && this.#busy === 0) this.#resolve();
  }
}

/**
 * The open model: each request has a planned time, whether or not earlier ones were answered. One that finds no free
 * connection waits at most `timeoutMs` and is then dropped. Timed from the plan, a stall shows in every request it held up.
 * @param startMs time 0 of the schedule on the drive's clock
 */
export const driveOpen = (
  load: Load,
  schedule: OpenSchedule,
  startMs: number,
  drive: OpenDrive,
): Promise<Driven> => {
  const timesMs = Float64Array.from({ length: schedule.count }, (_, i) => startMs + schedule.plannedMs(i));
  return new OpenRun(load, drive, timesMs).run();
};
