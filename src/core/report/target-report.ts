import type { Architecture } from '../schema/manifest.ts';
import type { Plan, Verification } from '../schema/plan.ts';
import type { Target } from '../schema/target.ts';
import { type CellSummary, perSecond } from './cell.ts';
import { addCounts, addErrors } from './parts.ts';
import { mergeHistograms, summariseColdAndWarm } from './latency.ts';
import { remarksOnRounds } from './validity.ts';
import type { RoundReport, TargetReport, TargetState } from '../schema/report.ts';

/** Names and reference figures of the manifest's rows that are targets. */
export type KnownArchitecture = Pick<Architecture, 'id' | 'title' | 'reference'>;

export interface TargetInput {
  /** `<targetId>` or `<targetId>@<MB>`. */
  readonly cellId: string;
  readonly target: Target;
  readonly verification?: Verification;
  /** In order of round. */
  readonly cells: readonly CellSummary[];
  readonly architecture?: KnownArchitecture;
}

/** Of targets that name none. */
const defaultVantage = { aws: 'region', local: 'this machine' } as const;

const stateOf = (input: TargetInput, plan: Plan, rounds: readonly RoundReport[]): TargetState => {
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
    remarks.unshift(`samples of ${rounds.length} of ${plan.rounds} rounds`);
  }
  if (plan.load.model === 'open' && target.maxRate !== undefined && plan.load.rate > target.maxRate) {
    remarks.push(
      `${plan.load.rate} requests/s is above the ${target.maxRate}/s that its store takes: ` +
        'this measures the store, not the architecture',
    );
  }
  return remarks;
};

/** The run's last word on one target: its rounds merged, never averaged. */
export const reportTarget = (input: TargetInput, plan: Plan): TargetReport => {
  const { target, cellId, verification, architecture } = input;
  const rounds = input.cells.map((cell) => cell.round);
  const histograms = mergeHistograms(rounds.map((round) => round.histograms));
  const requests = addCounts(rounds.map((round) => round.requests));
  const seconds = rounds.reduce((sum, round) => sum + round.seconds, 0);
  const memoryMb = memoryOf(cellId) ?? target.memoryMb;
  return {
    id: cellId,
    targetId: target.id,
    title: architecture?.title ?? target.id,
    kind: target.kind,
    vantage: target.vantage ?? defaultVantage[plan.plane],
    path: target.url === undefined ? 'invoke' : 'http',
    ...(memoryMb === undefined ? {} : { memoryMb }),
    ...(target.cpuArchitecture === undefined ? {} : { cpuArchitecture: target.cpuArchitecture }),
    ...(target.runtime === undefined ? {} : { runtime: target.runtime }),
    state: stateOf(input, plan, rounds),
    remarks: remarksOf(input, plan, rounds),
    valid: rounds.every((round) => round.valid),
    ...(verification === undefined ? {} : { verification }),
    requests,
    errors: addErrors(input.cells.flatMap((cell) => cell.errors)),
    ...perSecond(requests.ok, seconds),
    response: summariseColdAndWarm(histograms.response),
    service: summariseColdAndWarm(histograms.service),
    rounds,
    ...(architecture?.reference === undefined ? {} : { reference: architecture.reference }),
  };
};

const memoryOf = (cellId: string): number | undefined => {
  const memory = Number(cellId.split('@')[1]);
  return Number.isInteger(memory) ? memory : undefined;
};
