import { type Expectation, judge } from '../../core/load/judge.ts';
import { connectMsOf, type Opening } from '../../core/load/opening.ts';
import type { ErrorKind } from '../../core/schema/part.ts';
import { sum } from 'd3-array';
import {
  type Distribution,
  distributionFromSamples,
  mean,
  standardDeviation,
  withInfinite,
} from '../../core/stats/distribution.ts';
import { type QuantileEstimate, quantileInterval } from '../../core/stats/quantile-interval.ts';
import type { Sent } from '../generate/closed.ts';
import { known } from '../../core/known.ts';
import type { HitRequest } from './request.ts';

/** Books requests as they end, the answered ones in their order. Milliseconds. */
export class HitLog {
  readonly serviceMs: number[] = [];
  /** From the planned time: waiting and connecting included where a rate planned them. */
  readonly responseMs: number[] = [];
  readonly errors: Partial<Record<ErrorKind, number>> = {};
  readonly examples: Partial<Record<ErrorKind, string>> = {};
  readonly #expected: Expectation;
  connections = 0;
  /** All connecting that led to an answered request. */
  connectMs = 0;
  sent = 0;
  ended = 0;
  first:
    | {
        readonly connectMs: number;
        /** connectMs, step by step; absent where no connection had to be opened. */
        readonly opening?: Opening;
        readonly serviceMs: number;
        readonly cold: boolean;
      }
    | undefined;

  constructor({ expectedStatus }: HitRequest) {
    this.#expected = { kind: 'url', ...(expectedStatus === undefined ? {} : { expectedStatus }) };
  }

