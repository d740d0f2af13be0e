/** What the rules of a rollout judge by: each round's two sides as numbers. */
import { Histogram } from '../histogram/histogram.ts';
import type { RolloutRound, RolloutSide } from '../schema/rollout.ts';
import { type Distribution, distributionFromCounts, pooled, quantile } from '../stats/distribution.ts';
import { leastPerRound, type RoundQuantile } from '../stats/verdict.ts';

/** What one of the two versions got in a round and made of it. */
export interface Side {
  readonly planned: number;
  readonly failed: number;
  /** Response times of warm answers; undefined where there were none. */
  readonly warm: Distribution | undefined;
}

export interface Pair {
  readonly round: number;
  readonly base: Side;
  readonly next: Side;
}

/** Of both versions, round by round. */
export interface Both<T> {
  readonly base: readonly T[];
  readonly next: readonly T[];
}

export interface Counts {
  readonly planned: number;
  readonly failed: number;
  readonly warm: number;
}

export interface Figures {
  readonly counts: Both<Counts>;
  readonly p50: Both<RoundQuantile>;
  readonly p99: Both<RoundQuantile>;
}

const sideOf = ({ planned, failed, warmUs }: RolloutSide): Side => ({
  planned,
  failed,
  warm: distributionFromCounts(Histogram.decode(warmUs).buckets()),
});

/** @throws InputError on a histogram that is none */
export const pairsOf = (rounds: readonly RolloutRound[]): readonly Pair[] =>
  rounds.map(({ round, base, next }) => ({ round, base: sideOf(base), next: sideOf(next) }));

const countsOf = ({ planned, failed, warm }: Side): Counts => ({ planned, failed, warm: warm?.n ?? 0 });

/** Rounds that follow each other, together as many as it takes to plan `least` requests; those left at the end are left out. */
const blocksOf = (pairs: readonly Pair[], least: number): readonly (readonly Pair[])[] => {
  const blocks: Pair[][] = [];
  let open: Pair[] = [];
  for (const pair of pairs) {
    open.push(pair);
    if (open.reduce((sum, { base }) => sum + base.planned, 0) < least) continue;
    blocks.push(open);
    open = [];
  }
  return blocks;
};

const together = (sides: readonly Side[]): Distribution | undefined => {
  const found = sides.flatMap(({ warm }) => warm ?? []);
  return found.length === 1 ? found[0] : pooled(found);
};

/** Of blocks in which both have answers. */
const quantiles = (pairs: readonly Pair[], q: number): Both<RoundQuantile> => {
  const both = { base: [] as RoundQuantile[], next: [] as RoundQuantile[] };
  for (const block of blocksOf(pairs, leastPerRound(q))) {
    const base = together(block.map((pair) => pair.base));
    const next = together(block.map((pair) => pair.next));
    if (base === undefined || next === undefined) continue;
    const round = block[0]?.round ?? 0;
    both.base.push({ round, value: quantile(base, q), n: base.n });
    both.next.push({ round, value: quantile(next, q), n: next.n });
  }
  return both;
};

/**
 * @param pairs in the order of their rounds
 * @param young rounds from the first on whose times do not count, since the processes of one version were young; their failures do
 */
export const figuresOf = (pairs: readonly Pair[], young = 0): Figures => {
  const grown = pairs.slice(young);
  return {
    counts: { base: pairs.map(({ base }) => countsOf(base)), next: pairs.map(({ next }) => countsOf(next)) },
    p50: quantiles(grown, 0.5),
    p99: quantiles(grown, 0.99),
  };
};
