/** Who is faster than whom: every pair judged, the chance of error held over all of them together. */
import { ascending, group, mean, median, sum } from 'd3-array';
import { known } from '../known.ts';
import { verdictsOf } from '../stats/many.ts';
import { roundsToFind, smallestFound } from '../stats/planner.ts';
import {
  isDecidable,
  leastPerRound,
  pairedDifference,
  type RoundQuantile,
  type VerdictSettings,
} from '../stats/verdict.ts';
import { failedShareOf, rankableErrorShare } from './failures.ts';
import { formatCount, formatShare } from './format.ts';
import { quantileByRound, quantileShares } from './latency.ts';
import type { Comparison, Ranking, Sensitivity, TargetReport } from '../schema/report.ts';

/** alpha: the chance that any two equal targets of a ranking are called different, over all its pairs. */
export const rankingSettings: VerdictSettings = { alpha: 0.05, minimumEffect: 0.05 };

/** Why a target has figures, or none, but no place in the ranking; undefined for one that has a place. */
const reasonNotRanked = (target: TargetReport): string | undefined => {
  const { sent } = target.requests;
  if (target.state === 'not-timed') return target.remarks[0] ?? 'it was not timed';
  if (target.state === 'unanswered')
    return sent === 1
      ? 'its one request was not answered as expected'
      : `none of its ${formatCount(sent)} requests was answered as expected`;
  if (!target.rounds.some(({ valid }) => valid))
    return target.remarks.find((remark) => remark.includes('invalid')) ?? 'invalid';
  const share = failedShareOf(target.requests);
  if (share > rankableErrorShare) {
    return `${formatShare(share)} of its requests failed (ranked up to ${rankableErrorShare * 100} %)`;
  }
  const p50 = target.response.all?.quantiles.p50;
  if (p50 === undefined || 'aboveMs' in p50) return 'half of its requests had no answer';
  if ('neededN' in p50) return `too few answers: ${target.response.all?.n ?? 0} (it takes ${p50.neededN})`;
  return undefined;
};

/** A target with one quantile of the response times of all its planned requests, round by round. */
interface Competitor {
  readonly id: string;
  readonly quantiles: readonly RoundQuantile[];
}

/**
 * Mean logarithms of the competitors' medians with the rounds' own shifts taken out: what verdicts rest on as well. Where nobody misses
 * a round it is the plain mean; a missed round costs its competitor nothing but that round. Least squares of competitor + round, by turns.
 */
const levelsOf = (all: readonly Competitor[]): ReadonlyMap<string, number> => {
  const cells = all.flatMap(({ id, quantiles }) =>
    quantiles.map(({ round, value }) => ({ id, round, log: Math.log(value) })),
  );
  const shifts = new Map<number, number>();
  const levels = new Map<string, number>();
  const byRound = group(cells, ({ round }) => round);
  const byId = group(cells, ({ id }) => id);
  for (let turn = 0; turn < 50; turn++) {
    for (const [id, own] of byId)
      levels.set(id, mean(own, ({ round, log }) => log - (shifts.get(round) ?? 0)) ?? 0);
    for (const [round, own] of byRound)
      shifts.set(round, mean(own, ({ id, log }) => log - (levels.get(id) ?? 0)) ?? 0);
    // Shifts are relative to each other only.
    const centre = sum(shifts.values()) / Math.max(1, shifts.size);
    for (const [round, shift] of shifts) shifts.set(round, shift - centre);
  }
  return levels;
};

/** Over the rounds that both of a pair have; pairs that share none are left out. */
const pairsOf = (ranked: readonly Competitor[]) =>
  ranked.flatMap((base, i) =>
    ranked.slice(i + 1).flatMap((other) => {
      const difference = pairedDifference(base.quantiles, other.quantiles);
      return difference === undefined ? [] : [{ base: base.id, other: other.id, difference }];
    }),
  );