  add({ plannedMs, sentMs, endMs, opening, result }: Sent): void {
    this.ended++;
    if (!('error' in result && result.error === 'dropped')) this.sent++;
    if (opening !== undefined) this.connections++;
    const connectMs = connectMsOf(opening);
    const { cold, error } =
      'error' in result
        ? { cold: false, error: { kind: result.error, message: result.message } }
        : judge(result, this.#expected);
    if (error !== undefined) {
      this.errors[error.kind] = (this.errors[error.kind] ?? 0) + 1;
      this.examples[error.kind] ??= error.message;
      return;
    }
    this.connectMs += connectMs;
    this.first ??= known({ connectMs, opening, serviceMs: endMs - sentMs, cold });
    this.serviceMs.push(endMs - sentMs);
    this.responseMs.push(endMs - plannedMs);
  }
}

export interface HitRun extends Pick<
  HitRequest,
  'url' | 'count' | 'concurrency' | 'rate' | 'durationSeconds' | 'maxRate' | 'timeoutMs'
> {
  /** Not sent because the run was ended early. */
  readonly unsent: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly seconds: number;
}

/** A quantile with its 95 % interval, which is open above where it reaches into requests without an answer. */
export type HitQuantile =
  | { readonly known: true; readonly value: number; readonly low: number; readonly high?: number }
  /** It falls among requests without an answer. */
  | { readonly known: true; readonly aboveMs: number }
  | Extract<QuantileEstimate, { readonly known: false }>;

/**
 * Milliseconds. Mean, least and largest are of the n answers; quantiles are of all requests, those without an answer being slower than
 * any: survivors flatter.
 */
export interface HitFigures {
  readonly n: number;
  readonly failed: number;
  readonly meanMs: number;
  readonly sdMs?: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly quantiles: Readonly<Record<string, HitQuantile>>;
}

export interface HitResult extends HitRun {
  readonly schema: 'latency-lab.hit.v1';
  readonly sent: number;
  readonly ok: number;
  readonly connections: number;
  readonly errors: Partial<Record<ErrorKind, number>>;
  readonly examples: Partial<Record<ErrorKind, string>>;
  /** Plain mean over every answered request, connecting and cold call included, as the reference figures were taken. */
  readonly referenceMeanMs?: number;
  readonly first?: NonNullable<HitLog['first']>;
  /** With a rate: every request from its planned time on, waiting for a connection and connecting included. */
  readonly response?: HitFigures;
  /** Every request but the first that was answered. */
  readonly rest?: HitFigures;
}

const shares = [0.5, 0.9, 0.95, 0.99, 0.999];

/** 0.999 -> p99.9 */
const nameOf = (share: number): string => `p${Number((share * 100).toPrecision(6))}`;

const quantileOf = (all: Distribution, share: number, timeoutMs: number): HitQuantile => {
  const estimate = quantileInterval(all, share);
  if (!estimate.known) return estimate;
  const { value, low, high } = estimate;
  if (!Number.isFinite(value)) return { known: true, aboveMs: timeoutMs };
  return { known: true, value, low, ...(Number.isFinite(high) ? { high } : {}) };
};

const figuresOf = (samples: readonly number[], failed: number, timeoutMs: number): HitFigures | undefined => {
  const answered = distributionFromSamples(samples);
  if (answered === undefined) return undefined;
  const all = withInfinite(answered, failed) ?? answered;
  const sdMs = standardDeviation(answered);
  return {
    n: answered.n,
    failed,
    meanMs: mean(answered),
    ...(sdMs === undefined ? {} : { sdMs }),
    minMs: answered.values[0] ?? NaN,
    maxMs: answered.values.at(-1) ?? NaN,
    quantiles: Object.fromEntries(shares.map((share) => [nameOf(share), quantileOf(all, share, timeoutMs)])),
  };
};

export const summarise = (hits: HitLog, run: HitRun): HitResult => {
  const { sent, connections, errors, examples, serviceMs, first } = hits;
  const result = {
    schema: 'latency-lab.hit.v1',
    ...run,
    sent,
    ok: serviceMs.length,
    connections,
    errors,
    examples,
  } as const;
  if (first === undefined) return result;
  const failed = sum(Object.values(errors));
  const rest = figuresOf(serviceMs.slice(1), failed, run.timeoutMs);
  const response = run.rate === undefined ? undefined : figuresOf(hits.responseMs, failed, run.timeoutMs);
  const totalMs = serviceMs.reduce((sum, ms) => sum + ms, hits.connectMs);
  return {
    ...result,
    referenceMeanMs: totalMs / serviceMs.length,
    first,
    ...known({ response, rest }),
  };
};

/** Three significant digits below a second, as much as a measurement over a network is worth. */
const ms = (value: number): string => `${Number(value.toPrecision(value < 1000 ? 3 : 4))} ms`;

const line = (name: string, text: string): string => `  ${name.padEnd(10)}${text}`;

const quantileText = (quantile: HitQuantile): string => {
  if (!quantile.known) return `needs ${quantile.neededN} requests`;
  if ('aboveMs' in quantile) return `> ${ms(quantile.aboveMs)}: so many had no answer`;
  const { value, low, high } = quantile;
  return `${ms(value)}   95 % interval ${high === undefined ? `from ${ms(low)} up` : `${ms(low)} to ${ms(high)}`}`;
};

const quantileLine = ([name, quantile]: [string, HitQuantile]): string => line(name, quantileText(quantile));

const figureLines = (title: string, rest: HitFigures): string[] => [
  title,
  line(
    'mean',
    `${ms(rest.meanMs)}${rest.sdMs === undefined ? '' : `   standard deviation ${ms(rest.sdMs)}`}`,
  ),
  line('min', ms(rest.minMs)),
  ...Object.entries(rest.quantiles).map(quantileLine),
  line('max', ms(rest.maxMs)),
];

const counted = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;

const modelOf = ({ concurrency = 1, rate }: HitResult): string => {
  if (rate !== undefined) return ` at ${rate}/s`;
  return concurrency === 1 ? ' in succession' : `, ${concurrency} at a time,`;
};

const head = (result: HitResult): string => {
  const { url, sent, ok, seconds, connections, maxRate } = result;
  const pace = maxRate === undefined ? '' : `, at most ${maxRate}/s`;
  return `${url}\n${counted(sent, 'request')}${modelOf(result)} over ${counted(connections, 'connection')} in ${seconds.toFixed(1)} s${pace}: ${ok} answered`;
};

const connectText = ({ connectMs, opening }: NonNullable<HitResult['first']>): string =>
  opening === undefined
    ? ms(connectMs)
    : `${ms(connectMs)}   DNS ${ms(opening.dnsMs)}, TCP ${ms(opening.tcpMs)}, TLS ${ms(opening.tlsMs)}`;

/** The result for a person at a terminal; ends without a line break. */
export const hitText = (result: HitResult): string => {
  const { errors, examples, unsent, referenceMeanMs, first, rest, response } = result;
  const isReference = result.rate === undefined && (result.concurrency ?? 1) === 1;
  const lines = [head(result)];
  for (const [kind, count] of Object.entries(errors)) {
    lines.push(
      line(kind, `${counted(count, 'error')}, the first: ${examples[kind as keyof typeof examples] ?? ''}`),
    );
  }
  if (unsent > 0) lines.push(line('unsent', `${unsent}, because the run was ended early`));
  if (first !== undefined && referenceMeanMs !== undefined) {
    lines.push(
      line(
        'mean',
        `${ms(referenceMeanMs)}, connecting and first request included${isReference ? ' (the reference method)' : ''}`,
      ),
      line('connect', connectText(first)),
      line('first', `${ms(first.serviceMs)}${first.cold ? ' (cold)' : ''}`),
    );
  }
  if (response !== undefined)
    lines.push(...figureLines('All from their planned times, waiting and connecting included:', response));
  if (rest !== undefined)
    lines.push(...figureLines(`The ${rest.n} after the first, connecting left out:`, rest));
  return lines.join('\n');
};
