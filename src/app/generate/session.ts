import { partKey } from '../../core/keys.ts';
import { judge } from '../../core/load/judge.ts';
import { Recorder } from '../../core/load/recorder.ts';
import { mostRows, type WorkerAssignment } from '../../core/schema/work.ts';
import type { SamplePart, SelfReport } from '../../core/schema/part.ts';
import { requestOf } from '../../core/load/request.ts';
import type { Clock, ObjectStore } from '../../ports/index.ts';
import type { Sent } from './closed.ts';
import { LabError } from '../../core/errors.ts';

/** Milliseconds between two parts: the most that a crash can lose. */
const flushEveryMs = 5000;

/** Books what one worker measures and hands it on in parts. */
export class Session {
  readonly #assignment: WorkerAssignment;
  readonly #clock: Clock;
  readonly #epoch: string;
  readonly #recorder: Recorder;
  readonly #writer: PartWriter;
  readonly #expectation: Parameters<typeof judge>[1];
  #nextFlushMs: number;
  #parts = 0;
  #requests = 0;
  #connections = 0;
  #totals = { sent: 0, ok: 0, failed: 0 };

  /** @param zeroMs the monotonic time from which samples count */
  constructor(assignment: WorkerAssignment, clock: Clock, store: ObjectStore, zeroMs: number) {
    this.#assignment = assignment;
    this.#clock = clock;
    this.#epoch = new Date(clock.wallTime() - clock.now() + zeroMs).toISOString();
    this.#recorder = new Recorder(zeroMs, assignment.maxRows ?? Math.floor(mostRows / assignment.workers));
    this.#writer = new PartWriter(store, clock);
    this.#expectation = {
      kind: assignment.target.kind,
      expectedStatus: requestOf(assignment.target).expectedStatus,
    };
    this.#nextFlushMs = zeroMs + flushEveryMs;
  }

  get parts(): number {
    return this.#parts;
  }

  get totals(): { readonly sent: number; readonly ok: number; readonly failed: number } {
    return this.#totals;
  }

  record(sent: Sent): void {
    const { result } = sent;
    if (sent.opening !== undefined) this.#connections++;
    if ('error' in result) {
      this.#recorder.add(sent, { cold: false, error: { kind: result.error, message: result.message } });
      if (result.error === 'dropped') return;
    } else {
      const judgement = judge(result, this.#expectation);
      const wanted = this.#recorder.wantsId(judgement.cold, sent.warmup);
      this.#recorder.add(sent, judgement, wanted ? result.headers.get('x-request-id') : undefined);
    }
    this.#requests++;
  }

  /** Writes a part when one is due; the promise is fulfilled when the attempt is over, however it ended. */
  flushWhenDue(): Promise<void> | undefined {
    if (this.#clock.now() < this.#nextFlushMs) return undefined;
    this.#nextFlushMs = this.#clock.now() + flushEveryMs;
    return this.#flush({ final: false, unsent: 0 });
  }

  /** Writes the last part and waits until all are stored. @throws SamplesLostError. */
  async finish(unsent: number, self: SelfReport): Promise<void> {
    void this.#flush({ final: true, unsent, self });
    await this.#writer.close();
  }

  /** Stores what was measured before sending failed; no part is then the final one. @throws SamplesLostError. */
  async abandon(): Promise<void> {
    void this.#flush({ final: false, unsent: 0 });
    await this.#writer.close();
  }

  /** The part of the self-report that is about what was sent. */
  sending(): Pick<SelfReport, 'requests' | 'connectionsOpened'> {
    return { requests: this.#requests, connectionsOpened: this.#connections };
  }

  #flush(end: { final: boolean; unsent: number; self?: SelfReport }): Promise<void> {
    const { runId, round, cellId, segment, attempt, worker, workers } = this.#assignment;
    const place = { runId, round, cellId, segment, attempt, worker, part: this.#parts++ };
    const { unsent, ...rest } = end;
    const measured = this.#recorder.take(unsent);
    const part: SamplePart = {
      schema: 'latency-lab.part.v1',
      ...place,
      workers,
      epoch: this.#epoch,
      ...rest,
      ...measured,
    };
    const { sent, ok, errors } = measured.counts;
    const failed = Object.values(errors).reduce((sum, count) => sum + count, 0);
    const before = this.#totals;
    this.#totals = { sent: before.sent + sent, ok: before.ok + ok, failed: before.failed + failed };
    return this.#writer.write(partKey(place), JSON.stringify(part));
  }
}

/** Thrown at the end of a measurement whose samples could not be stored, however often it was tried. */
export class SamplesLostError extends LabError {
  override readonly name = 'SamplesLostError';
}

const lastTries = 5;
const firstWaitMs = 250;

interface Part {
  readonly key: string;
  readonly body: string;
}

/**
 * Writes parts one at a time and in their order. A part that could not be written stays in memory and is tried again
 * with the next one, under the same key, so that a write that succeeded unseen is only repeated.
 */
export class PartWriter {
  readonly #store: ObjectStore;
  readonly #clock: Clock;
  readonly #unwritten: Part[] = [];
  #attempts: Promise<void> = Promise.resolve();
  #lastError: unknown;

  constructor(store: ObjectStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Starts to write in the background. Never rejects; the promise is fulfilled when this attempt is over. */
  write(key: string, body: string): Promise<void> {
    this.#unwritten.push({ key, body });
    return this.#attempt();
  }

  /** Waits until everything is written. @throws SamplesLostError when that fails `lastTries` times. */
  async close(): Promise<void> {
    for (let tries = 0; tries < lastTries; tries++) {
      if (tries > 0) await this.#clock.sleepUntil(this.#clock.now() + firstWaitMs * 2 ** (tries - 1));
      await this.#attempt();
      if (this.#unwritten.length === 0) return;
    }
    const lost = this.#unwritten.map(({ key }) => key).join(', ');
    throw new SamplesLostError(`${this.#unwritten.length} parts could not be stored: ${lost}`, {
      cause: this.#lastError,
    });
  }

  #attempt(): Promise<void> {
    this.#attempts = this.#attempts.then(() => this.#writeAll());
    return this.#attempts;
  }

  async #writeAll(): Promise<void> {
    for (let part = this.#unwritten[0]; part !== undefined; part = this.#unwritten[0]) {
      try {
        await this.#store.put(part.key, part.body, 'application/json');
      } catch (error) {
        this.#lastError = error;
        return;
      }
      this.#unwritten.shift();
    }
  }
}
