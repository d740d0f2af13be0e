/**
 * What the platform's own log lines say of one target in one run: `runs/<runId>/logs/<targetId>.json`, made by CollectLogs.
 * Milliseconds where the name says Ms; shares are 0 to 1; megabytes of 1,000,000 bytes, as Lambda counts.
 */
import * as v from 'valibot';
import { line, number, oneOf, openFields, type Output, text, whole } from './fields.ts';
import { targetId } from './target.ts';

const count = whole(0, 1e12);
const atLeast0 = number(0, 1e15);
const share = number(0, 1);

/** Of its function time: what the handler took, without initialisation. */
const durations = openFields({
  ...{ p50: atLeast0, p90: atLeast0, p95: atLeast0, p99: atLeast0, max: atLeast0, mean: atLeast0 },
});

const inits = openFields({
  n: count,
  ...{ p50: atLeast0, p90: atLeast0, p99: atLeast0, max: atLeast0, mean: atLeast0 },
});

/** One log group. */
export const logSection = openFields({
  logGroup: line(512),
  /** REPORT lines: one for each invocation. */
  requests: count,
  /** That the run sent to the function and were answered as expected: each must have left a line. */
  expected: count,
  /** All that the run sent to it; those that failed may have left a line or not. */
  sent: count,
  /** Of the expected; 0 where there are as many lines or more. */
  missingShare: share,
  errors: count,
  timeouts: count,
  coldStarts: count,
  /** These are absent where there is no line, and of a copy, which runs with many sizes of memory. */
  durationMs: v.exactOptional(durations),
  billedMs: v.exactOptional(
    openFields({ mean: atLeast0, coldMean: v.exactOptional(atLeast0), warmMean: v.exactOptional(atLeast0) }),
  ),
  initMs: v.exactOptional(inits),
  memory: v.exactOptional(
    openFields({ givenMb: atLeast0, maxUsedMb: atLeast0, p99UsedMb: v.exactOptional(atLeast0) }),
  ),
  /** As CloudWatch Logs bills them: 26 bytes for each event are added to its text. Absent without requests. */
  logBytesPerRequest: v.exactOptional(atLeast0),
  /** By all queries together: what Insights bills. */
  scannedBytes: atLeast0,
});

export const logSource = oneOf(['live', 'copy']);

/** A request whose client's sample was joined with its REPORT line. */
export const joinedRequest = openFields({
  source: logSource,
  requestId: line(128),
  cold: v.boolean('true or false'),
  /** From the actual send to the whole answer; the opening of a connection is not in it. */
  clientMs: v.exactOptional(atLeast0),
  durationMs: atLeast0,
  billedMs: atLeast0,
  initMs: v.exactOptional(atLeast0),
  memoryMb: v.exactOptional(atLeast0),
  maxMemoryMb: v.exactOptional(atLeast0),
});

/** Joined requests of a target that are kept: most of them of trials, where cold starts come from. */
export const mostJoined = { live: 50, copy: 150 } as const;

export const targetLogs = openFields({
  schema: v.literal('latency-lab.logs.v1', 'latency-lab.logs.v1'),
  targetId,
  /** Of the function that was loaded; absent where its log group could not be read. */
  live: v.exactOptional(logSection),
  /** Of its copy, on which cold starts are forced and memory is tuned. */
  copy: v.exactOptional(logSection),
  requests: v.array(joinedRequest, 'a JSON array'),
  remarks: v.array(text(4_000), 'a JSON array of texts'),
});

export type LogSection = Output<typeof logSection>;
export type JoinedRequest = Output<typeof joinedRequest>;
export type TargetLogs = Output<typeof targetLogs>;
