/** A client of the target while its alias is shifted: who answers, and how fast. */
import { httpConnection } from '../../adapters/http/client.ts';
import { startPacer } from '../../adapters/pacer.ts';
import { systemClock } from '../../adapters/system.ts';
import { driveOpen } from '../../app/generate/open.ts';
import { openSchedule } from '../../core/load/schedule.ts';
import { judge } from '../../core/load/judge.ts';
import type { Target } from '../../core/schema/target.ts';
import type { Traffic } from '../../core/schema/rollout-record.ts';
import { distributionFromSamples, quantile } from '../../core/stats/distribution.ts';
import { canaryHeaders } from '../../core/verify/contract.ts';

/** Seconds after which nobody looks any more: a rollout of a day is followed to its end without a client. */
const longestSeconds = 3_600;
const timeoutMs = 10_000;

type Columns = { -readonly [K in keyof Traffic]: Traffic[K] extends readonly (infer T)[] ? T[] : Traffic[K] };

/** What was answered since some moment, for the eye. */
export interface Seen {
  readonly version: string;
  readonly n: number;
  readonly p50Ms: number;
}

export interface Client {
  readonly traffic: Traffic;
  /** Of the last `seconds`: what each version answered, and how many requests failed. */
  lately(seconds: number): { readonly versions: readonly Seen[]; readonly failed: number };
  /** Sends no more; fulfilled when the last answer is there. */
  stop(): Promise<void>;
}

/** @param url of the target's request; its requests are sent at planned times, whatever becomes of earlier ones */
export const startClient = async (
  target: Target & { readonly url: string },
  requestsPerSecond: number,
): Promise<Client> => {
  const startMs = systemClock.now() + 50;
  const columns: Columns = { requestsPerSecond, versions: [], atMs: [], ms: [], version: [], ok: [] };
  const indexOf = (version: string | undefined): number => {
    if (version === undefined) return -1;
    const found = columns.versions.indexOf(version);
    return found === -1 ? columns.versions.push(version) - 1 : found;
  };
  const pacer = await startPacer();
  const stopping = new AbortController();
  const openConnection = () =>
    httpConnection({ url: target.url, method: 'GET', headers: canaryHeaders }, { clock: systemClock });
  const cell = { rate: requestsPerSecond, durationSeconds: longestSeconds };
  const schedule = openSchedule({ ...cell, totalRate: requestsPerSecond, worker: 0, workers: 1 });
  const driven = driveOpen({ warmup: 0, timeoutMs, maxConnections: 8 }, schedule, startMs, {
    clock: systemClock,
    pacer,
    openConnection,
    mayGoOn: () => !stopping.signal.aborted,
    signal: stopping.signal,
    onSent: ({ plannedMs, endMs, result }) => {
      const error =
        'error' in result ? result : judge(result, { kind: target.kind, expectedStatus: 200 }).error;
      columns.atMs.push(Math.round(plannedMs - startMs));
      columns.ms.push(Number((endMs - plannedMs).toFixed(3)));
      columns.version.push(indexOf('error' in result ? undefined : result.headers.get('x-version')));
      columns.ok.push(error === undefined ? 1 : 0);
      if (error !== undefined) columns.example ??= error.message.slice(0, 1_000);
    },
  }).finally(() => {
    pacer.end();
  });
  return {
    traffic: columns,
    lately: (seconds) => {
      const from = systemClock.now() - startMs - seconds * 1000;
      const recent = [...columns.atMs.keys()].filter((i) => (columns.atMs[i] ?? 0) >= from);
      const versions = columns.versions.flatMap((version, index) => {
        const answered = recent.filter((i) => columns.version[i] === index && columns.ok[i] === 1);
        const times = distributionFromSamples(answered.map((i) => columns.ms[i] ?? 0));
        return times === undefined ? [] : [{ version, n: times.n, p50Ms: quantile(times, 0.5) }];
      });
      return { versions, failed: recent.filter((i) => columns.ok[i] === 0).length };
    },
    stop: async () => {
      stopping.abort();
      await driven;
    },
  };
};
