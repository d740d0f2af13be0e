/** The answer first: what the run says, in the words that its statistics carry and no stronger. */
import { known } from '../known.ts';
import { formatMs, formatRatio, list, plural } from './format.ts';
import { recommendationSentence } from './recommendation.ts';
import { medianMsOf } from './latency.ts';
import type { Comparison, Ranking, Report } from '../schema/report.ts';

export interface Headline {
  readonly title: string;
  readonly sentences: readonly string[];
}

const medianText = (report: Report, id: string): string => {
  const ms = medianMsOf(report.targets.find((target) => target.id === id)?.response.all);
  return ms === undefined ? 'an unknown time' : formatMs(ms);
};

/** The one that the headline speaks of first: the largest. The others are ranked apart from it, and shown after it. */
export const rankingsOf = ({ rankings }: Report): readonly Ranking[] =>
  [...rankings].sort((a, b) => b.rows.length - a.rows.length);

/** The comparison of two targets with `base` as the base; undefined where there is none. */
export const comparisonOf = (ranking: Ranking, base: string, other: string): Comparison | undefined => {
  const same = ranking.comparisons.find((c) => c.base === base && c.other === other);
  if (same !== undefined) return same;
  const turned = ranking.comparisons.find((c) => c.base === other && c.other === base);
  if (turned === undefined) return undefined;
  const inverse = (bound: number | undefined) => (bound === undefined ? undefined : 1 / bound);
  const { ratio, low, high } = turned;
  return known({ ...turned, base, other, ratio: 1 / ratio, low: inverse(high), high: inverse(low) });
};

/** More than this many ratios in one sentence and nobody reads them; the table has them all. */
const mostRatios = 3;

const slower = (ranking: Ranking, first: string, ids: readonly string[]): string[] => {
  const phrases = ids.flatMap((id) => {
    const c = comparisonOf(ranking, first, id);
    return c === undefined || c.outcome === 'no-difference'
      ? []
      : [`${id} takes ${formatRatio(c.ratio)} times`];
  });
  if (phrases.length === 0) return [];
  const shown =
    phrases.length <= mostRatios
      ? phrases
      : [...phrases.slice(0, mostRatios - 1), `at the end ${phrases.at(-1) ?? ''}`];
  return [`At the median ${list(shown)} as long.`];
};

const withoutVerdict = (report: Report, ranking: Ranking, first: string): Headline => ({
  title: `In this run ${first} answered fastest: half of its requests within ${medianText(report, first)}`,
  sentences: [
    ...slower(
      ranking,
      first,
      ranking.rows.slice(1).map((row) => row.id),
    ),
    `${plural(report.method.rounds, 'round speaks', 'rounds speak')} of this run only; ` +
      `a verdict between targets takes ${report.method.roundsForVerdict} rounds.`,
  ],
});

const withVerdict = (report: Report, ranking: Ranking, first: string): Headline => {
  const leaders = ranking.rows.filter((row) => row.rank === 1).map((row) => row.id);
  const rest = ranking.rows.filter((row) => row.rank !== 1).map((row) => row.id);
  const median = medianText(report, first);
  const shared = leaders.length > 1;
  return {
    title: shared
      ? `${list(leaders)} share the first rank: the fastest answers half of its requests within ${median}`
      : `${first} answers fastest: half of its requests within ${median}`,
    sentences: [
      ...(shared ? ['No difference was shown between them.'] : []),
      ...slower(ranking, first, rest),
    ],
  };
};

const rankingHeadline = (report: Report, ranking: Ranking): Headline => {
  const [first, second] = ranking.rows;
  if (first === undefined) return { title: 'No target could be ranked', sentences: [] };
  if (second === undefined) {
    const title = `${first.id} answered half of its requests within ${medianText(report, first.id)}`;
    const only =
      'It is the only target with figures that can be ranked, so there is nothing to compare it with.';
    return { title, sentences: [only] };
  }
  return first.rank === undefined
    ? withoutVerdict(report, ranking, first.id)
    : withVerdict(report, ranking, first.id);
};

/** Ends that have a name in the state machine, in words. */
const ends: Readonly<Record<string, string>> = {
  RunCutShort: 'The run was cut short',
  'States.Timeout': 'The run took longer than it may',
  'States.DataLimitExceeded': 'The run had more to hand on than a state may hold',
};

const failure = ({ outcome: { error = 'no reason given', cause } }: Report): string =>
  `${ends[error] ?? `The run failed (${error})`}; this is what it left.` +
  (cause === undefined ? '' : ` Its cause: ${cause.replace(/\.?$/, '.')}`);

/** Title and the few sentences under it. The largest ranking speaks; others are pointed at. */
export const headlineOf = (report: Report): Headline => {
  const [largest] = rankingsOf(report);
  const headline =
    largest === undefined
      ? { title: 'No target was measured', sentences: [] }
      : rankingHeadline(report, largest);
  const unranked = report.rankings.flatMap((ranking) => ranking.unranked);
  const wanted = recommendationSentence(report.recommendation);
  const sentences = [...(wanted === undefined ? [] : [`${wanted}.`]), ...headline.sentences];
  if (report.rankings.length > 1) {
    sentences.push(
      `Targets were called in ${report.rankings.length} different ways or from different vantages; each is ranked apart.`,
    );
  }
  if (unranked.length > 0)
    sentences.push(`Not ranked: ${list(unranked.map((u) => u.id))}; the reasons are below.`);
  if (!report.outcome.ok) {
    sentences.unshift(failure(report));
  }
  return { title: headline.title, sentences };
};
