import type { ErrorKind } from '../../core/schema/part.ts';
import { distributionFromSamples } from '../../core/stats/distribution.ts';
import { mean, standardDeviation } from '../../core/stats/moments.ts';
import { type QuantileEstimate, quantileInterval } from '../../core/stats/quantile-interval.ts';

/** What was seen of the answered requests, in their order. Milliseconds. */
export interface Hits {
  readonly sent: number;
  readonly connections: number;
  /** All connecting that led to an answered request. */
  readonly connectMs: number;
  readonly serviceMs: readonly number[];
  readonly first:
    { readonly connectMs: number; readonly serviceMs: number; readonly cold: boolean } | undefined;
  readonly errors: Partial<Record<ErrorKind, number>>;
  readonly examples: Partial<Record<ErrorKind, string>>;
}

export interface HitRun {
  readonly url: string;
  readonly count: number;
  /** Not sent because the run was ended early. */
  readonly unsent: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly maxRate?: number;
}

/** Milliseconds, connecting left out; n of them. Quantiles with their 95 % interval, or the n that each would need. */
export interface HitFigures {
  readonly n: number;
  readonly meanMs: number;
  readonly sdMs?: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly quantiles: Readonly<Record<string, QuantileEstimate>>;
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
  readonly first?: NonNullable<Hits['first']>;
  /** Every answered request but the first. */
  readonly rest?: HitFigures;
}

const shares = [0.5, 0.9, 0.95, 0.99, 0.999];

/** 0.999 -> p99.9 */
const nameOf = (share: number): string => `p${Number((share * 100).toPrecision(6))}`;

const figuresOf = (samples: readonly number[]): HitFigures | undefined => {
  const all = distributionFromSamples(samples);
  if (all === undefined) return undefined;
  const sdMs = standardDeviation(all);
  return {
    n: all.n,
    meanMs: mean(all),
    ...(sdMs === undefined ? {} : { sdMs }),
    minMs: all.values[0] ?? NaN,
    maxMs: all.values.at(-1) ?? NaN,
    quantiles: Object.fromEntries(shares.map((share) => [nameOf(share), quantileInterval(all, share)])),
  };
};

export const summarise = (hits: Hits, run: HitRun): HitResult => {
  const { sent, connections, errors, examples, serviceMs, first } = hits;
  const counted = {
    schema: 'latency-lab.hit.v1',
    ...run,
    sent,
    ok: serviceMs.length,
    connections,
    errors,
    examples,
  } as const;
  if (first === undefined) return counted;
  const rest = figuresOf(serviceMs.slice(1));
  const totalMs = serviceMs.reduce((sum, ms) => sum + ms, hits.connectMs);
  return {
    ...counted,
    referenceMeanMs: totalMs / serviceMs.length,
    first,
    ...(rest === undefined ? {} : { rest }),
  };
};
