/** The report of a run, of the summaries of its cells. */
import { range, sum } from 'd3-array';
import { requestedPrices } from '../cost/prices.ts';
import type { Architecture } from '../schema/manifest.ts';
import type { SamplePart } from '../schema/part.ts';
import type { TargetLogs } from '../schema/logs.ts';
import type { Plan, Verification } from '../schema/plan.ts';
import { type Report, reportVersion, type RoundReport, type TargetReport } from '../schema/report.ts';
import type { Target } from '../schema/target.ts';
import { roundsForVerdict } from '../stats/verdict.ts';
import { known } from '../known.ts';
import type { StoredTuning } from '../schema/tuning.ts';
import { reportTuning } from './tuning.ts';
import type { Trial } from '../schema/trial.ts';
import { coldStartsOf, compareColdStarts } from './cold-starts.ts';
import { type CellSummary, perSecond, summariseCell } from './cell.ts';
import { usualRate, withCost } from './cost.ts';
import { plannedRequests, rankableErrorShare } from './failures.ts';
import { list } from './format.ts';
import { confidence, countedRounds, summariseTime } from './latency.ts';
import { reportLogs } from './logs.ts';
import { addCounts, addErrors, latestParts } from './parts.ts';
import { rankingSettings, rankTargets } from './ranking.ts';
import { recommend } from './recommendation.ts';
import { crossedThresholds } from './thresholds.ts';
import { remarksOnRounds } from './validity.ts';

/** Names and reference figures of the manifest's rows that are targets. */
export type KnownArchitecture = Pick<Architecture, 'id' | 'title' | 'reference'>;

interface TargetInput {
  /** `<targetId>` or `<targetId>@<MB>`. */
  readonly cellId: string;
  readonly target: Target;
  readonly verification: Verification | undefined;
  /** In order of round. */
  readonly cells: readonly CellSummary[];
  readonly architecture: KnownArchitecture | undefined;
  readonly logs: TargetLogs | undefined;
}

/** Of targets that name none. */
const defaultVantage = { aws: 'region', local: 'this machine' } as const;

const stateOf = (input: TargetInput, plan: Plan, rounds: readonly RoundReport[]): TargetReport['state'] => {
  if (rounds.length === 0) return 'not-timed';
  if (rounds.every((round) => round.requests.ok === 0)) return 'unanswered';
  const whole = rounds.every(
    ({ workers, requests }) => workers.finished === workers.planned && requests.unsent === 0,
  );
  return whole && rounds.length === plan.rounds ? 'measured' : 'incomplete';
};

const remarksOf = (input: TargetInput, plan: Plan, rounds: readonly RoundReport[]): string[] => {
  const { target, verification } = input;
  const judged = rounds.map((round) => ({
    round: round.round,
    cell: { ...round, unsent: round.requests.unsent },
  }));
  const remarks = remarksOnRounds(judged, plan.load);
  if (verification?.ok === false) {
    remarks.unshift(`verification failed: ${verification.reason ?? 'no reason was given'}`);
  } else if (rounds.length === 0) {
    remarks.unshift(
      verification === undefined ? 'it was not verified' : 'it was verified, but no sample was taken',
    );
  } else if (rounds.length < plan.rounds) {
    const missing = range(1, plan.rounds + 1).filter((n) => !rounds.some(({ round }) => round === n));
    remarks.unshift(
      `samples of ${rounds.length} of ${plan.rounds} rounds, none of ${missing.length === 1 ? 'round' : 'rounds'} ${list(missing.map(String))}`,
    );
  }
  return [...remarks, ...remarkOnStore(target, plan, rounds)];
};

/** From this share of `maxRate` on, answers of a closed load come as fast as the store lets them. */
const storeBoundShare = 0.8;

/**
 * An open load is judged by what it asks for, a closed one by what it got; on one connection no request waits for
 * another, so the store's time is then a part of the architecture's. What an API does not let through is answered
 * with 429 and counted as failed, so of a limit that is the API's nothing is to be said.
 */
