/**
 * A log event with the fields that CloudWatch Logs Insights discovers in it: those of every event, of the lines that Lambda
 * writes as text (START, END, REPORT), and of JSON, which is how Lambda's own lines look in its JSON format
 * (`type = "platform.report"`, `record.metrics.durationMs`). See "Supported logs and discovered fields" in AWS's user guide.
 */
import { isObject } from '../../core/schema/fields.ts';

export interface StoredEvent {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
  readonly stream: string;
  /** What `@ptr` has, and GetLogRecord takes. */
  readonly id: string;
  /** `<account>:<log group>`. */
  readonly log: string;
}

/** What is behind the queries. */
export interface LogEvents {
  /** All of a group between two moments, milliseconds since 1970, both included; undefined where there is no such group. */
  between(group: string, fromMs: number, toMs: number): Promise<readonly StoredEvent[] | undefined>;
  exists(group: string): Promise<boolean>;
}

/** Absent where a field is not there, or where nothing can be computed. */
export type Value = string | number | undefined;

/** AWS's own sample queries divide @memorySize by 1000 twice to have the megabytes that a function was given. */
const bytesPerMb = 1_000_000;

const id = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';
const platformLine = new RegExp(`^(START|END|REPORT) RequestId: (${id})`);
/** As runtimes write what a function logs: time, request id, the rest. */
const ownLine = new RegExp(`^(?:\\[\\w+\\]\\s+)?\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z\\s+(${id})\\s`);

const measures = [
  ['@duration', /\tDuration: ([\d.]+) ms/, 1],
  ['@billedDuration', /\tBilled Duration: ([\d.]+) ms/, 1],
  ['@initDuration', /\tInit Duration: ([\d.]+) ms/, 1],
  ['@memorySize', /\tMemory Size: (\d+) MB/, bytesPerMb],
  ['@maxMemoryUsed', /\tMax Memory Used: (\d+) MB/, bytesPerMb],
] as const;

const ofLambda = (message: string): ReadonlyMap<string, Value> => {
  const found = new Map<string, Value>();
  const [, type, requestId] = platformLine.exec(message) ?? [];
  if (type === undefined) {
    const own = ownLine.exec(message)?.[1];
    return own === undefined ? found : found.set('@requestId', own);
  }
  found.set('@type', type).set('@requestId', requestId);
  if (type !== 'REPORT') return found;
  for (const [name, pattern, unit] of measures) {
    const text = pattern.exec(message)?.[1];
    if (text !== undefined) found.set(name, Number(text) * unit);
  }
  return found;
};

const jsonOf = (message: string): unknown => {
  if (!message.startsWith('{')) return undefined;
  try {
    return JSON.parse(message) as unknown;
  } catch {
    return undefined;
  }
};

const plain = (value: unknown): Value => {
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'boolean') return String(value);
  return value === undefined || value === null ? undefined : JSON.stringify(value);
};

/** `record.metrics.durationMs` in a document. */
const inDocument = (document: unknown, name: string): Value => {
  let at = document;
  for (const key of name.split('.')) {
    if (Array.isArray(at)) at = at[Number(key)];
    else at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return plain(at);
};

/** One line of what a query works on: an event, or what stats made. */
export class Row {
  readonly event: StoredEvent | undefined;
  readonly #set = new Map<string, Value>();
  #lambda: ReadonlyMap<string, Value> | undefined;
  #document: { readonly value: unknown } | undefined;

  constructor(event?: StoredEvent) {
    this.event = event;
  }

  set(name: string, value: Value): void {
    this.#set.set(name, value);
  }

  get(name: string): Value {
    if (this.#set.has(name)) return this.#set.get(name);
    return this.event && this.#discovered(this.event, name);
  }

  #discovered(event: StoredEvent, name: string): Value {
    switch (name) {
      case '@message':
        return event.message;
      case '@timestamp':
        return event.timestamp;
      case '@ingestionTime':
        return event.ingestionTime;
      case '@logStream':
        return event.stream;
      case '@log':
        return event.log;
      case '@ptr':
        return event.id;
      default:
        if (name.startsWith('@')) return (this.#lambda ??= ofLambda(event.message)).get(name);
        return inDocument((this.#document ??= { value: jsonOf(event.message) }).value, name);
    }
  }
}
