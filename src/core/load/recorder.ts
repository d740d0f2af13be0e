import { byHistogram, Histogram } from '../histogram/histogram.ts';
import { known } from '../known.ts';
import { type ErrorKind, type SampleColumns, type SamplePart, flagsOf } from '../schema/part.ts';
import type { Judgement } from './judge.ts';
import { type Opening, Openings } from './opening.ts';

/** When a finished request was what; milliseconds of one monotonic clock. */
export interface Times {
  readonly plannedMs: number;
  readonly sentMs: number;
  readonly endMs: number;
  readonly warmup: boolean;
  /** Of the request's own connection, if it was opened for it; before `sentMs`. */
  readonly opening?: Opening | undefined;
}

type Measured = Pick<
  SamplePart,
  'histograms' | 'extremesUs' | 'openings' | 'counts' | 'measuredUs' | 'samples' | 'joinable'
>;
type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly number[] ? number[] : T[K] };

const emptyColumns = (): Mutable<SampleColumns> => ({ plannedUs: [], sentUs: [], endUs: [], flags: [] });

/** A histogram rounds to 0.1 %; the smallest and the largest of its values are kept beside it as they were. */
class Latencies {
  readonly histogram = Histogram.create();
  #min = Infinity;
  #max = -1;

  record(us: number): void {
    this.histogram.record(us);
    if (us < this.#min) this.#min = us;
    if (us > this.#max) this.#max = us;
  }

  get extremes(): { readonly min: number; readonly max: number } | undefined {
    return this.#max === -1 ? undefined : { min: this.#min, max: this.#max };
  }
}

const emptyLatencies = () => byHistogram(() => new Latencies());

const emptyCounts = () => ({
  sent: 0,
  ok: 0,
  warmup: 0,
  errors: {} as Partial<Record<ErrorKind, number>>,
  examples: {} as Partial<Record<ErrorKind, string>>,
});

type Joinable = NonNullable<SamplePart['joinable']>[number];

const mostColds = 20;
const mostWarm = 10;

/** Some requests of a part, to be looked up in the logs: cold ones from the first on, warm ones evenly over the part. */
class Joinables {
  #colds: Joinable[] = [];
  #warm: Joinable[] = [];
  /** Every so many warm answers one is kept; twice as many whenever there is no more room, and every second one goes. */
  #stride = 1;
  #untilNext = 1;

  wants(cold: boolean, warmup: boolean): boolean {
    if (cold) return this.#colds.length < mostColds;
    if (warmup || --this.#untilNext > 0) return false;
    this.#untilNext = this.#stride;
    return true;
  }

  add(one: Joinable): void {
    if (one.cold) {
      this.#colds.push(one);
      return;
    }
    this.#warm.push(one);
    if (this.#warm.length < mostWarm) return;
    this.#warm = this.#warm.filter((_, i) => i % 2 === 0);
    // The last one went; the next is due as it was, and lies on the wider steps.
    this.#stride *= 2;
  }

  /** All that were kept, and forgets them. */
  take(): Joinable[] {
    const all = [...this.#colds, ...this.#warm];
    this.#colds = [];
    this.#warm = [];
    this.#stride = 1;
    this.#untilNext = 1;
    return all;
  }
}

/**
 * Collects what was measured since it was last asked. Histograms get whole microseconds, computed from the same
 * rounded times as the raw samples, so the two agree to the microsecond.
 */
export class Recorder {
  readonly #zeroMs: number;
  readonly #exampleGiven = new Set<ErrorKind>();
  #rowsLeft: number;
  #columns = emptyColumns();
  #latencies = emptyLatencies();
  #openings: Openings | undefined;
  #counts = emptyCounts();
  #fromUs = Infinity;
  #toUs = -Infinity;
  readonly #joinables = new Joinables();

  /**
   * @param zeroMs the monotonic time from which the raw samples count
   * @param maxRows raw samples kept over all parts; beyond it histograms and counts go on alone
   */
  constructor(zeroMs: number, maxRows: number) {
    this.#zeroMs = zeroMs;
    this.#rowsLeft = maxRows;
  }

  /** Asked once for each answer, before it is added: whether its request id is wanted. Looking it up would cost too much for each. */
  wantsId(cold: boolean, warmup: boolean): boolean {
    return this.#joinables.wants(cold, warmup);
  }

  add(times: Times, judgement: Judgement, requestId?: string): void {
    const plannedUs = this.#micros(times.plannedMs);
    const sentUs = this.#micros(times.sentMs);
    const endUs = this.#micros(times.endMs);
    const { cold, error } = judgement;
    if (this.#rowsLeft > 0) {
      this.#rowsLeft--;
      this.#columns.plannedUs.push(plannedUs);
      this.#columns.sentUs.push(sentUs);
      this.#columns.endUs.push(endUs);
      this.#columns.flags.push(flagsOf({ cold, warmup: times.warmup }, error?.kind));
    }
    if (requestId !== undefined && error === undefined)
      this.#joinables.add({ requestId, sentUs, endUs, cold });
    if (times.warmup) {
      this.#counts.warmup++;
      return;
    }
    if (plannedUs < this.#fromUs) this.#fromUs = plannedUs;
    if (endUs > this.#toUs) this.#toUs = endUs;
    if (times.opening !== undefined) (this.#openings ??= new Openings()).record(times.opening);
    if (error?.kind !== 'dropped') this.#counts.sent++;
    if (error !== undefined) {
      this.#addError(error);
      return;
    }
    this.#counts.ok++;
    const { service, response } = this.#latencies;
    (cold ? service.cold : service.warm).record(endUs - sentUs);
    (cold ? response.cold : response.warm).record(endUs - plannedUs);
  }

  /** Everything since the last call, and forgets it. `unsent` is told once, with the last part. */
  take(unsent = 0): Measured {
    const { service, response } = this.#latencies;
    const measured = known({
      histograms: byHistogram((time, temperature) => this.#latencies[time][temperature].histogram.encode()),
      extremesUs: {
        service: known({ cold: service.cold.extremes, warm: service.warm.extremes }),
        response: known({ cold: response.cold.extremes, warm: response.warm.extremes }),
      },
      openings: this.#openings?.encode(),
      counts: { ...this.#counts, unsent },
      measuredUs: this.#fromUs === Infinity ? undefined : { from: this.#fromUs, to: this.#toUs },
      samples: this.#columns,
      joinable: this.#joinables.take(),
    });
    this.#columns = emptyColumns();
    this.#latencies = emptyLatencies();
    this.#openings = undefined;
    this.#counts = emptyCounts();
    this.#fromUs = Infinity;
    this.#toUs = -Infinity;
    return measured;
  }

  #micros(ms: number): number {
    return Math.round((ms - this.#zeroMs) * 1000);
  }

  #addError({ kind, message }: NonNullable<Judgement['error']>): void {
    this.#counts.errors[kind] = (this.#counts.errors[kind] ?? 0) + 1;
    if (this.#exampleGiven.has(kind)) return;
    this.#exampleGiven.add(kind);
    this.#counts.examples[kind] = message;
  }
}
