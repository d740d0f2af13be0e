/** What the rows that queries gave say of a log group. Pure. */
import { known } from '../known.ts';
import { isOk, isWarmup, type SamplePart } from '../schema/part.ts';
import type { JoinedRequest, LogSection } from '../schema/logs.ts';
import type { Trial } from '../schema/trial.ts';
import { type LogRow, numberIn } from './queries.ts';

/** A request of which the client knows its id: when it is looked up in the logs, both sides of it are known. */
export interface Joinable {
  readonly requestId: string;
  readonly clientMs: number;
  readonly cold: boolean;
}

/** What the run sent to a function. */
export interface Tally {
  readonly sent: number;
  /** Answered as expected. */
  readonly expected: number;
  readonly joinable: readonly Joinable[];
}

export const noTally: Tally = { sent: 0, expected: 0, joinable: [] };

export const addTallies = (a: Tally, b: Tally): Tally => ({
  sent: a.sent + b.sent,
  expected: a.expected + b.expected,
  joinable: [...a.joinable, ...b.joinable],
});

/** Warm-up requests are invocations like any other. */
export const tallyOf = ({ counts, samples, joinable = [] }: SamplePart): Tally => {
  const failedWarmup = samples.flags.reduce((sum, flag) => sum + (isWarmup(flag) && !isOk(flag) ? 1 : 0), 0);
  return {
    sent: counts.sent + counts.warmup,
    expected: counts.ok + counts.warmup - failedWarmup,
    joinable: joinable.map(({ requestId, sentUs, endUs, cold }) => ({
      requestId,
      cold,
      clientMs: (endUs - sentUs) / 1000,
    })),
  };
};

/** Of a copy's requests; the tuner's are not among them. */
export const tallyOfTrial = ({ requests }: Trial): Tally => ({
  sent: requests.length,
  expected: requests.filter(({ fault }) => fault === undefined).length,
  joinable: requests.flatMap(({ requestId, ms, cold, fault }) =>
    requestId === undefined || fault !== undefined ? [] : [{ requestId, clientMs: ms, cold }],
  ),
});

/** Of cold ones, which are rare, as many as half the room, of the others as many as are left of it, evenly over the run. */
export const chosen = (all: readonly Joinable[], most: number): readonly Joinable[] => {
  const colds = thinned(
    all.filter(({ cold }) => cold),
    Math.ceil(most / 2),
  );
  const warm = all.filter(({ cold }) => !cold);
  return [...colds, ...thinned(warm, most - colds.length)];
};

const thinned = <T>(all: readonly T[], most: number): readonly T[] => {
  const step = Math.max(1, all.length / Math.max(1, most));
  const picked = Array.from({ length: Math.min(all.length, most) }, (_, i) => all[Math.floor(i * step)]);
  return picked.flatMap((one) => one ?? []);
};

/** Lambda's megabyte in CloudWatch Logs Insights, in bytes. */
const bytesPerMb = 1_000_000;

const megabytes = (row: LogRow | undefined, name: string): number | undefined => {
  const bytes = numberIn(row, name);
  return bytes === undefined ? undefined : bytes / bytesPerMb;
};

/** What CloudWatch Logs adds to each event when it bills them, in bytes. */
const eventOverhead = 26;

const durationsIn = (row: LogRow): LogSection['durationMs'] => {
  const [p50, p90, p95] = [numberIn(row, 'p50'), numberIn(row, 'p90'), numberIn(row, 'p95')];
  const [p99, max, mean] = [numberIn(row, 'p99'), numberIn(row, 'longest'), numberIn(row, 'mean')];
  if (p50 === undefined || p90 === undefined || p95 === undefined) return undefined;
  return p99 === undefined || max === undefined || mean === undefined
    ? undefined
    : { p50, p90, p95, p99, max, mean };
};

