/**
 * Whether a rollout may go on. Each stage asks three questions of its rounds (more errors, a higher p50, a higher p99), each with
 * its own small chance of stopping a version that is no worse; while weights shift that chance is spent over the looks. By Bonferroni
 * they add up to `falseStops` at most. bench/rollouts.mjs measures what is stopped.
 */
import { median, sum } from 'd3-array';
import { rolloutStages, type RuleName, type RuleOutcome } from '../schema/rollout.ts';
import { smallestFound } from '../stats/planner.ts';
import { shareDifference } from '../stats/shares.ts';
import { signFlipP } from '../stats/sign-flip.ts';
import {
  isDecidable,
  pairedDifference,
  roundsForVerdict,
  verdictOf,
  type VerdictSettings,
} from '../stats/verdict.ts';
import type { Both, Counts, Figures } from './figures.ts';

/** The share of rollouts of an equal version that all rules of all stages together may stop. */
export const falseStops = 0.02;
const questions = 3;
/** Of one question at one stage. */
export const stageAlpha = falseStops / (rolloutStages.length * questions);

/** Of one question at the n-th look (from 1) at rounds that grow: 1/2, 1/6, 1/12 ... of the stage's, which add up to it however many there are. */
export const lookAlpha = (look: number): number => stageAlpha / (look * (look + 1));

/**
 * A slowdown below this is no reason to stop, however sure: two processes of one version differ by some per cent for as long as they live,
 * which more rounds do not take out.
 */
const minimumEffect = 0.1;

/** One-sided: only slower stops. */
export const slowerSettings = (alpha: number): VerdictSettings => ({ alpha: 2 * alpha, minimumEffect });

/** With fewer of its requests answered warm, a version has not been measured. */
const leastAnswered = 0.5;

const perCent = (share: number): string => `${Number((share * 100).toPrecision(2))} %`;
const times = (ratio: number): string => ratio.toFixed(2);

const totalOf = (all: readonly Counts[]) => ({
  planned: sum(all, ({ planned }) => planned),
  failed: sum(all, ({ failed }) => failed),
  warm: sum(all, ({ warm }) => warm),
});

/** A gate that cannot judge lets nothing pass. */
const measured = ({ counts, p50 }: Figures): RuleOutcome => {
  const rounds = p50.base.length;
  const sides = [
    ['the version before', totalOf(counts.base)],
    ['the new version', totalOf(counts.next)],
  ] as const;
  const mute = sides.find(([, { planned, warm }]) => warm < leastAnswered * planned || planned === 0);
  if (mute !== undefined) {
    const [name, { planned, warm }] = mute;
    return stop(
      'measured',
      `${name} gave ${warm} good warm answers to ${planned} requests: too few to judge`,
    );
  }
  return rounds < roundsForVerdict
    ? stop(
        'measured',
        `${rounds} rounds with answers of both are too few to judge: it takes ${roundsForVerdict}`,
      )
    : pass('measured', `${rounds} rounds with answers of both`);
};

const stop = (rule: RuleName, sentence: string): RuleOutcome => ({ rule, stop: true, sentence });
const pass = (rule: RuleName, sentence: string): RuleOutcome => ({ rule, stop: false, sentence });

/** A burst counts as so many times what rounds usually differ by, not more. */
const burstWeight = 3;

/**
 * The chance that equal versions differ so much in failed requests, by the exact test over rounds: bursts, and failures of both, do not
 * mislead it. Bounding the differences leaves it exact, since the bound does not know their signs.
 * @param differences of each round, next less base
 */
export const moreFailures = (differences: readonly number[]): number => {
  const usual = median(differences.filter((one) => one !== 0).map(Math.abs)) ?? 0;
  const bound = Math.ceil(burstWeight * usual);
  return signFlipP(differences.map((one) => Math.max(-bound, Math.min(bound, one))));
};

/** The test says whether there are more, the interval how many. */
const errors = ({ base, next }: Both<Counts>, alpha: number): RuleOutcome => {
  const [before, after] = [totalOf(base), totalOf(next)];
  const said = `${after.failed} of ${after.planned} requests to the new version failed, ${before.failed} of ${before.planned} to the one before`;
  const asShares = (side: readonly Counts[]) =>
    side.map(({ failed, planned }) => ({ count: failed, of: planned }));
  const rise = shareDifference(asShares(base), asShares(next), 1 - 2 * alpha);
  if (rise === undefined) return pass('errors', said);
  const more = moreFailures(next.map(({ failed }, i) => failed - (base[i]?.failed ?? 0))) <= alpha;
  const atLeast = more ? Math.max(rise.low, 1 / after.planned) : 0;
  return {
    rule: 'errors',
    stop: more,
    sentence: more ? `${said}: at least ${perCent(atLeast)} more` : `${said}: no more beyond doubt`,
    change: rise.difference,
    atLeast,
  };
};

const slower = (rule: 'p50' | 'p99', figures: Figures, alpha: number): RuleOutcome => {
  const { base, next } = figures[rule];
  const difference = pairedDifference(base, next);
  if (difference === undefined) return pass(rule, `no round has a ${rule} of both`);
  const ratio = { change: Math.exp(difference.estimate) };
  const said = `${rule} is ${times(ratio.change)} times that of the version before`;
  if (!isDecidable(difference))
    return { ...pass(rule, `${said} over ${base.length} rounds, too few to judge by`), ...ratio };
  const settings = slowerSettings(alpha);
  const verdict = verdictOf(difference, settings);
  if (verdict.outcome === 'this-run-only') return { ...pass(rule, said), ...ratio };
  const isSlower = verdict.outcome === 'different' && difference.estimate > 0;
  const found = smallestFound(difference.error, difference.degrees, settings);
  return {
    rule,
    stop: isSlower,
    sentence: isSlower
      ? `${said}, at least ${times(verdict.low)} times`
      : `${said}: not slower beyond doubt; ${perCent(found)} slower would be found 95 times in 100`,
    ...ratio,
    atLeast: verdict.low,
    smallestFound: found,
  };
};

/** @param alpha of each question */
export const judgeRollout = (figures: Figures, alpha: number): readonly RuleOutcome[] => [
  measured(figures),
  errors(figures.counts, alpha),
  slower('p50', figures, alpha),
  slower('p99', figures, alpha),
];

export const stops = (rules: readonly RuleOutcome[]): boolean => rules.some((rule) => rule.stop);
