import type { OpenLoad } from '../../core/schema/load.ts';
import type { OpenSchedule } from '../../core/load/schedule.ts';
import type { Connection } from '../../ports/index.ts';
import type { Drive, Driven } from './closed.ts';

type Load = Pick<OpenLoad, 'warmup' | 'timeoutMs' | 'maxConnections'>;

/** Hands planned sends to free connections; those that find none wait in the order of their plan. */
class ConnectionPool {
  readonly #load: Load;
  readonly #drive: Drive;
  readonly #plannedMs: (index: number) => number;
  readonly #connections: Connection[] = [];
  readonly #idle: Connection[] = [];
  #waiting: number[] = [];
  #waitingFrom = 0;
  #busy = 0;
  #unsent = 0;
  #failure: { readonly error: unknown } | undefined;
  #onIdle: (() => void) | undefined;

  constructor(load: Load, drive: Drive, plannedMs: (index: number) => number) {
    this.#load = load;
    this.#drive = drive;
    this.#plannedMs = plannedMs;
  }

  get connections(): number {
    return this.#connections.length;
  }

  get broken(): boolean {
    return this.#failure !== undefined;
  }

  take(index: number): void {
    const connection = this.#idle.pop() ?? this.#open();
    if (connection === undefined) this.#waiting.push(index);
    else void this.#send(connection, index);
  }

  skip(index: number): void {
    if (index >= this.#load.warmup) this.#unsent++;
  }

  /** Waits for every request under way or waiting; tells how many measured ones were never sent. */
  async drain(): Promise<number> {
    if (this.#busy > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    for (const connection of this.#connections) connection.close();
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#unsent;
  }

  #open(): Connection | undefined {
    if (this.#connections.length >= this.#load.maxConnections) return undefined;
    const connection = this.#drive.openConnection();
    this.#connections.push(connection);
    return connection;
  }

  async #send(connection: Connection, first: number): Promise<void> {
    this.#busy++;
    try {
      for (let index: number | undefined = first; index !== undefined; index = this.#nextWaiting()) {
        const exchange = await connection.send(this.#load.timeoutMs);
        this.#report(index, exchange);
      }
    } catch (error) {
      this.#failure ??= { error };
    }
    this.#idle.push(connection);
    this.#busy--;
    if (this.#busy === 0) this.#onIdle?.();
  }

  /** The first that waits and may still be sent; those whose time is over are dropped on the way. */
  #nextWaiting(): number | undefined {
    while (this.#waitingFrom < this.#waiting.length) {
      const index = this.#waiting[this.#waitingFrom++] ?? 0;
      const deadlineMs = this.#plannedMs(index) + this.#load.timeoutMs;
      if (this.#drive.clock.now() >= deadlineMs) this.#drop(index, deadlineMs);
      else if (this.#drive.mayGoOn()) return index;
      else this.skip(index);
    }
    this.#waiting = [];
    this.#waitingFrom = 0;
    return undefined;
  }

  #drop(index: number, deadlineMs: number): void {
    const message = `no connection of ${this.#load.maxConnections} became free within ${this.#load.timeoutMs} ms`;
    const sentMs = this.#plannedMs(index);
    this.#report(index, { sentMs, endMs: deadlineMs, result: { error: 'dropped', message } });
  }

  #report(index: number, sent: Omit<Parameters<Drive['onSent']>[0], 'plannedMs' | 'warmup'>): void {
    const plannedMs = this.#plannedMs(index);
    this.#drive.onSent({ ...sent, plannedMs, warmup: index < this.#load.warmup });
  }
}

/**
 * The open model: each request has a planned time, whether or not earlier ones were answered. One that finds no free
 * connection waits at most `timeoutMs` and is then dropped. Timed from the plan, a stall shows in every request it held up.
 * @param startMs time 0 of the schedule on the drive's clock
 */
export const driveOpen = async (
  load: Load,
  schedule: OpenSchedule,
  startMs: number,
  drive: Drive,
): Promise<Driven> => {
  const plannedMs = (index: number): number => startMs + schedule.plannedMs(index);
  const pool = new ConnectionPool(load, drive, plannedMs);
  let index = 0;
  for (; index < schedule.count && !pool.broken; index++) {
    const planned = plannedMs(index);
    if (planned > drive.clock.now()) await drive.clock.sleepUntil(planned);
    if (!drive.mayGoOn()) break;
    pool.take(index);
  }
  for (; index < schedule.count; index++) pool.skip(index);
  return { unsent: await pool.drain(), connections: pool.connections };
};
