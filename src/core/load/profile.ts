/** What load a cell gets. The two models of load testing, named as the field names them. */

/** `concurrency` connections, each sending its next request when the last was answered. 1 = N in succession. */
export interface ClosedLoad {
  readonly model: 'closed';
  /** Measured requests of the cell over all workers, 1 to 1e6. Warm-up comes on top. */
  readonly requests: number;
  /** Connections of the cell over all workers, 1 to 1000. */
  readonly concurrency: number;
  /** Requests sent first, kept in the raw samples and left out of every figure. */
  readonly warmup: number;
  /** A request without a full answer after this is an error of kind `timeout`. 1 to 60,000. */
  readonly timeoutMs: number;
}

/** Requests sent at planned times t0 + i/rate, whether or not earlier ones were answered. */
export interface OpenLoad {
  readonly model: 'open';
  /** Requests per second of the cell over all workers, above 0, at most 5,000. */
  readonly rate: number;
  /** Seconds, at most 43,200. */
  readonly durationSeconds: number;
  /** Planned sends at the beginning that are left out of every figure. */
  readonly warmup: number;
  readonly timeoutMs: number;
  /** Connections at most (over all workers); a planned send that finds none free waits, and is `dropped` after timeoutMs. */
  readonly maxConnections: number;
}

export type LoadProfile = ClosedLoad | OpenLoad;
