/** An invocation and what can come of it. */
import type { Ending } from './function-process.ts';

/** Lambda's limit of a synchronous response, in bytes. */
export const maxResponseBytes = 6_291_556;

export interface Invocation {
  readonly requestId: string;
  /** As the caller named the function, qualifier included. */
  readonly functionArn: string;
  readonly payload: Buffer;
  readonly traceId: string;
  /** JSON, no longer in base64. */
  readonly clientContext?: string | undefined;
}

export type Answer =
  | { readonly kind: 'response'; readonly body: Buffer }
  | { readonly kind: 'error'; readonly body: Buffer; readonly errorType: string | undefined }
  /** A response over Lambda's limit, in bytes. */
  | { readonly kind: 'oversize'; readonly size: number }
  | { readonly kind: 'ended'; readonly ending: Ending }
  | { readonly kind: 'timeout' }
  /** It ended before the event was handed over, so that another one may take the event. */
  | { readonly kind: 'untouched' };

export interface Timed<T> {
  readonly value: T;
  readonly durationMs: number;
}

export type InitResult =
  { readonly kind: 'ready' } | Extract<Answer, { kind: 'error' | 'ended' | 'timeout' }>;
