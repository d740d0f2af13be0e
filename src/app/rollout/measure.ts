/** The rounds of a hook: warm-up, the first ones, and as many more as those show to be needed. */
import { figuresOf, pairsOf } from '../../core/rollout/figures.ts';
import { pilotRounds, sizeOf, youngOf, youngRounds } from '../../core/rollout/sizing.ts';
import type { Evidence, RolloutRound } from '../../core/schema/rollout.ts';
import type { Target } from '../../core/schema/target.ts';
import {
  type LoadDeps,
  requestsIn,
  type RoundLoad,
  roundSender,
  type Versions,
  warmUpRounds,
} from './load.ts';

/** What a round takes beside its requests: answers under way, the evidence. */
const betweenRoundsMs = 500;

export interface Measuring {
  /** With the request that is sent. */
  readonly target: Target;
  readonly versions: Versions;
  readonly load: RoundLoad;
  /** Rounds at most. */
  readonly most: number;
  /** Whether the first rounds decide how many there are; else they are all. */
  readonly isSized: boolean;
  /** Ends the sending, in `remainingMs`. */
  readonly signal: AbortSignal;
  readonly remainingMs: number;
  /** Told after each round. */
  readonly onRounds: (rounds: readonly RolloutRound[], size: Evidence['size']) => Promise<void>;
}

const mostIn = ({ most, load, remainingMs }: Measuring): number => {
  const fitting = Math.floor(remainingMs / (load.roundSeconds * 1000 + betweenRoundsMs)) - warmUpRounds;
  return Math.max(1, Math.min(most, fitting));
};

const whyPilot = (first: number, most: number, isSized: boolean): string => {
  if (most < first) return `No more than ${most} were asked for, or fit into the time`;
  return isSized
    ? `The first ${first} tell how many it takes`
    : `${pilotRounds} rounds show what slows the new version down, or fails, only behind the alias`;
};

/** @throws Error where the signal ended it midway */
export const measureRounds = async (deps: LoadDeps, how: Measuring): Promise<readonly RolloutRound[]> => {
  const { load, signal } = how;
  const sender = await roundSender(deps, how.target, how.versions, load, signal);
  const rounds: RolloutRound[] = [];
  const sendUpTo = async (size: { readonly rounds: number; readonly why: string }): Promise<void> => {
    while (rounds.length < size.rounds) {
      const found = await sender.send(rounds.length + 1);
      if (found === undefined) throw new Error(`time was up after ${rounds.length} of ${size.rounds} rounds`);
      rounds.push(found);
      await how.onRounds(rounds, { ...size, requestsPerRound: requestsIn(load) });
    }
  };
  try {
    const most = mostIn(how);
    await sender.warmUp();
    const first = pilotRounds + (how.isSized ? youngRounds : 0);
    await sendUpTo({ rounds: Math.min(first, most), why: whyPilot(first, most, how.isSized) });
    if (how.isSized && most >= first) {
      const young = youngOf(rounds.length);
      const size = sizeOf(figuresOf(pairsOf(rounds), young), requestsIn(load), most, young);
      await how.onRounds(rounds, { ...size, requestsPerRound: requestsIn(load) });
      await sendUpTo(size);
    }
    return rounds;
  } finally {
    sender.end();
  }
};
