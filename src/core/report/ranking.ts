import { group } from 'd3-array';
import { type Distribution, sharedRanks } from '../stats/distribution.ts';
import { verdict, verdictDefaults } from '../stats/verdict.ts';
import { failedShareOf, rankableErrorShare } from './failures.ts';
import { formatCount, formatShare } from './format.ts';
import { medianMsOf, roundDistributions } from './latency.ts';
import type { Comparison, Ranking, TargetReport } from '../schema/report.ts';

/** Why a target has figures, or none, but no place in the ranking; undefined for one that has a place. */
const reasonNotRanked = (target: TargetReport): string | undefined => {
  const { sent } = target.requests;
  if (target.state === 'not-timed') return target.remarks[0] ?? 'it was not timed';
  if (target.state === 'unanswered')
    return sent === 1
      ? 'its one request was not answered as expected'
      : `none of its ${formatCount(sent)} requests was answered as expected`;
  if (!target.valid) return target.remarks.find((remark) => remark.includes('invalid')) ?? 'invalid';
  const share = failedShareOf(target.requests);
  if (share > rankableErrorShare) {
    return `${formatShare(share)} of its requests failed (ranked up to ${rankableErrorShare * 100} %)`;
  }
  const p50 = target.response.warm?.quantiles.p50;
  if (p50 === undefined) return 'it gave no warm answers';
  if ('neededN' in p50)
    return `too few warm answers: ${target.response.warm?.n ?? 0} (it takes ${p50.neededN})`;
  return undefined;
};

const medianOf = ({ response }: TargetReport): number => medianMsOf(response.warm) ?? Infinity;

type WarmRounds = ReadonlyMap<string, ReadonlyMap<number, Distribution>>;

/** Over the rounds that both have; undefined when they share none. */
const compare = (
  base: TargetReport,
  other: TargetReport,
  warm: WarmRounds,
  seed: number,
): Comparison | undefined => {
  const [ofBase, ofOther] = [warm.get(base.id), warm.get(other.id)];
  if (ofBase === undefined || ofOther === undefined) return undefined;
  const pairs = [...ofBase].flatMap(([round, a]) => {
    const b = ofOther.get(round);
    return b === undefined ? [] : [{ a, b }];
  });
  const two = { base: pairs.map((p) => p.a), other: pairs.map((p) => p.b), paired: true };
  const found = verdict(two, 0.5, { ...verdictDefaults, seed });
  if (found === undefined || !Number.isFinite(found.ratio)) return undefined;
  return { base: base.id, other: other.id, ...found };
};

const comparePairs = (ranked: readonly TargetReport[], seed: number): Comparison[] => {
  const warm: WarmRounds = new Map(ranked.map((target) => [target.id, roundDistributions(target, 'warm')]));
  return ranked.flatMap((base, i) =>
    ranked.slice(i + 1).flatMap((other) => compare(base, other, warm, seed) ?? []),
  );
};

const rowsOf = (ranked: readonly TargetReport[], comparisons: readonly Comparison[]): Ranking['rows'] => {
  const decided = comparisons.length > 0 && comparisons.every((c) => c.outcome !== 'this-run-only');
  if (!decided) return ranked.map(({ id }) => ({ id }));
  const isFaster = (a: TargetReport, b: TargetReport): boolean =>
    comparisons.some(
      (c) =>
        c.outcome === 'different' &&
        ((c.base === a.id && c.other === b.id && c.ratio > 1) ||
          (c.base === b.id && c.other === a.id && c.ratio < 1)),
    );
  const ranks = sharedRanks(ranked, isFaster);
  return ranked.map(({ id }, i) => ({ id, rank: ranks[i] ?? 1 }));
};

/**
 * One ranking per vantage and way of calling, null targets left out: they are the floor, not a competitor.
 * @param seed of the bootstrap, so that a report can be built again to the digit
 */
export const rankTargets = (targets: readonly TargetReport[], seed: number): Ranking[] => {
  const competitors = targets.filter((target) => target.kind !== 'null');
  const groups = group(competitors, ({ path, vantage }) => `${path} ${vantage}`);
  return [...groups.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const ranked = own
      .filter((target) => reasonNotRanked(target) === undefined)
      .sort((a, b) => medianOf(a) - medianOf(b));
    const comparisons = comparePairs(ranked, seed);
    const unranked = own.flatMap((target) => {
      const reason = reasonNotRanked(target);
      return reason === undefined ? [] : [{ id: target.id, reason }];
    });
    return [
      { vantage: first.vantage, path: first.path, rows: rowsOf(ranked, comparisons), unranked, comparisons },
    ];
  });
};
