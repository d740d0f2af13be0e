/** What the log lines of a target say, boiled down for its report. */
import { group, median } from 'd3-array';
import { lambdaDollarsPerMillion, type Prices } from '../cost/prices.ts';
import { known } from '../known.ts';
import type { JoinedRequest, LogSection, TargetLogs } from '../schema/logs.ts';
import type { LogsReport, Waterfall } from '../schema/report-logs.ts';
import type { Target } from '../schema/target.ts';

type Timed = JoinedRequest & { readonly clientMs: number };

const isTimed = (request: JoinedRequest): request is Timed => request.clientMs !== undefined;

const middle = (requests: readonly Timed[], of: (request: Timed) => number | undefined): number =>
  median(requests, of) ?? 0;

const waterfallOf = (source: JoinedRequest['source'], cold: boolean, all: readonly Timed[]): Waterfall =>
  known({
    source,
    cold,
    n: all.length,
    clientMs: middle(all, ({ clientMs }) => clientMs),
    initMs: cold ? middle(all, ({ initMs }) => initMs ?? 0) : undefined,
    functionMs: middle(all, ({ durationMs }) => durationMs),
    extraMs: middle(all, ({ clientMs, durationMs, initMs = 0 }) => clientMs - durationMs - initMs),
  });

/** Live before copy, cold before warm. */
const waterfallsOf = (requests: readonly JoinedRequest[]): Waterfall[] => {
  const groups = group(requests.filter(isTimed), ({ source, cold }) => `${source} ${cold}`);
  return (['live', 'copy'] as const).flatMap((source) =>
    [true, false].flatMap((cold) => {
      const own = groups.get(`${source} ${cold}`);
      return own === undefined ? [] : [waterfallOf(source, cold, own)];
    }),
  );
};

/** No function can have less. */
const leastMb = 128;

/** With less memory goes less CPU: that the time stays the same is what tuning has to show. */
const overProvisionedOf = (
  { memory, billedMs }: LogSection,
  cpuArchitecture: Target['cpuArchitecture'] = 'x86_64',
  prices: Prices,
): LogsReport['overProvisioned'] => {
  if (memory === undefined || billedMs === undefined || memory.givenMb <= memory.maxUsedMb) return undefined;
  const { givenMb, maxUsedMb: usedMb } = memory;
  const dollars = (memoryMb: number): number =>
    lambdaDollarsPerMillion({ billedMs: billedMs.mean, memoryMb, cpuArchitecture }, prices);
  const dollarsPerMillion = Math.max(0, dollars(givenMb) - dollars(Math.max(leastMb, usedMb)));
  return { givenMb, usedMb, dollarsPerMillion };
};

export const reportLogs = (
  { live, copy, requests, remarks }: TargetLogs,
  { cpuArchitecture }: Target,
  prices: Prices,
): LogsReport =>
  known({
    live,
    copy,
    waterfalls: waterfallsOf(requests),
    overProvisioned: live && overProvisionedOf(live, cpuArchitecture, prices),
    remarks,
  });
