/**
 * Cold starts that verification saw before the load began, and what a reader must know of them. They are no part of the
 * target's cold response times: those came under the load, after a warm-up.
 */
import { distributionFromSamples } from '../stats/distribution.ts';
import { summariseDistribution } from './latency.ts';
import type { LatencySummary, Report, TargetReport } from './types.ts';

/** Service times, milliseconds. Absent where no such request was cold, or no answer said so. */
export interface FirstColds {
  /** One after another: the first request, where no process was there yet. */
  readonly alone?: LatencySummary;
  /** Several at once, afterwards. */
  readonly burst?: LatencySummary;
}

/** Verification calls a function as it was deployed, so nothing is known of the other sizes of a memory sweep. */
export const firstColdsOf = ({ id, targetId, verification }: TargetReport): FirstColds => {
  const seen = id === targetId ? verification?.coldStarts : undefined;
  if (seen === undefined) return {};
  const alone = summariseDistribution(distributionFromSamples(seen.aloneMs));
  const burst = summariseDistribution(distributionFromSamples(seen.burstMs));
  return { ...(alone === undefined ? {} : { alone }), ...(burst === undefined ? {} : { burst }) };
};

/** A local run deploys right before it calls; elsewhere, and of users' own targets, the run cannot know that. */
export const firstColdName = (plane: Report['plane'], kind: TargetReport['kind']): string =>
  plane === 'local' && kind !== 'url' ? 'first request after deployment' : 'first request of the run';

const common = [
  'Verification sends each target some requests one after another and then some over several connections at once, before the load. Alone: the cold one of the first kind, sent while nothing else was under way. Burst: those of the second kind that each waited for a new process.',
  'Time runs from the actual send to the whole answer, connecting not included. Failed counts verification’s requests without a valid answer: a cold start that broke off or timed out is among them, and has no time. Apart from the ranking’s column Cold, no other figure of this report has any of these requests in it.',
] as const;

const byPlane: Readonly<Record<Report['plane'], readonly string[]>> = {
  local: [
    'Alone is the first request after deployment, which also pays for what is done once per deployment, such as unpacking the code. A cold start after idling differs, and none was forced here.',
    'The processes of a burst start side by side and share the CPUs of this one machine. On Lambda each has a microVM of its own, so differences between alone and burst do not carry over.',
  ],
  aws: [
    'Where a function had been deployed just before, alone is its first request after deployment; otherwise it had been idle. The two differ, and the run does not know which it was.',
  ],
};

const fewness =
  'One request alone and a handful in a burst show what a cold start is. They are too few to rank targets by.';

/** How the figures came about, and how little they carry. */
export const coldStartSentences = ({ plane }: Report): readonly string[] => [
  ...common,
  ...byPlane[plane],
  fewness,
];

/** Why there are none. */
export const noFirstColds =
  'Verification saw no cold start: every target had a process already, or does not say in its answers (header x-cold).';
