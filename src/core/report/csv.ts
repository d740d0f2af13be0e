/**
 * The figures as a long table (RFC 4180), one line per target, time and temperature, for spreadsheets and scripts. In `all`, every
 * planned request counts, one without an answer as slower than any; a quantile that falls among those is empty, and so is a bound beyond what was measured.
 * `cold-alone` and `cold-burst` are cold starts that verification saw before the load; there is no line where it saw none; `failed`
 * is verification's then. `forced-alone`, `forced-burst` and `idle` are those of the function's copy. Ranks count within one way of calling and one vantage.
 */
import { distributionFromSamples } from '../stats/distribution.ts';
import { summariseCalls } from './latency.ts';
import { type LatencySummary, type QuantileMs, quantileNames } from '../schema/report.ts';
import type { ReportView, TargetRow } from './view-model.ts';

const header = [
  'target',
  'memory_mb',
  'state',
  'valid',
  'called',
  'vantage',
  'rank',
  'time',
  'temperature',
  'n',
  'failed',
  'mean_ms',
  'sd_ms',
  'min_ms',
  ...quantileNames.flatMap((name) => [`${name}_ms`, `${name}_low_ms`, `${name}_high_ms`]),
  'max_ms',
];

type Field = string | number | boolean | undefined;

/** Spreadsheets run text that begins like a formula, so such text is led by an apostrophe. */
const field = (value: Field): string => {
  if (typeof value !== 'string') return value === undefined ? '' : String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

const quantileFields = (quantile: QuantileMs | undefined): Field[] =>
  quantile !== undefined && 'ms' in quantile
    ? [quantile.ms, quantile.lowMs, quantile.highMs]
    : [undefined, undefined, undefined];

const latencyFields = (summary: LatencySummary | undefined): Field[] => [
  summary?.meanMs,
  summary?.standardDeviationMs,
  summary?.minMs,
  ...quantileNames.flatMap((name) => quantileFields(summary?.quantiles[name])),
  summary?.maxMs,
];

const linesOf = ({ target, rank, firstColds, verificationFailed }: TargetRow): Field[][] => {
  const line = (
    time: string,
    temperature: string,
    summary: LatencySummary | undefined,
    failed = target.requests.failed,
    memoryMb = target.memoryMb,
  ): Field[] => [
    target.id,
    memoryMb,
    target.state,
    target.valid,
    target.path,
    target.vantage,
    rank,
    time,
    temperature,
    summary?.n ?? 0,
    failed,
    ...latencyFields(summary),
  ];
  const first = (temperature: string, summary: LatencySummary | undefined): Field[][] =>
    summary === undefined ? [] : [line('service', temperature, summary, verificationFailed)];
  return [
    line('response', 'all', target.response.all),
    line('response', 'warm', target.response.warm),
    line('response', 'cold', target.response.cold),
    line('service', 'all', target.service.all),
    line('service', 'warm', target.service.warm),
    line('service', 'cold', target.service.cold),
    ...first('cold-alone', firstColds.alone),
    ...first('cold-burst', firstColds.burst),
    ...(target.coldStarts?.groups ?? []).map(({ kind, memoryMb, calls, failed }) =>
      line(
        'service',
        `${kind === 'idle' ? '' : 'forced-'}${kind}`,
        summariseCalls(distributionFromSamples(calls.map(({ ms }) => ms))),
        failed,
        memoryMb,
      ),
    ),
  ];
};

/** Empty fields are figures that n cannot carry or that there are none of. Nothing is rounded. */
export const renderCsv = ({ rows }: ReportView): string =>
  [header, ...rows.flatMap(linesOf)].map((fields) => `${fields.map(field).join(',')}\r\n`).join('');