const comparePairs = (ranked: readonly Competitor[]): Comparison[] => {
  const pairs = pairsOf(ranked);
  const verdicts = verdictsOf(
    pairs.map(({ difference }) => difference),
    rankingSettings,
  );
  return pairs.flatMap(({ base, other }, i) => {
    const verdict = verdicts[i];
    return verdict === undefined ? [] : [{ base, other, ...verdict }];
  });
};

/**
 * Ranks that follow the order: 1 + the number of those above that were shown to be faster, and never less than the rank above.
 * A target without a single pair that could be judged has none.
 */
const rowsOf = (ordered: readonly Competitor[], comparisons: readonly Comparison[]): Ranking['rows'] => {
  let last = 1;
  return ordered.map(({ id }) => {
    const own = comparisons.filter((c) => c.base === id || c.other === id);
    if (!own.some(({ outcome }) => outcome !== 'this-run-only')) return { id };
    const faster = own.filter(
      ({ other, outcome, ratio }) => other === id && outcome === 'different' && ratio > 1,
    );
    last = Math.max(last, 1 + faster.length);
    return { id, rank: last };
  });
};

const competitor = (target: TargetReport, name: 'p50' | 'p99'): Competitor => {
  const q = quantileShares[name];
  const quantiles = quantileByRound(target, 'all', q, leastPerRound(q));
  return { id: target.id, quantiles: quantiles.filter(({ value }) => Number.isFinite(value)) };
};

const plannedEffects = [0.1, 0.2, 0.5];

/** What the run can see between two of its targets, taking the pair in the middle for all; alpha is dealt out to all pairs. */
const sensitivityOf = (all: readonly Competitor[], name: 'p50' | 'p99'): Sensitivity => {
  const pairs = pairsOf(all)
    .map(({ difference }) => difference)
    .filter(isDecidable);
  const settings = { ...rankingSettings, alpha: rankingSettings.alpha / Math.max(1, pairs.length) };
  const variance = median(pairs, ({ error, rounds }) => error ** 2 * rounds);
  const rounds = Math.round(median(pairs, (pair) => pair.rounds) ?? 0);
  const spread = variance === undefined ? undefined : Math.sqrt(variance);
  return known({
    quantile: name,
    rounds,
    spread,
    smallestFound:
      spread === undefined ? undefined : smallestFound(spread / Math.sqrt(rounds), rounds - 1, settings),
    roundsFor:
      spread === undefined
        ? []
        : plannedEffects.map((effect) => known({ effect, rounds: roundsToFind(effect, spread, settings) })),
    leastPerRound: leastPerRound(quantileShares[name]),
  });
};

/** One ranking per vantage and way of calling, null targets left out: they are the floor, not a competitor. */
export const rankTargets = (targets: readonly TargetReport[]): Ranking[] => {
  const competitors = targets.filter((target) => target.kind !== 'null');
  const groups = group(competitors, ({ path, vantage }) => `${path} ${vantage}`);
  return [...groups.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const fit = own.filter((target) => reasonNotRanked(target) === undefined);
    const medians = fit.map((target) => competitor(target, 'p50'));
    const levels = levelsOf(medians);
    const ordered = [...medians].sort((a, b) =>
      ascending(levels.get(a.id) ?? Infinity, levels.get(b.id) ?? Infinity),
    );
    const comparisons = comparePairs(ordered);
    const unranked = own.flatMap((target) => {
      const reason = reasonNotRanked(target);
      return reason === undefined ? [] : [{ id: target.id, reason }];
    });
    return [
      {
        vantage: first.vantage,
        path: first.path,
        rows: rowsOf(ordered, comparisons),
        unranked,
        comparisons,
        sensitivity:
          fit.length < 2
            ? []
            : [
                sensitivityOf(ordered, 'p50'),
                sensitivityOf(
                  fit.map((target) => competitor(target, 'p99')),
                  'p99',
                ),
              ],
      },
    ];
  });
};
