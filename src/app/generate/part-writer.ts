import { LabError } from '../../core/errors.ts';
import type { Clock, ObjectStore } from '../../ports/index.ts';

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
