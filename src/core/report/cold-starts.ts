/** Forced cold starts, as the report has them: of the trials that a run left. */
import { ascending, group as groupBy, median, sort, sum } from 'd3-array';
import { known } from '../known.ts';
import { forcedTrials, idleTrials } from '../schedule/trials.ts';
import type { JoinedRequest, TargetLogs } from '../schema/logs.ts';
import type { Plan, Verification } from '../schema/plan.ts';
import type { ColdStartComparison, ColdStartGroup, TargetColdStarts } from '../schema/report-cold-starts.ts';
import type { Target } from '../schema/target.ts';
import type { Trial, TrialInput } from '../schema/trial.ts';
import { distributionFromSamples } from '../stats/distribution.ts';
import { verdictsOf } from '../stats/many.ts';
import { pairedDifference, verdictDefaults } from '../stats/verdict.ts';
import { plural } from './format.ts';
import { summariseCalls } from './latency.ts';

/** Calls below which there is a median and a range, but neither interval nor verdict. */
const leastForIntervals = 30;

const kindOf = ({ purpose, simultaneous }: TrialInput): ColdStartGroup['kind'] => {
  if (purpose === 'idle') return 'idle';
  return simultaneous > 1 ? 'burst' : 'alone';
};

const kinds: readonly ColdStartGroup['kind'][] = ['alone', 'burst', 'idle'];

const summaryOf = (ms: readonly number[]): ColdStartGroup['summary'] => {
  const all = summariseCalls(distributionFromSamples(ms));
  const medianMs = median(ms);
  if (all === undefined || medianMs === undefined) return undefined;
  const { n, meanMs, minMs, maxMs, quantiles } = all;
  const summary = { n, meanMs, medianMs, minMs, maxMs };
  const { p50, p90 } = quantiles;
  if (n < leastForIntervals) return summary;
  return known({
    ...summary,
    ...('ms' in p50 ? { medianLowMs: p50.lowMs, medianHighMs: p50.highMs } : {}),
    ...('ms' in p90 ? { p90Ms: p90.ms, p90LowMs: p90.lowMs, p90HighMs: p90.highMs } : {}),
  });
};

const sameTrial = (a: TrialInput) => (b: TrialInput) =>
  a.targetId === b.targetId &&
  a.purpose === b.purpose &&
  a.memoryMb === b.memoryMb &&
  a.round === b.round &&
  a.simultaneous === b.simultaneous;

type Call = ColdStartGroup['calls'][number];
/** Joined log lines by request id. */
type Lines = ReadonlyMap<string, JoinedRequest>;

const loggedAs = (lines: Lines, requestId: string | undefined): Call['logged'] => {
  const line = requestId === undefined ? undefined : lines.get(requestId);
  if (line?.initMs === undefined) return undefined;
  const { initMs, durationMs, billedMs } = line;
  return { initMs, durationMs, billedMs };
};

const groupOf = (
  planned: readonly TrialInput[],
  trials: readonly Trial[],
  lines: Lines,
): ColdStartGroup | undefined => {
  const [first] = planned;
  if (first === undefined) return undefined;
  const requests = planned.flatMap((one) =>
    (trials.find(sameTrial(one))?.requests ?? []).map((request) => ({ ...request, round: one.round })),
  );
  const answered = requests.filter(({ fault }) => fault === undefined);
  const calls = answered
    .filter(({ cold }) => cold)
    .map(({ round, ms, openingMs, requestId }) =>
      known({ round, ms, openingMs, requestId, logged: loggedAs(lines, requestId) }),
    );
  const all = sum(planned, ({ simultaneous }) => simultaneous);
  return known({
    kind: kindOf(first),
    memoryMb: first.memoryMb,
    simultaneous: first.simultaneous,
    planned: all,
    failed: all - answered.length,
    warm: answered.length - calls.length,
    calls,
    summary: summaryOf(calls.map(({ ms }) => ms)),
  });
};

