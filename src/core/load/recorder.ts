import { byHistogram, Histogram } from '../histogram/histogram.ts';
import { known } from '../known.ts';
import { type ErrorKind, type SampleColumns, type SamplePart, flagsOf } from '../schema/part.ts';
import type { Judgement } from './judge.ts';

/** One finished request; milliseconds of one monotonic clock. `sentMs` = `plannedMs` in the closed model. */
export interface Observation extends Judgement {
  readonly plannedMs: number;
  readonly sentMs: number;
  readonly endMs: number;
  readonly warmup: boolean;
}

type Measured = Pick<SamplePart, 'histograms' | 'counts' | 'measuredUs' | 'samples' | 'coldRequestIds'>;
type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly number[] ? number[] : T[K] };

const emptyColumns = (): Mutable<SampleColumns> => ({ plannedUs: [], sentUs: [], endUs: [], flags: [] });

const emptyHistograms = () => byHistogram(() => Histogram.create());

const emptyCounts = () => ({
  sent: 0,
  ok: 0,
  warmup: 0,
  errors: {} as Partial<Record<ErrorKind, number>>,
  examples: {} as Partial<Record<ErrorKind, string>>,
});

/**
 * Collects what was measured since it was last asked. Histograms get whole microseconds, computed from the same
 * rounded times as the raw samples, so the two agree to the microsecond.
 */
export class Recorder {
  readonly #zeroMs: number;
  readonly #exampleGiven = new Set<ErrorKind>();
  #rowsLeft: number;
  #columns = emptyColumns();
  #histograms = emptyHistograms();
  #counts = emptyCounts();
  #measuredUs: SamplePart['measuredUs'];
  #coldRequestIds: string[] = [];

  /**
   * @param zeroMs the monotonic time from which the raw samples count
   * @param maxRows raw samples kept over all parts; beyond it histograms and counts go on alone
   */
  constructor(zeroMs: number, maxRows: number) {
    this.#zeroMs = zeroMs;
    this.#rowsLeft = maxRows;
  }

  add(observation: Observation): void {
    const plannedUs = this.#micros(observation.plannedMs);
    const sentUs = this.#micros(observation.sentMs);
    const endUs = this.#micros(observation.endMs);
    this.#addRow(observation, plannedUs, sentUs, endUs);
    if (observation.cold && observation.requestId !== undefined)
      this.#coldRequestIds.push(observation.requestId);
    const { error } = observation;
    if (observation.warmup) {
      this.#counts.warmup++;
      return;
    }
    const { from, to } = this.#measuredUs ?? { from: plannedUs, to: endUs };
    this.#measuredUs = { from: Math.min(from, plannedUs), to: Math.max(to, endUs) };
    if (error?.kind !== 'dropped') this.#counts.sent++;
    if (error !== undefined) {
      this.#addError(error);
      return;
    }
    this.#counts.ok++;
    const temperature = observation.cold ? 'cold' : 'warm';
    this.#histograms.service[temperature].record(endUs - sentUs);
    this.#histograms.response[temperature].record(endUs - plannedUs);
  }

  /** Everything since the last call, and forgets it. `unsent` is told once, with the last part. */
  take(unsent = 0): Measured {
    const recorded = this.#histograms;
    const measured = known({
      histograms: byHistogram((time, temperature) => recorded[time][temperature].encode()),
      counts: { ...this.#counts, unsent },
      measuredUs: this.#measuredUs,
      samples: this.#columns,
      coldRequestIds: this.#coldRequestIds,
    });
    this.#columns = emptyColumns();
    this.#histograms = emptyHistograms();
    this.#counts = emptyCounts();
    this.#measuredUs = undefined;
    this.#coldRequestIds = [];
    return measured;
  }

  #micros(ms: number): number {
    return Math.round((ms - this.#zeroMs) * 1000);
  }

  #addRow(observation: Observation, plannedUs: number, sentUs: number, endUs: number): void {
    if (this.#rowsLeft === 0) return;
    this.#rowsLeft--;
    this.#columns.plannedUs.push(plannedUs);
    this.#columns.sentUs.push(sentUs);
    this.#columns.endUs.push(endUs);
    this.#columns.flags.push(flagsOf(observation, observation.error?.kind));
  }

  #addError({ kind, message }: NonNullable<Judgement['error']>): void {
    this.#counts.errors[kind] = (this.#counts.errors[kind] ?? 0) + 1;
    if (this.#exampleGiven.has(kind)) return;
    this.#exampleGiven.add(kind);
    this.#counts.examples[kind] = message;
  }
}