const remarkOnStore = (
  { maxRate, apiRateLimit }: Target,
  { load }: Plan,
  rounds: readonly RoundReport[],
): string[] => {
  if (maxRate === undefined || maxRate === apiRateLimit) return [];
  const store = `the ${maxRate}/s that its store takes`;
  const so = 'this measures the store, not the architecture';
  if (load.model === 'open')
    return load.rate > maxRate ? [`${load.rate} requests/s is above ${store}: ${so}`] : [];
  if (load.concurrency === 1) return [];
  const answered = sum(rounds, ({ requests }) => requests.ok);
  const rate = perSecond(
    answered,
    sum(rounds, ({ seconds }) => seconds),
  );
  if (rate === undefined || rate < storeBoundShare * maxRate) return [];
  const near = `near or above ${store} (remarked from ${storeBoundShare * 100} % on)`;
  return [`${Number(rate.toPrecision(3))} requests/s were answered, ${near}: ${so}`];
};

/** The run's last word on one target: its rounds merged, never averaged. */
const reportTarget = (input: TargetInput, plan: Plan): TargetReport => {
  const { target, cellId, verification, architecture, logs } = input;
  const rounds = input.cells.map((cell) => cell.round);
  const counted = countedRounds(rounds);
  // A target that failed its verification is not to be timed.
  const planned = verification?.ok === false ? 0 : plan.rounds * plannedRequests(plan.load);
  const requests = addCounts(
    rounds.map((round) => round.requests),
    planned,
  );
  const seconds = sum(rounds, (round) => round.seconds);
  return known({
    id: cellId,
    targetId: target.id,
    title: architecture?.title ?? target.id,
    kind: target.kind,
    vantage: target.vantage ?? defaultVantage[plan.plane],
    path: target.url === undefined ? 'invoke' : 'http',
    memoryMb: memoryOf(cellId) ?? target.memoryMb,
    cpuArchitecture: target.cpuArchitecture,
    runtime: target.runtime,
    state: stateOf(input, plan, rounds),
    remarks: remarksOf(input, plan, rounds),
    valid: rounds.every((round) => round.valid),
    verification,
    requests,
    errors: addErrors(input.cells.flatMap((cell) => cell.errors)),
    throughputPerSecond: perSecond(requests.ok, seconds),
    response: summariseTime(counted, 'response', plan.load.timeoutMs),
    service: summariseTime(counted, 'service', plan.load.timeoutMs),
    rounds,
    logs: logs && reportLogs(logs, target, requestedPrices(plan.cost)),
    reference: architecture?.reference,
  });
};

const memoryOf = (cellId: string): number | undefined => {
  const memory = Number(cellId.split('@')[1]);
  return Number.isInteger(memory) ? memory : undefined;
};

export interface ReportInput {
  readonly plan: Plan;
  /** Of as many targets as were verified. */
  readonly verifications: readonly Verification[];
  readonly cells: readonly CellSummary[];
  /** ISO 8601, UTC. */
  readonly finishedAt: string;
  readonly outcome?: Report['outcome'];
  /** Of the copies, in any order. */
  readonly trials?: readonly Trial[];
  /** Of those targets whose memory was tuned. */
  readonly tunings?: readonly StoredTuning[];
  /** Anything that is missing because it could not be read. */
  readonly remarks?: readonly string[];
  /** Of those targets whose log lines were read. */
  readonly logs?: readonly TargetLogs[];
  /** The manifest's rows: titles and reference figures. */
  readonly architectures?: readonly KnownArchitecture[];
}

/** Summarises whole parts in memory; app/report-cells.ts does the same of a store's, for runs of millions of samples. */
export const summariseParts = (parts: readonly SamplePart[], plan: Plan): CellSummary[] =>
  [...latestParts(parts).values()].flatMap((ofCell) => summariseCell(ofCell, plan.load) ?? []);

