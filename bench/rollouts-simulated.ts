/** Rollouts with a known truth, through the whole chain of rules: what bench/rollouts.mjs counts and the unit tests hold to. */
import { figuresOf, type Figures, type Pair, type Side } from '../src/core/rollout/figures.ts';
import { judgeRollout, lookAlpha, stageAlpha } from '../src/core/rollout/rules.ts';
import {
  mostRounds,
  pilotRounds,
  requestsPerRound,
  sizeOf,
  youngRounds,
} from '../src/core/rollout/sizing.ts';
import type { RolloutStage, RuleName, RuleOutcome } from '../src/core/schema/rollout.ts';
import { distributionFromSamples } from '../src/core/stats/distribution.ts';
import type { Random } from '../src/core/stats/random.ts';

// Looked up once: the tests' sandbox finds globals slowly, and there are hundreds of millions of calls.
const { exp, log, sqrt, cos, sin, PI } = Math;

export interface World {
  readonly name: string;
  /** The latency of a standard normal score, in ms. */
  readonly shape: (z: number) => number;
  /** What one round does to both versions, and to each of its own: standard deviations of logarithms. */
  readonly roundEffect: number;
  readonly ownEffect: number;
  /** What its processes do to a version for the whole rollout. */
  readonly processEffect: number;
  /** Common to both: `walk` goes on from request to request, `trend` ends half as slow again. */
  readonly drift: 'none' | 'walk' | 'trend';
  /** Of both versions. */
  readonly errors: number;
  /** `own`, `both`: failures come in bursts, in rounds of one version or of both at once. */
  readonly bursts: 'none' | 'own' | 'both';
}

/** How the new version differs. */
export interface Change {
  /** Times as slow. */
  readonly slower: number;
  /** Share of requests that fail beside those of both. */
  readonly errors: number;
}

export const equal: Change = { slower: 1, errors: 0 };

const logNormal = (sigma: number) => (z: number) => 10 * exp(sigma * z);
// Nine of ten around 10 ms, the others from 13 ms on with a log-normal tail of sigma 1.8: one in a hundred takes 85 ms or more.
const heavy = (z: number): number => (z < 1.2816 ? 10 * exp(0.2 * z) : 13 * exp((z - 1.2816) * 1.8));
const tidy: World = {
  name: 'tidy',
  shape: logNormal(0.3),
  roundEffect: 0.05,
  ownEffect: 0,
  processEffect: 0,
  drift: 'none',
  errors: 0,
  bursts: 'none',
};

export const worlds: readonly World[] = [
  tidy,
  { ...tidy, name: 'wider', shape: logNormal(0.5), roundEffect: 0.15 },
  { ...tidy, name: 'heavy tails', shape: heavy },
  { ...tidy, name: 'drift: random walk', drift: 'walk' },
  { ...tidy, name: 'drift: trend', drift: 'trend' },
  { ...tidy, name: 'each its rounds, 5 %', ownEffect: 0.05 },
  { ...tidy, name: 'each its rounds, 10 %', ownEffect: 0.1 },
  { ...tidy, name: 'each its rounds, 15 %', ownEffect: 0.15 },
  { ...tidy, name: 'each its processes, 2 %', processEffect: 0.02 },
  { ...tidy, name: 'errors 0.1 %', errors: 0.001 },
  { ...tidy, name: 'errors 0.5 %', errors: 0.005 },
  { ...tidy, name: 'errors 0.5 %, bursts of both', errors: 0.005, bursts: 'both' },
  { ...tidy, name: 'errors 0.5 %, own bursts', errors: 0.005, bursts: 'own' },
  { ...tidy, name: 'all at once', shape: heavy, ownEffect: 0.1, drift: 'walk', errors: 0.005, bursts: 'own' },
];

/** Standard normal numbers, two at a time (Box and Muller 1958). */
const normals = (random: Random): (() => number) => {
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    const radius = sqrt(-2 * log(1 - random()));
    const angle = 2 * PI * random();
    spare = radius * sin(angle);
    return radius * cos(angle);
  };
};

/** Requests of a burst. */
const burstOf = 25;

class Source {
  readonly #random: Random;
  readonly #normal: () => number;
  readonly #world: World;
  readonly #change: Change;
  #walk = 0;
  #sent = 0;
  #round = 0;
  readonly #processes: readonly [number, number];

  constructor(random: Random, world: World, change: Change) {
    this.#random = random;
    this.#normal = normals(random);
    this.#world = world;
    this.#change = change;
    const ofOne = (): number => world.processEffect * this.#normal();
    this.#processes = [ofOne(), ofOne()];
  }

