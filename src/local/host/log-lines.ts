/** The platform's own log lines, in the text form and in the JSON form that Lambda writes. Pure. */

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

export interface PlatformLines {
  readonly initStart: (runtime: string) => string;
  readonly initReport: (report: InitReport) => string;
  readonly start: (requestId: string, version: string) => string;
  readonly end: (requestId: string) => string;
  readonly report: (report: Report) => string;
}

/** Whole milliseconds, begun ones counted, initialisation included: how Lambda bills since August 2025. */
export const billedMs = (durationMs: number, initMs = 0): number => Math.ceil(durationMs + initMs);

const two = (ms: number): string => ms.toFixed(2);

const failure = (status: Status, errorType: string | undefined): string =>
  status === 'success'
    ? ''
    : `\tStatus: ${status}${errorType === undefined || status === 'timeout' ? '' : `\tError Type: ${errorType}`}`;

export const textLines: PlatformLines = {
  initStart: (runtime) => `INIT_START Runtime Version: ${runtime}`,
  initReport: ({ initMs, phase, status, errorType }) =>
    `INIT_REPORT Init Duration: ${two(initMs)} ms\tPhase: ${phase}${failure(status, errorType)}`,
  start: (requestId, version) => `START RequestId: ${requestId} Version: ${version}`,
  end: (requestId) => `END RequestId: ${requestId}`,
  report: ({ requestId, durationMs, initMs, memoryMb, maxMemoryMb, status, errorType }) =>
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

export const jsonLines: PlatformLines = {
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