const initsIn = (row: LogRow | undefined): LogSection['initMs'] => {
  const n = numberIn(row, 'coldStarts') ?? 0;
  const [p50, p90, p99] = [numberIn(row, 'p50'), numberIn(row, 'p90'), numberIn(row, 'p99')];
  const [max, mean] = [numberIn(row, 'longest'), numberIn(row, 'mean')];
  if (n === 0 || p50 === undefined || p90 === undefined || p99 === undefined) return undefined;
  return max === undefined || mean === undefined ? undefined : { n, p50, p90, p99, max, mean };
};

const billedIn = (reports: LogRow, coldStarts: LogRow | undefined): LogSection['billedMs'] => {
  const [requests = 0, billed] = [numberIn(reports, 'requests'), numberIn(reports, 'billed')];
  if (requests === 0 || billed === undefined) return undefined;
  const [colds = 0, ofColds = 0] = [numberIn(coldStarts, 'coldStarts'), numberIn(coldStarts, 'billed')];
  const warm = requests - colds;
  return known({
    mean: billed / requests,
    coldMean: colds === 0 ? undefined : ofColds / colds,
    warmMean: warm === 0 ? undefined : (billed - ofColds) / warm,
  });
};

const memoryIn = (row: LogRow): LogSection['memory'] => {
  const [givenMb, maxUsedMb] = [megabytes(row, 'memoryGiven'), megabytes(row, 'memoryUsed')];
  if (givenMb === undefined || maxUsedMb === undefined) return undefined;
  return known({ givenMb, maxUsedMb, p99UsedMb: megabytes(row, 'memoryUsedP99') });
};

/** The first rows of a log group's queries, by the query. */
export interface Answers {
  readonly reports: LogRow;
  readonly coldStarts?: LogRow | undefined;
  readonly volume?: LogRow | undefined;
  readonly scannedBytes: number;
}

export const requestsIn = (reports: LogRow | undefined): number => numberIn(reports, 'requests') ?? 0;

/** @param ofOneSize whether all its invocations ran with one size of memory: figures over several would say nothing */
export const sectionOf = (
  logGroup: string,
  { reports, coldStarts, volume, scannedBytes }: Answers,
  { sent, expected }: Tally,
  ofOneSize: boolean,
): LogSection => {
  const requests = requestsIn(reports);
  const [lines = 0, characters = 0] = [numberIn(volume, 'lines'), numberIn(volume, 'characters')];
  return known({
    logGroup,
    requests,
    expected,
    sent,
    missingShare: expected === 0 ? 0 : Math.max(0, expected - requests) / expected,
    errors: numberIn(reports, 'errors') ?? 0,
    timeouts: numberIn(reports, 'timeouts') ?? 0,
    coldStarts: numberIn(reports, 'coldStarts') ?? 0,
    ...(ofOneSize
      ? {
          durationMs: durationsIn(reports),
          billedMs: billedIn(reports, coldStarts),
          initMs: initsIn(coldStarts),
          memory: memoryIn(reports),
        }
      : {}),
    logBytesPerRequest: requests === 0 ? undefined : (characters + eventOverhead * lines) / requests,
    scannedBytes,
  });
};

/** The rows of requests that were found, with what their clients saw. */
export const joinRequests = (
  source: JoinedRequest['source'],
  rows: readonly LogRow[],
  joinable: readonly Joinable[],
): readonly JoinedRequest[] => {
  const clients = new Map(joinable.map((one) => [one.requestId, one]));
  return rows.flatMap((row) => {
    const requestId = row['@requestId'] ?? '';
    const client = clients.get(requestId);
    const [durationMs, billedMs] = [numberIn(row, '@duration'), numberIn(row, '@billedDuration')];
    if (client === undefined || durationMs === undefined || billedMs === undefined) return [];
    const initMs = numberIn(row, '@initDuration');
    const memory = { memoryMb: megabytes(row, '@memorySize'), maxMemoryMb: megabytes(row, '@maxMemoryUsed') };
    const { cold, clientMs } = client;
    return [known({ source, requestId, cold, clientMs, durationMs, billedMs, initMs, ...memory })];
  });
};
