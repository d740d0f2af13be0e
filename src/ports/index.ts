/** What the use cases need from the world. Adapters implement these; memory twins pass the same tests. */
import type { Target } from '../core/schema/target.ts';

export interface ObjectStore {
  /** The object's text, or undefined where there is none. */
  get(key: string): Promise<string | undefined>;
  put(key: string, body: string, contentType?: string): Promise<void>;
  /** Writes only where no object is; false when one was there (after a network error it may be this call's own). */
  putIfAbsent(key: string, body: string): Promise<boolean>;
  /** Writes only where the object's text still is `expected`; false when it is another or gone. */
  replace(key: string, expected: string, body: string): Promise<boolean>;
  /** All keys under a prefix, paginated inside, in lexical order. */
  list(prefix: string): Promise<readonly string[]>;
  delete(key: string): Promise<void>;
}

export interface TargetRegistry {
  /** Everything registered for the lab; an unreadable entry throws InputError naming its parameter. */
  list(): Promise<readonly Target[]>;
}

export interface FunctionReply {
  readonly requestId: string;
  readonly payload: string;
  /** Set when the function threw, exited or timed out. */
  readonly functionError?: string;
  readonly throttled: boolean;
}

export interface FunctionInvoker {
  /** Synchronous invocation of a function or alias ARN. Rejects when no answer came. */
  invoke(functionArn: string, payload: string, timeoutMs: number): Promise<FunctionReply>;
}

export interface HttpRequest {
  /** Absolute http(s) URL. */
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpReply {
  readonly status: number;
  /** Names in lower case; a header sent more than once is joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Clock {
  /** Milliseconds on a monotonic clock, with fractions. */
  now(): number;
  /** Milliseconds since 1970, UTC. */
  wallTime(): number;
  sleepUntil(monotonicMs: number): Promise<void>;
}