  /** Of n requests to each version, in turns. */
  pair(n: number): Pair {
    const { roundEffect, ownEffect } = this.#world;
    const shared = roundEffect * this.#normal();
    const effects = this.#processes.map((own) => exp(shared + own + ownEffect * this.#normal()));
    const bursts = this.#bursts(n);
    const times: [number[], number[]] = [[], []];
    for (let i = 0; i < 2 * n; i++) {
      const which = (i & 1) as 0 | 1;
      const common = this.#drift();
      const share = which === 0 ? this.#steadyErrors() : this.#steadyErrors() + this.#change.errors;
      if (this.#random() < share || i < 2 * bursts[which]) continue;
      const scale = which === 0 ? 1 : this.#change.slower;
      times[which].push(scale * common * (effects[which] ?? 1) * this.#world.shape(this.#normal()));
    }
    return { round: ++this.#round, base: sideOf(n, times[0]), next: sideOf(n, times[1]) };
  }

  #steadyErrors(): number {
    return this.#world.bursts === 'none' ? this.#world.errors : 0;
  }

  #drift(): number {
    if (this.#world.drift === 'none') return 1;
    if (this.#world.drift === 'trend') return 1 + 0.5 * Math.min(1, this.#sent++ / 20_000);
    this.#walk += 0.003 * this.#normal();
    return exp(this.#walk);
  }

  /** Failures in a row of each version, as many on average as the world has errors. */
  #bursts(n: number): readonly [number, number] {
    const { errors, bursts } = this.#world;
    if (bursts === 'none') return [0, 0];
    const size = Math.min(n, burstOf);
    const draw = (): number => (this.#random() < (errors * n) / size ? size : 0);
    const first = draw();
    return [first, bursts === 'both' ? first : draw()];
  }
}

const sideOf = (planned: number, times: readonly number[]): Side => ({
  planned,
  failed: planned - times.length,
  warm: distributionFromSamples(times),
});

const joined = (a: Figures, b: Figures): Figures => ({
  counts: { base: [...a.counts.base, ...b.counts.base], next: [...a.counts.next, ...b.counts.next] },
  p50: { base: [...a.p50.base, ...b.p50.base], next: [...a.p50.next, ...b.p50.next] },
  p99: { base: [...a.p99.base, ...b.p99.base], next: [...a.p99.next, ...b.p99.next] },
});

const draw = (source: Source, rounds: number, n: number, young = 0): Figures =>
  figuresOf(
    Array.from({ length: rounds }, () => source.pair(n)),
    young,
  );

const stopping = (rules: readonly RuleOutcome[]): readonly RuleName[] =>
  rules.filter(({ stop }) => stop).map(({ rule }) => rule);

export interface Chain {
  /** One a minute while weights shift. */
  readonly looks: number;
  /** Each of so many rounds of so many requests. */
  readonly lookRounds: number;
  readonly lookRequests: number;
  /** Looks in succession that it takes to stop. */
  readonly alarmAfter: number;
}

export interface Ended {
  /** The first stage and rule that stopped it. */
  readonly stopped?: { readonly stage: RolloutStage; readonly rule: RuleName };
  /** Of the stage before traffic, to each version. */
  readonly rounds: number;
}

const beforeTraffic = (source: Source): { readonly rounds: number; readonly rule: RuleName | undefined } => {
  const first = youngRounds + pilotRounds;
  const pilot = draw(source, first, requestsPerRound, youngRounds);
  const { rounds } = sizeOf(pilot, requestsPerRound, mostRounds, youngRounds);
  const all = joined(pilot, draw(source, rounds - first, requestsPerRound));
  return { rounds, rule: stopping(judgeRollout(all, stageAlpha))[0] };
};

const shift = (source: Source, chain: Chain): RuleName | undefined => {
  let all: Figures | undefined;
  const inARow = new Map<RuleName, number>();
  for (let look = 1; look <= chain.looks; look++) {
    const found = draw(source, chain.lookRounds, chain.lookRequests);
    all = all === undefined ? found : joined(all, found);
    const rules = stopping(judgeRollout(all, lookAlpha(look)));
    for (const rule of [...inARow.keys()]) if (!rules.includes(rule)) inARow.delete(rule);
    for (const rule of rules) {
      const row = (inARow.get(rule) ?? 0) + 1;
      if (row >= chain.alarmAfter) return rule;
      inARow.set(rule, row);
    }
  }
  return undefined;
};

/** One rollout from its first request to its last. */
export const rollOut = (random: Random, world: World, change: Change, chain: Chain): Ended => {
  const source = new Source(random, world, change);
  const before = beforeTraffic(source);
  const { rounds } = before;
  if (before.rule !== undefined) return { rounds, stopped: { stage: 'pre-traffic', rule: before.rule } };
  const during = shift(source, chain);
  if (during !== undefined) return { rounds, stopped: { stage: 'shift', rule: during } };
  const [rule] = stopping(judgeRollout(draw(source, pilotRounds, requestsPerRound), stageAlpha));
  return rule === undefined ? { rounds } : { rounds, stopped: { stage: 'post-traffic', rule } };
};
