/**
 * What makes a cell's figures doubtful or worthless, as one table of rules. Each sentence gives its bound, so that a
 * reader can judge the judge; one sentence speaks of one round or, with the worst figure, of several.
 */
import { extent, least as leastItem, sum } from 'd3-array';
import type { LoadProfile } from '../schema/load.ts';
import { formatTick, formatTime, list, plural } from './format.ts';
import type { GeneratorReport, RoundReport, WorkerCounts } from '../schema/report.ts';

/**
 * Send lag goes straight into response time. Its p99 may reach a tenth of the target's median, but 2 ms at least:
 * below that the lag is the operating system's, not the generator's.
 */
export const sendLagBoundMs = (p50Ms: number | undefined): number => Math.max(2, (p50Ms ?? 0) / 10);

/** An event loop that is held up this long times what it reads late. */
const eventLoopBoundMs = 10;
/** One interval of writing: a generator that did nothing for so long was stopped, and what it timed meanwhile is its own. */
const standstillMs = 5_000;
/** From here on a single-threaded generator queues requests itself. */
const busyCpuShare = 0.9;
/** An event loop that is busy for so long cannot send faster: made slow on purpose, one came to 94 %, the rest being the way to sleep and back. */
const saturatedLoopShare = 0.9;
/** Sent slower than this share of the plan, a load was another than the one asked for. */
const keptShare = 0.95;
/** A host that wakes nobody on time who has nothing to do but to wake is no place to measure from, in milliseconds at p99. */
const idleLagBoundMs = 0.3;

/** What the rules look at: one target in one round. */
export interface JudgedCell {
  readonly workers: WorkerCounts;
  readonly unsent: number;
  readonly generator?: GeneratorReport | undefined;
}

interface Rule {
  readonly invalidates: boolean;
  readonly applies: (cell: JudgedCell, load: LoadProfile) => boolean;
  readonly sentence: (cells: readonly JudgedCell[]) => string;
}

const worst = (cells: readonly JudgedCell[], of: (g: GeneratorReport) => number): number =>
  Math.max(...cells.flatMap(({ generator }) => (generator === undefined ? [] : [of(generator)])));

const least = (cells: readonly JudgedCell[], of: (g: GeneratorReport) => number): number =>
  -worst(cells, (g) => -of(g));

/** Sent over planned requests per second. */
const keptOf = ({ sentPerSecond: sent, plannedPerSecond: planned }: GeneratorReport): number =>
  sent === undefined || planned === undefined ? 1 : sent / planned;

const sentLate = (g: GeneratorReport): boolean => g.sendLagP99Ms > g.sendLagBoundMs;

const fellBehind = (g: GeneratorReport): boolean => keptOf(g) < keptShare;

/** Late or behind, and no time left in its event loop. */
const isSaturated = (g: GeneratorReport): boolean =>
  (sentLate(g) || fellBehind(g)) && (g.eventLoopBusyShare ?? 0) >= saturatedLoopShare;

/** "812 requests/s of the planned 2,000", where they are furthest apart. */
const rates = (cells: readonly JudgedCell[]): string => {
  const generators = cells.flatMap(({ generator }) => generator ?? []);
  const { sentPerSecond = 0, plannedPerSecond = 0 } = leastItem(generators, keptOf) ?? {};
  const shown = (rate: number): string => formatTick(rate < 1000 ? rate : Math.round(rate));
  return `${shown(sentPerSecond)} requests/s of the planned ${shown(plannedPerSecond)}`;
};

const hostsFault = (cells: readonly JudgedCell[]): string => {
  const idleMs = worst(cells, (g) => g.idleLagP99Ms ?? 0);
  if (idleMs <= idleLagBoundMs) return '';
  return `; the host itself is late: ${idleMs.toFixed(2)} ms at p99 with nothing to send, bound ${idleLagBoundMs.toFixed(2)} ms`;
};

/** A rule on what generators of the open model say of themselves. */
const ofOpenModel =
  (broken: (g: GeneratorReport) => boolean): Rule['applies'] =>
  ({ generator: g }, load) =>
    load.model === 'open' && g !== undefined && broken(g);

