import type { Plan, Verification } from '../schema/plan.ts';
import type { SamplePart } from '../schema/part.ts';
import { roundsForVerdict, verdictDefaults } from '../stats/verdict.ts';
import { type CellSummary, summariseCell } from './cell.ts';
import { confidence } from './latency.ts';
import { latestParts } from './parts.ts';
import { rankableErrorShare, rankTargets } from './ranking.ts';
import { type KnownArchitecture, reportTarget } from './target-report.ts';
import { type Outcome, type Report, reportVersion, type TargetReport } from '../schema/report.ts';

export interface ReportInput {
  readonly plan: Plan;
  /** Of as many targets as were verified. */
  readonly verifications: readonly Verification[];
  readonly cells: readonly CellSummary[];
  /** ISO 8601, UTC. */
  readonly finishedAt: string;
  readonly outcome?: Outcome;
  /** Anything that is missing because it could not be read. */
  readonly remarks?: readonly string[];
  /** The manifest's rows: titles and reference figures. */
  readonly architectures?: readonly KnownArchitecture[];
}

/** Summarises whole parts in memory; app/report.ts does the same cell by cell, for runs of millions of samples. */
export const summariseParts = (parts: readonly SamplePart[], plan: Plan): CellSummary[] =>
  [...latestParts(parts).values()].flatMap(([first, ...rest]) =>
    first === undefined ? [] : [summariseCell([first, ...rest], plan.load)],
  );

/** A target without a single cell still has its row, so that none disappears. */
const cellIdsOf = (targetId: string, cells: readonly CellSummary[]): string[] => {
  const own = cells.map((cell) => cell.cellId).filter((id) => id.split('@')[0] === targetId);
  return own.length === 0 ? [targetId] : [...new Set(own)];
};

const reportTargets = ({ plan, verifications, cells, architectures = [] }: ReportInput): TargetReport[] =>
  plan.targets.flatMap((target) => {
    const verification = verifications.find((v) => v.targetId === target.id);
    const architecture = architectures.find((a) => a.id === target.id);
    return cellIdsOf(target.id, cells).map((cellId) =>
      reportTarget(
        {
          cellId,
          target,
          cells: cells.filter((c) => c.cellId === cellId).sort((a, b) => a.round.round - b.round.round),
          ...(verification === undefined ? {} : { verification }),
          ...(architecture === undefined ? {} : { architecture }),
        },
        plan,
      ),
    );
  });

/** Builds the report. Pure: the same input gives the same report, to the last digit. */
export const buildReport = (input: ReportInput): Report => {
  const { plan, finishedAt, outcome = { ok: true }, remarks = [] } = input;
  const targets = reportTargets(input);
  return {
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
      alpha: verdictDefaults.alpha,
      minimumEffect: verdictDefaults.minimumEffect,
      roundsForVerdict,
      rankableErrorShare,
    },
    labels: plan.labels,
    targets,
    rankings: rankTargets(targets, plan.seed),
    remarks,
    leftOut: plan.leftOut,
  };
};
