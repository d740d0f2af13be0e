/** What a target is and how it registers: the JSON in `/latency-lab/<LabName>/targets/<id>`. */

export const targetKinds = ['sync-counter', 'async-queue', 'url', 'null'] as const;
/** How a target is verified before it is timed; see the service contract in docs/method.md. */
export type TargetKind = (typeof targetKinds)[number];

/** The request that is sent again and again. Defaults: GET, no headers, no body, status 200. */
export interface RequestSpec {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly expectedStatus?: number;
}

/** The functions that verify and load a target from a place where it can be reached. */
export interface LoadFrom {
  readonly verifyFunctionArn: string;
  readonly generateFunctionArn: string;
}

/**
 * Something that can be measured. One versioned JSON parameter, written by each architecture's template.
 * `url` is loaded over HTTP; a target without one is invoked directly through `functionArn`.
 */
export interface Target {
  readonly version: 1;
  /** Lower case letters, digits and hyphens, at most 40. */
  readonly id: string;
  readonly kind: TargetKind;
  /** Absolute http(s) URL of the request itself, path included (`.../hits`). */
  readonly url?: string;
  /** ARN of the function's `live` alias. */
  readonly functionArn?: string;
  readonly logGroup?: string;
  readonly memoryMb?: number;
  readonly cpuArchitecture?: 'x86_64' | 'arm64';
  readonly runtime?: string;
  /** Requests per second above which the measurement would measure the store and not the architecture. */
  readonly maxRate?: number;
  /** Where the generator stands, or which way its requests take, when that differs from the others', as in `vpc`; vantages are ranked apart. */
  readonly vantage?: string;
  /** What stands at the vantage; without it the lab's own functions load the target. */
  readonly loadFrom?: LoadFrom;
  /** Quantities the cost model needs per request or per hour; never dollars. */
  readonly billing?: Readonly<Record<string, number | string>>;
  readonly request?: RequestSpec;
}
