/** What the use cases need from the world. Adapters implement these; the in-memory ones of the tests pass the same suites. */
import type { Opening } from '../core/load/opening.ts';
import type { HttpReply, ReplyHeaders } from '../core/load/request.ts';
import type { Auth, Target } from '../core/schema/target.ts';
import type { ErrorKind } from '../core/schema/part.ts';

export type { HttpReply, Opening, ReplyHeaders };

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

/** An object and a text that changes whenever the object does. */
export interface ObjectVersion {
  readonly key: string;
  readonly version: string;
}

/** A store that tells without reading an object whether it has changed. */
export interface VersionedStore extends ObjectStore {
  /** As `list`. */
  versions(prefix: string): Promise<readonly ObjectVersion[]>;
}

export interface TargetRegistry {
  /** Everything registered for the lab; an unreadable entry throws InputError naming its parameter. */
  list(): Promise<readonly Target[]>;
}

/** Encrypted parameters, by name. */
export interface SecretStore {
  /** @throws InputError naming a parameter that is not there */
  read(name: string): Promise<string>;
  /** Deletes all whose names begin with `path`, which ends with a slash. */
  deleteUnder(path: string): Promise<void>;
}

export interface FunctionReply {
  readonly requestId: string;
  readonly payload: string;
  /** Set when the function threw, exited or timed out. */
  readonly functionError?: string;
  readonly throttled: boolean;
  /** The end of the invocation's log, 4 KB at most; only where it was asked for. */
  readonly logTail?: string;
}

export interface FunctionInvoker {
  /**
   * Synchronous invocation of a function or alias ARN. Rejects when no answer came.
   * @param more `logTail`: with the end of its log
   */
  invoke(
    functionArn: string,
    payload: string,
    timeoutMs: number,
    more?: { readonly logTail: boolean },
  ): Promise<FunctionReply>;
}

export interface FunctionSize {
  readonly memoryMb: number;
  readonly cpuArchitecture: 'x86_64' | 'arm64';
  readonly logFormat: 'Text' | 'JSON';
}

/** Changes a function's `$LATEST` and publishes versions of it; ARNs are without a qualifier. */
export interface FunctionVersions {
  /** Of `$LATEST`. */
  settings(functionArn: string): Promise<FunctionSize>;
  /** Of `$LATEST`; fulfilled when the change is in effect. */
  setMemory(functionArn: string, memoryMb: number): Promise<void>;
  /** Publishes `$LATEST` behind the alias, in place of what was there; fulfilled when it can be invoked. */
  publish(functionArn: string, alias: string): Promise<void>;
  /** Deletes the alias and its version; does nothing where they are gone. */
  unpublish(functionArn: string, alias: string): Promise<void>;
}

/** Of a deployment of CodeDeploy: the alias that it moves from one version to another. */
export interface AliasShift {
  readonly functionName: string;
  readonly alias: string;
  readonly baseVersion: string;
  readonly newVersion: string;
}

export interface Deployments {
  /** @throws InputError for one that shifts no alias of a function */
  shiftOf(deploymentId: string): Promise<AliasShift>;
  /** Answers the event that a hook was invoked for; false where that has been answered, or is over, already. */
  report(deploymentId: string, executionId: string, status: 'Succeeded' | 'Failed'): Promise<boolean>;
}

export interface AliasState {
  readonly version: string;
  /** The other version that it sends a share of its requests to, 0 to 1, while traffic shifts. */
  readonly other?: { readonly version: string; readonly weight: number };
}

export interface Aliases {
  /** @param aliasArn of the function, with the alias as its qualifier   @returns undefined where there is none */
  stateOf(aliasArn: string): Promise<AliasState | undefined>;
}

/** How a function is configured, without a qualifier. */
export interface FunctionSettings {
  /** MB. */
  memoryOf(functionArn: string): Promise<number>;
  /**
   * Sets the memory and a variable of the environment, all others kept, so that no process that is there gets another
   * request. Resolves when that is in effect. Rejects where it is refused, or takes longer than a minute.
   */
  renew(functionArn: string, memoryMb: number): Promise<void>;
}

/** A CloudWatch Logs Insights query over one log group. */
export interface LogQuery {
  readonly logGroup: string;
  readonly text: string;
  /** Milliseconds since 1970; widened to whole seconds. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface LogQueryResult {
  /** Texts by the name of their column. */
  readonly rows: readonly Readonly<Record<string, string>>[];
  readonly scannedBytes: number;
}

export interface LogQueries {
  /** Rejects when there is no result within a minute or so, or the log group cannot be read. */
  run(query: LogQuery): Promise<LogQueryResult>;
}

export interface HttpRequest {
  /** Absolute http(s) URL. */
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Of an https URL: the server's certificate is not checked. */
  readonly insecure?: boolean;
  /** Each request is sent over a connection of its own, which is closed after it. */
  readonly fresh?: boolean;
  /** How each request is signed. */
  readonly auth?: Auth;
}

/** What a signature adds to a request's headers, `host` among them; good for at least two minutes. Rejects without credentials. */
export type SignRequest = (
  request: HttpRequest & { readonly auth: Auth },
) => Promise<Readonly<Record<string, string>>>;

export interface Clock {
  /** Milliseconds on a monotonic clock, with fractions. */
  now(): number;
  /** Milliseconds since 1970, UTC. */
  wallTime(): number;
  sleepUntil(monotonicMs: number): Promise<void>;
}

/** Wakes its owner at planned times, more finely than a clock's sleep can. */
export interface Pacer {
  /**
   * Calls `wake` soon after each of `timesMs`, never before it, and once for those that passed together.
   * @param timesMs ascending, of the clock's `now()`; one list at a time
   * @param wake must not throw
   */
  pace(timesMs: Float64Array, wake: () => void): void;
  /** For good: wakes nobody any more. */
  end(): void;
}

export type StartPacer = () => Promise<Pacer>;

/** What became of one request. Times are milliseconds of the monotonic clock that the connection was made with. */
export interface Exchange {
  /** When the request was handed to the socket; where none was sent, when the attempt began. */
  readonly sentMs: number;
  /** When the last byte of the answer was read, or when it was given up. */
  readonly endMs: number;
  /** Of the connection, before `sentMs`; absent where a kept-alive one was used. */
  readonly opening?: Opening;
  readonly result: HttpReply | Failure;
}

export interface Failure {
  readonly error: Exclude<ErrorKind, 'dropped'>;
  readonly message: string;
}

export interface Connection {
  /** Sends the connection's request once, never again by itself. Never rejects. @throws Error while one is under way. */
  send(timeoutMs: number): Promise<Exchange>;
  /** For good: a request under way ends with an error, and none is sent any more. */
  close(): void;
}

export type OpenConnection = () => Connection;

/** What a measuring process can tell about itself. */
export interface VitalSigns {
  readonly eventLoopDelayP99Ms: number;
  readonly eventLoopDelayMaxMs: number;
  /** The share of time in which the event loop did not wait for anything. */
  readonly eventLoopBusyShare: number;
  /** CPU seconds used by the process, all its threads together, over wall seconds, since the watch began. */
  readonly cpuShare: number;
}

/** Begins to watch this process; the function it returns ends that and tells what was seen. */
export type WatchVitals = () => () => VitalSigns;
