/** Latencies in the report. Schema and units: see types.ts. */

/** Absent where no such request was answered. */
export interface ColdAndWarm {
  readonly cold?: LatencySummary;
  readonly warm?: LatencySummary;
}

export const quantileNames = ['p50', 'p90', 'p95', 'p99', 'p99.9'] as const;
export type QuantileName = (typeof quantileNames)[number];
export const quantileShares: Readonly<Record<QuantileName, number>> = {
  p50: 0.5,
  p90: 0.9,
  p95: 0.95,
  p99: 0.99,
  'p99.9': 0.999,
};

/** A quantile with its 95 % interval, or how many samples it would take. */
export type QuantileMs =
  { readonly ms: number; readonly lowMs: number; readonly highMs: number } | { readonly neededN: number };

export interface LatencySummary {
  readonly n: number;
  readonly meanMs: number;
  /** Of the sample (n - 1); absent for n = 1. */
  readonly standardDeviationMs?: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly quantiles: Readonly<Record<QuantileName, QuantileMs>>;
  /** Absent where either is unknown. */
  readonly p99OverP50?: number;
}