/** Each reason once, with how often it was given. */
const remarksOf = (planned: readonly TrialInput[], trials: readonly Trial[]): string[] => {
  const found = planned.map((one) => trials.find(sameTrial(one)));
  const reasons = found.flatMap((trial) => {
    if (trial === undefined) return ['it left nothing'];
    return trial.reason ?? trial.requests.find(({ fault }) => fault !== undefined)?.fault ?? [];
  });
  return [...groupBy(reasons, (reason) => reason)].map(
    ([reason, all]) => `${plural(all.length, 'trial')} of ${planned.length}: ${reason}`,
  );
};

/** What a plan forces on targets that passed their verification. */
const plannedTrials = (plan: Plan, verifications: readonly Verification[]): readonly TrialInput[] => {
  const fit = new Set(verifications.filter(({ ok }) => ok).map(({ targetId }) => targetId));
  const fitPlan = { ...plan, targets: plan.targets.filter(({ id }) => fit.has(id)) };
  return [...forcedTrials(fitPlan), ...idleTrials(fitPlan)];
};

/** What answers behind `live` and the copy has not. */
const notOfCopy = (target: Target | undefined): string[] => {
  const { provisionedConcurrency = 0, snapStart = false } = target ?? {};
  const isReady = provisionedConcurrency > 0;
  if (!isReady && !snapStart) return [];
  const what = isReady ? 'ready processes' : 'snapshot';
  return [`forced on a copy of the function, which has no ${what}: the function itself starts otherwise`];
};

/** By target; those whose cold starts were not to be forced are left out. */
export const coldStartsOf = (
  plan: Plan,
  verifications: readonly Verification[],
  trials: readonly Trial[],
  logs: readonly TargetLogs[] = [],
): ReadonlyMap<string, TargetColdStarts> => {
  const lines = new Map(logs.flatMap(({ requests }) => requests.map((line) => [line.requestId, line])));
  const ofTarget = groupBy(plannedTrials(plan, verifications), ({ targetId }) => targetId);
  return new Map(
    [...ofTarget].map(([targetId, planned]) => {
      const alike = groupBy(planned, (one) => `${kindOf(one)} ${one.memoryMb}`);
      const groups = sort(
        [...alike.values()].flatMap((ofGroup) => groupOf(ofGroup, trials, lines) ?? []),
        (a, b) => ascending(a.memoryMb, b.memoryMb) || kinds.indexOf(a.kind) - kinds.indexOf(b.kind),
      );
      const target = plan.targets.find(({ id }) => id === targetId);
      return [targetId, { groups, remarks: [...notOfCopy(target), ...remarksOf(planned, trials)] }];
    }),
  );
};

interface Contestant {
  readonly id: string;
  readonly group: ColdStartGroup;
}

const byRound = ({ calls }: ColdStartGroup) => calls.map(({ round, ms }) => ({ round, value: ms, n: 1 }));

/** Alone, every target with enough calls against the fastest of its memory size: one cold start each in every round. */
export const compareColdStarts = (
  targets: readonly { readonly id: string; readonly coldStarts?: TargetColdStarts | undefined }[],
): ColdStartComparison[] => {
  const contestants = targets.flatMap(({ id, coldStarts }): Contestant[] =>
    (coldStarts?.groups ?? [])
      .filter(({ kind, summary }) => kind === 'alone' && (summary?.n ?? 0) >= leastForIntervals)
      .map((group) => ({ id, group })),
  );
  const pairs = [...groupBy(contestants, ({ group }) => group.memoryMb)].flatMap(([memoryMb, all]) => {
    const [base, ...others] = sort(all, ({ group }) => group.summary?.medianMs);
    if (base === undefined) return [];
    return others.flatMap((other) => {
      const difference = pairedDifference(byRound(base.group), byRound(other.group));
      return difference === undefined ? [] : [{ memoryMb, base: base.id, other: other.id, difference }];
    });
  });
  const verdicts = verdictsOf(
    pairs.map(({ difference }) => difference),
    verdictDefaults,
  );
  return pairs.flatMap(({ memoryMb, base, other }, i) => {
    const verdict = verdicts[i];
    if (verdict === undefined || verdict.outcome === 'this-run-only') return [];
    const { outcome, ratio, low, high, p, rounds } = verdict;
    return [{ memoryMb, base, other, outcome, ratio, low, high, p, rounds }];
  });
};
