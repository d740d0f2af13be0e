/**
 * What one execution environment writes to its own log stream: the function's lines, and the platform's own in the text
 * form and in the JSON form that Lambda writes.
 */
import { randomBytes } from 'node:crypto';
import type { Failure } from './invocation.ts';
import type { Line, LogWriter } from './log-writer.ts';
import type { FunctionVersion } from './functions.ts';

export type Status = 'success' | 'error' | 'timeout';

export interface Report {
  readonly requestId: string;
  readonly durationMs: number;
  /** Only where this invocation waited for the process to start. */
  readonly initMs?: number | undefined;
  readonly memoryMb: number;
  /** Undefined where the machine does not tell. */
  readonly maxMemoryMb?: number | undefined;
  readonly status: Status;
  readonly errorType?: string | undefined;
}

export interface InitReport {
  readonly initMs: number;
  readonly phase: 'init' | 'invoke';
  readonly status: Exclude<Status, 'success'>;
  readonly errorType?: string | undefined;
}

/** Whole milliseconds, begun ones counted, initialisation included: how Lambda bills since August 2025. */
export const billedMs = (durationMs: number, initMs = 0): number => Math.ceil(durationMs + initMs);

const two = (ms: number): string => ms.toFixed(2);

const failure = (status: Status, errorType: string | undefined): string =>
  status === 'success'
    ? ''
    : `\tStatus: ${status}${errorType === undefined || status === 'timeout' ? '' : `\tError Type: ${errorType}`}`;

export const textLines = {
  initStart: (runtime: string): string => `INIT_START Runtime Version: ${runtime}`,
  initReport: ({ initMs, phase, status, errorType }: InitReport): string =>
    `INIT_REPORT Init Duration: ${two(initMs)} ms\tPhase: ${phase}${failure(status, errorType)}`,
  start: (requestId: string, version: string): string => `START RequestId: ${requestId} Version: ${version}`,
  end: (requestId: string): string => `END RequestId: ${requestId}`,
  report: ({ requestId, durationMs, initMs, memoryMb, maxMemoryMb, status, errorType }: Report): string =>
    [
      `REPORT RequestId: ${requestId}`,
      `Duration: ${two(durationMs)} ms`,
      `Billed Duration: ${billedMs(durationMs, initMs)} ms`,
      `Memory Size: ${memoryMb} MB`,
      ...(maxMemoryMb === undefined ? [] : [`Max Memory Used: ${maxMemoryMb} MB`]),
      ...(initMs === undefined ? [] : [`Init Duration: ${two(initMs)} ms`]),
    ].join('\t') + `\t${failure(status, errorType).slice(1)}`,
};

const round = (ms: number): number => Math.round(ms * 1000) / 1000;

const record = (type: string, content: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ time: new Date().toISOString(), type: `platform.${type}`, record: content });

export const jsonLines: typeof textLines = {
  initStart: (runtime) =>
    record('initStart', { initializationType: 'on-demand', phase: 'init', runtimeVersion: runtime }),
  initReport: ({ initMs, phase, status, errorType }) =>
    record('initReport', {
      initializationType: 'on-demand',
      phase,
      status,
      errorType,
      metrics: { durationMs: round(initMs) },
    }),
  start: (requestId, version) => record('start', { requestId, version }),
  // Lambda's JSON logs have no END line; runtimeDone stands in its place.
  end: (requestId) => record('runtimeDone', { requestId }),
  report: ({ requestId, durationMs, initMs, memoryMb, maxMemoryMb, status, errorType }) =>
    record('report', {
      requestId,
      status,
      errorType,
      metrics: {
        durationMs: round(durationMs),
        billedDurationMs: billedMs(durationMs, initMs),
        memorySizeMB: memoryMb,
        maxMemoryUsedMB: maxMemoryMb,
        initDurationMs: initMs === undefined ? undefined : round(initMs),
      },
    }),
};

/** `2026/11/21/[7]<32 hex digits>`; in a log group that functions share the name stands in it too. */
export const streamName = (
  at: Date,
  functionName: string,
  version: string,
  logGroup: string,
  id: string,
): string => {
  const day = at.toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/${logGroup === `/aws/lambda/${functionName}` ? '' : functionName}[${version}]${id}`;
};

/** How an invocation went, for its END and REPORT lines. */
export interface Account {
  readonly durationMs: number;
  readonly initMs: number | undefined;
  readonly maxMemoryMb: number | undefined;
  readonly failure: Failure | undefined;
}

const tailBytes = 4096;
/** More lines than these fit into the tail only if they are almost empty. */
const maxTailLines = 400;

export type Journal = ReturnType<typeof openJournal>;

export const openJournal = (fn: FunctionVersion, logs: LogWriter) => {
  const name = streamName(new Date(), fn.name, fn.version, fn.logGroup, randomBytes(16).toString('hex'));
  const stream = logs.open(fn.logGroup, name);
  const lines = fn.logFormat === 'JSON' ? jsonLines : textLines;
  let tail: string[] | undefined;

  const write = (line: Line): void => {
    stream.write(line);
    if (tail !== undefined && tail.push(typeof line === 'string' ? line : line()) > maxTailLines)
      tail.shift();
  };

  return {
    lines,
    streamName: name,
    write,
    /** Keeps the current invocation's last lines from here on. */
    keepTail: (): void => {
      tail ??= [];
    },
    /** The last 4 KB kept, in base64, and keeps no more. */
    takeTail: (): string => {
      const text = Buffer.from(`${(tail ?? []).join('\n')}\n`);
      tail = undefined;
      return text.subarray(-tailBytes).toString('base64');
    },
    writeEnd: (requestId: string, { durationMs, initMs, maxMemoryMb, failure }: Account): void => {
      for (const line of failure?.lines ?? []) write(line);
      const errorType = failure?.errorType;
      const used = errorType === 'Runtime.OutOfMemory' ? fn.memoryMb : maxMemoryMb;
      const report = { requestId, durationMs, initMs, memoryMb: fn.memoryMb, maxMemoryMb: used, errorType };
      write(() => lines.end(requestId));
      write(() => lines.report({ ...report, status: failure?.status ?? 'success' }));
    },
  };
};