const rules: readonly Rule[] = [
  {
    invalidates: true,
    applies: ofOpenModel(isSaturated),
    sentence: (cells) =>
      `invalid: saturated: the generator sent ${rates(cells)}, its event loop busy for ` +
      `${(worst(cells, (g) => g.eventLoopBusyShare ?? 0) * 100).toFixed(0)} % of the time (bound ${saturatedLoopShare * 100} %)`,
  },
  {
    invalidates: true,
    applies: ofOpenModel((g) => sentLate(g) && !isSaturated(g)),
    sentence: (cells) =>
      `invalid: the generator sent late (send lag p99 ${worst(cells, (g) => g.sendLagP99Ms).toFixed(2)} ms, ` +
      `bound ${least(cells, (g) => g.sendLagBoundMs).toFixed(2)} ms)${hostsFault(cells)}`,
  },
  {
    invalidates: false,
    applies: ofOpenModel((g) => fellBehind(g) && !isSaturated(g) && (g.waitedForConnection ?? 0) > 0),
    sentence: (cells) =>
      `saturated: the target, or the limit on connections, took ${rates(cells)} (remarked below ${keptShare * 100} %); ` +
      `${plural(
        sum(cells, ({ generator }) => generator?.waitedForConnection ?? 0),
        'request',
      )} waited for a free connection, which is in their response times`,
  },
  {
    invalidates: false,
    applies: ({ generator: g }) => g !== undefined && g.eventLoopDelayP99Ms > eventLoopBoundMs,
    sentence: (cells) =>
      `the generator itself was held up (event loop delay p99 ${worst(cells, (g) => g.eventLoopDelayP99Ms).toFixed(0)} ms, ` +
      `remarked above ${eventLoopBoundMs} ms): part of the tail is its own`,
  },
  {
    invalidates: true,
    applies: ({ generator: g }) => g !== undefined && g.eventLoopDelayMaxMs > standstillMs,
    sentence: (cells) =>
      `invalid: a generator stood still for ${(worst(cells, (g) => g.eventLoopDelayMaxMs) / 1000).toFixed(0)} s ` +
      `(suspended, or without a CPU; bound ${standstillMs / 1000} s)`,
  },
  {
    invalidates: false,
    applies: ({ generator: g }) => g !== undefined && g.cpuShare > busyCpuShare,
    sentence: (cells) =>
      `the generator used ${(worst(cells, (g) => g.cpuShare) * 100).toFixed(0)} % of one CPU (remarked above ` +
      `${busyCpuShare * 100} %): it may have slowed the answers down itself`,
  },
  {
    invalidates: true,
    applies: ({ workers }) => workers.died.length > 0,
    sentence: (cells) =>
      `invalid: ${named(cells, (w) => w.died.map(({ worker }) => worker))} stopped before the end ` +
      `(${causes(cells)})${lastHeard(cells)}; samples up to then are kept`,
  },
  {
    invalidates: true,
    applies: ({ workers }) => workers.missing.length > 0,
    sentence: (cells) => `invalid: ${named(cells, (w) => w.missing)} left no samples`,
  },
  {
    invalidates: false,
    applies: ({ generator }, load) => load.model === 'open' && generator === undefined,
    sentence: () => 'no generator finished, so none vouched for its send times',
  },
  {
    invalidates: true,
    applies: ({ unsent }, load) => load.model === 'open' && unsent > 0,
    sentence: (cells) => `invalid: ${notSent(cells)}`,
  },
  {
    invalidates: false,
    // The next request waits for the last answer: it was the target that took too long.
    applies: ({ unsent }, load) => load.model === 'closed' && unsent > 0,
    sentence: (cells) => `${notSent(cells)}, and count as slower than any answer`,
  },
];

const notSent = (cells: readonly JudgedCell[]): string => {
  const unsent = sum(cells, (cell) => cell.unsent);
  return `${plural(unsent, 'planned request was', 'planned requests were')} not sent because time ran out`;
};

/** The first of each kind; ids of requests tell nothing here. */
const causes = (cells: readonly JudgedCell[]): string => {
  const told = cells.flatMap(({ workers }) => workers.died.flatMap(({ cause }) => cause ?? []));
  const [first, ...more] = new Set(told.map((cause) => cause.replace(/RequestId: \S+ (Error: )?/, '')));
  if (first === undefined)
    return 'without a last word: killed, out of memory or time, or cut off from the results';
  return more.length === 0 ? first : `${first}, and ${plural(more.length, 'other cause', 'other causes')}`;
};

const lastHeard = (cells: readonly JudgedCell[]): string => {
  const times = cells.flatMap(({ workers }) => workers.died.flatMap(({ lastHeardAt }) => lastHeardAt ?? []));
  const [first, last] = extent(times);
  if (first === undefined) return '';
  const until = first === last ? '' : ` to ${formatTime(last)}`;
  return `, last heard of at ${formatTime(first)}${until} UTC`;
};

const named = (cells: readonly JudgedCell[], of: (workers: WorkerCounts) => readonly number[]): string => {
  const workers = [...new Set(cells.flatMap((cell) => of(cell.workers)))].sort((a, b) => a - b);
  const more = workers.length > 5 ? [`${workers.length - 5} more`] : [];
  return `${workers.length === 1 ? 'worker' : 'workers'} ${list([...workers.slice(0, 5).map(String), ...more])}`;
};

export const judgeCell = (cell: JudgedCell, load: LoadProfile): Pick<RoundReport, 'valid' | 'remarks'> => {
  const broken = rules.filter((rule) => rule.applies(cell, load));
  return {
    valid: !broken.some((rule) => rule.invalidates),
    remarks: broken.map((rule) => rule.sentence([cell])),
  };
};

const whichRounds = (broken: readonly number[], all: number): string => {
  if (broken.length === 1) return `round ${broken[0] ?? 0}`;
  if (broken.length === all) return `all ${all} rounds`;
  return broken.length > 5 ? `${broken.length} of ${all} rounds` : `rounds ${list(broken.map(String))}`;
};

/** The same over a target's rounds: one sentence per rule, led by the rounds it speaks of. */
export const remarksOnRounds = (
  rounds: readonly { readonly round: number; readonly cell: JudgedCell }[],
  load: LoadProfile,
): string[] =>
  rules.flatMap((rule) => {
    const broken = rounds.filter(({ cell }) => rule.applies(cell, load));
    if (broken.length === 0) return [];
    const which = whichRounds(
      broken.map(({ round }) => round),
      rounds.length,
    );
    return [`${which}: ${rule.sentence(broken.map(({ cell }) => cell))}`];
  });