/** A target without a single cell still has its row, so that none disappears. */
const cellIdsOf = (targetId: string, cells: readonly CellSummary[]): string[] => {
  const own = cells.map((cell) => cell.cellId).filter((id) => id.split('@')[0] === targetId);
  return own.length === 0 ? [targetId] : [...new Set(own)];
};

/** A plan that tunes nothing has no tunings to tell of. */
const goalOf = ({ tuning = false }: Plan) =>
  tuning === false ? ({ strategy: 'balanced', balancedWeight: 0.5 } as const) : tuning;

const reportTargets = ({
  plan,
  verifications,
  cells,
  logs = [],
  trials = [],
  tunings = [],
  architectures = [],
}: ReportInput): TargetReport[] => {
  const coldStarts = coldStartsOf(plan, verifications, trials, logs);
  return plan.targets.flatMap((target) => {
    const verification = verifications.find((v) => v.targetId === target.id);
    const architecture = architectures.find((a) => a.id === target.id);
    return cellIdsOf(target.id, cells).map((cellId) => {
      const own = cells.filter((c) => c.cellId === cellId).sort((a, b) => a.round.round - b.round.round);
      const logged = logs.find(({ targetId }) => targetId === target.id);
      const stored = tunings.find(({ targetId }) => targetId === target.id);
      // Copies have sizes of their own, so a sweep's cells share them.
      const forced = cellId === target.id ? coldStarts.get(target.id) : undefined;
      return known({
        ...reportTarget({ cellId, target, cells: own, verification, architecture, logs: logged }, plan),
        coldStarts: forced,
        tuning:
          stored && cellId === target.id
            ? reportTuning(stored, goalOf(plan), target, trials, requestedPrices(plan.cost))
            : undefined,
      });
    });
  });
};

/** The same report with every figure computed anew from what its rounds hold: for one of an earlier version. */
export const withFigures = (report: Report): Report => {
  const { timeoutMs } = report.method.load;
  const targets = report.targets.map((target) => {
    const rounds = target.rounds.map((round) => ({
      ...round,
      response: summariseTime([round], 'response', timeoutMs),
    }));
    const counted = countedRounds(rounds);
    return {
      ...target,
      rounds,
      response: summariseTime(counted, 'response', timeoutMs),
      service: summariseTime(counted, 'service', timeoutMs),
    };
  });
  return {
    ...report,
    method: { ...report.method, ...rankingSettings },
    targets,
    rankings: rankTargets(targets),
  };
};

/** Builds the report. Pure: the same input gives the same report, to the last digit. */
export const buildReport = (input: ReportInput): Report => {
  const { plan, finishedAt, outcome = { ok: true }, remarks = [] } = input;
  const { targets, cost } = withCost(plan, reportTargets(input));
  const coldStartComparisons = compareColdStarts(targets.filter(({ kind }) => kind !== 'null'));
  const recommendation = recommend(targets, cost?.requestsPerSecond ?? usualRate, plan.goal);
  // Of a run that failed on its own there is nothing to judge.
  const crossed = outcome.ok ? crossedThresholds(known({ targets, recommendation }), plan) : [];
  return known({
    schema: reportVersion,
    runId: plan.runId,
    labName: plan.labName,
    plane: plan.plane,
    createdAt: plan.createdAt,
    finishedAt,
    outcome,
    method: {
      load: plan.load,
      rounds: plan.rounds,
      seed: plan.seed,
      confidence,
      alpha: rankingSettings.alpha,
      minimumEffect: rankingSettings.minimumEffect,
      roundsForVerdict,
      rankableErrorShare,
    },
    labels: plan.labels,
    targets,
    rankings: rankTargets(targets),
    cost,
    ...(coldStartComparisons.length === 0 ? {} : { coldStartComparisons }),
    recommendation,
    ...(crossed.length === 0 ? {} : { crossed }),
    remarks,
    leftOut: plan.leftOut,
  });
};
