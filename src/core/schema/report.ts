/**
 * The report, `runs/<runId>/report.json`, schema "latency-lab.report.v3" (schemas/report.v3.schema.json is made of this).
 * Fields may be added within v3; one that changes its meaning or goes makes v4, and a step in report/read.ts. Times are milliseconds where the name
 * says Ms; shares are 0 to 1. Nothing is rounded: rounding is for printing.
 */
import * as v from 'valibot';
import { number, oneBy, oneOf, openFields, type Output, time } from './fields.ts';
import { loadProfile } from './load.ts';
import { reference } from './manifest.ts';
import { encodedHistograms, errorKinds, extremes, selfReport } from './part.ts';
import { plane, verification } from './plan.ts';
import { logsReport } from './report-logs.ts';
import { reportCost, targetCost } from './report-cost.ts';
import { coldStartComparison, targetColdStarts } from './report-cold-starts.ts';
import { recommendation } from './report-recommendation.ts';
import { labels, leftOut, rounds, seed } from './request.ts';
import { targetTuning } from './report-tuning.ts';
import { targetKinds } from './target.ts';
import { arrayOf, flag, text, texts } from './report-fields.ts';

const share = number(0, 1);
const atLeast0 = v.pipe(v.number('a number'), v.minValue(0, 'a number, 0 or more'));
const wholeFrom = (least: number) => {
  const allowed = `a whole number, ${least} or more`;
  return v.pipe(v.number(allowed), v.integer(allowed), v.minValue(least, allowed));
};
const count = wholeFrom(0);

/** Measured requests; warm-up is left out. sent = ok + failed, but `dropped` ones failed unsent. */
const requestCounts = openFields({
  /** Of the whole run, or of the round: what a generator that died left undone is in here. */
  planned: count,
  sent: count,
  ok: count,
  failed: count,
  /** Planned but not sent because time ran out. */
  unsent: count,
  warmup: count,
});

const errorCount = openFields({ kind: oneOf(errorKinds), count, example: v.exactOptional(text) });

/** A bound is absent where it lies beyond what was measured, and both are for a single round. */
const bounds = { lowMs: v.exactOptional(atLeast0), highMs: v.exactOptional(atLeast0) };
const knownQuantile = openFields({ ms: atLeast0, ...bounds });
/** It falls among the requests without an answer: slower than the timeout. */
const unansweredQuantile = openFields({ aboveMs: atLeast0, lowMs: v.exactOptional(atLeast0) });
const unknownQuantile = openFields({ neededN: count });

/** A quantile with its 95 % interval, or above what it is, or how many requests it would take. */
const quantileMs = oneBy([knownQuantile, unansweredQuantile, unknownQuantile], (given) => {
  if ('aboveMs' in given) return unansweredQuantile;
  return Object.keys(bounds).some((bound) => bound in given) || 'ms' in given
    ? knownQuantile
    : unknownQuantile;
});

export const quantileNames = ['p50', 'p90', 'p95', 'p99', 'p99.9'] as const;

const latencySummary = openFields({
  /** Answers: mean, standard deviation, least and largest are of these. */
  n: wholeFrom(1),
  /** Of `all`: planned and failed, dropped or never sent. Quantiles count them as slower than any answer. */
  lost: v.exactOptional(count),
  meanMs: atLeast0,
  /** Of the sample (n - 1); absent for n = 1. */
  standardDeviationMs: v.exactOptional(atLeast0),
  minMs: atLeast0,
  maxMs: atLeast0,
  quantiles: openFields(v.entriesFromList(quantileNames, quantileMs)),
  /** Absent where either is unknown. */
  p99OverP50: v.exactOptional(atLeast0),
});

/** Absent where no such request was answered. */
const coldAndWarm = openFields({
  /** Every planned request, cold, warm or lost: what rankings and gates go by. */
  all: v.exactOptional(latencySummary),
  cold: v.exactOptional(latencySummary),
  warm: v.exactOptional(latencySummary),
});

const workerCounts = openFields({
  planned: count,
  /** Wrote a last part. */
  finished: count,
  /** Wrote no last part: stopped or killed; their samples up to then are in the figures. */
  died: arrayOf(
    openFields({
      worker: count,
      /** The last that its samples tell of; absent where it left none. */
      lastHeardAt: v.exactOptional(time),
      /** As its platform tells it; absent where nobody was told. */
      cause: v.exactOptional(text),
    }),
  ),
  /** Left nothing at all, not even a cause. */
  missing: arrayOf(count),
});

/** The generators' word about themselves: of each figure the worst worker's, because percentiles do not average. */
const generatorReport = openFields({
  /** Workers that gave a self-report. */
  workers: count,
  ...selfReport.entries,
  /** What sendLagP99Ms is held to in the open model. */
  sendLagBoundMs: atLeast0,
  /** How many of them started cold. */
  coldStarts: count,
});

const timelineBucket = openFields({
  /** The bucket's beginning, after the round's startedAt. */
  atSeconds: atLeast0,
  ok: count,
  failed: count,
  /** Median and largest response time; absent where nothing succeeded. */
  p50Ms: v.exactOptional(atLeast0),
  maxMs: v.exactOptional(atLeast0),
});

/** Answers by planned send time, warm and cold together. Empty buckets are left out. */
const timeline = openFields({ bucketSeconds: atLeast0, buckets: arrayOf(timelineBucket) });

const openingStep = openFields({ p50Ms: atLeast0, p99Ms: atLeast0, maxMs: atLeast0 });

/** Connections that measured requests opened, and how long each step took: the name, TCP, TLS. */
const openingSummary = openFields({
  count: wholeFrom(1),
  dns: openingStep,
  tcp: openingStep,
  tls: openingStep,
});

/** One target in one round. */
const roundReport = openFields({
  round: wholeFrom(1),
  /** Of the first measured planned send; absent when nothing was sent. */
  startedAt: v.exactOptional(time),
  /** From the first planned send to the last answer, summed over the cell's segments. */
  seconds: atLeast0,
  requests: requestCounts,
  throughputPerSecond: v.exactOptional(atLeast0),
  response: coldAndWarm,
  /** Absent where measured requests opened none. */
  openings: v.exactOptional(openingSummary),
  workers: workerCounts,
  generator: v.exactOptional(generatorReport),
  valid: flag,
  remarks: texts,
  timeline,
  histograms: encodedHistograms,
  /** Smallest and largest, which histograms round to 0.1 %; absent where a part did not tell. */
  extremesUs: v.exactOptional(extremes),
});

const way = oneOf(['http', 'invoke']);

const targetReport = openFields({
  /** The cell: the target's id, with a memory sweep `<id>@<MB>`. */
  id: text,
  targetId: text,
  title: text,
  kind: oneOf(targetKinds),
  vantage: text,
  path: way,
  memoryMb: v.exactOptional(atLeast0),
  cpuArchitecture: v.exactOptional(oneOf(['x86_64', 'arm64'])),
  runtime: v.exactOptional(text),
  /** `measured`: every worker finished; `incomplete`: some samples are missing; `unanswered`: no request succeeded. */
  state: oneOf(['measured', 'incomplete', 'unanswered', 'not-timed']),
  /** What a reader must know before using the figures, one sentence each. */
  remarks: texts,
  /** False when the generator could not keep its own bounds: the figures then say more about it than about the target. */
  valid: flag,
  verification: v.exactOptional(openFields(verification.entries)),
  requests: requestCounts,
  errors: arrayOf(errorCount),
  /** Successful answers per second of measurement. */
  throughputPerSecond: v.exactOptional(atLeast0),
  /** From the planned send: what a user waits. */
  response: coldAndWarm,
  /** From the actual send; in the closed model the same as response. */
  service: coldAndWarm,
  rounds: arrayOf(roundReport),
  /** By the platform's own log lines; absent where they were not read. */
  logs: v.exactOptional(logsReport),
  reference: v.exactOptional(openFields(reference.entries)),
  /** Absent where nothing is known of what it takes of AWS, as of users' own URLs. */
  cost: v.exactOptional(targetCost),
  /** Absent where none were forced: off, or a target without a copy of its function. */
  coldStarts: v.exactOptional(targetColdStarts),
  /** Absent where memory was not tuned: off, or a target without a copy of its function. */
  tuning: v.exactOptional(targetTuning),
});

/** Of the rounds' median response times of all planned requests, `other` over `base`: above 1 = other is slower. */
const comparison = openFields({
  base: text,
  other: text,
  outcome: oneOf(['different', 'no-difference', 'this-run-only']),
  ratio: atLeast0,
  /** The pair's own interval at 1 - alpha; absent for this-run-only. */
  low: v.exactOptional(atLeast0),
  high: v.exactOptional(atLeast0),
  /** Chance of such a difference between equal targets, adjusted for all pairs of the ranking. */
  p: v.exactOptional(share),
  /** Standard deviation of the rounds' log ratios: what a planner of rounds needs to know. */
  spread: v.exactOptional(atLeast0),
  rounds: count,
});

const reasoned = openFields({ id: text, reason: text });

/** At one quantile: from how far the rounds of the targets differed. */
const sensitivity = openFields({
  quantile: oneOf(['p50', 'p99']),
  rounds: count,
  /** Standard deviation of the rounds' log ratios, the median over the pairs; absent where no pair could be judged. */
  spread: v.exactOptional(atLeast0),
  /** The smallest difference that is found in 95 of 100 cases, as a share. */
  smallestFound: v.exactOptional(atLeast0),
  /** Rounds that it takes for a difference of that share; absent where 50 are too few. */
  roundsFor: arrayOf(openFields({ effect: atLeast0, rounds: v.exactOptional(count) })),
  /** Requests that a round takes to be judged at all. */
  leastPerRound: count,
});

/** One per vantage and way of calling; figures are never ranked across them. */
const ranking = openFields({
  vantage: text,
  path: way,
  /**
   * Fastest first, by the mean logarithm of the rounds' medians. A lower rank than the row above only where a difference was shown;
   * absent where rounds are too few for a verdict, or there is nobody to compare with.
   */
  rows: arrayOf(openFields({ id: text, rank: v.exactOptional(wholeFrom(1)) })),
  unranked: arrayOf(reasoned),
  /** Every pair of rows. */
  comparisons: arrayOf(comparison),
  /** What differences between two of its targets the run can see; absent in reports of earlier versions. */
  sensitivity: v.exactOptional(arrayOf(sensitivity)),
});

const method = openFields({
  load: loadProfile,
  rounds,
  seed,
  /** Of the intervals shown: 0.95. */
  confidence: share,
  /** Chance of calling any two equal targets of a ranking different, over all its pairs. */
  alpha: share,
  /** Smallest ratio of medians, less 1, that is called a difference. */
  minimumEffect: atLeast0,
  /** Rounds below which there is no verdict. */
  roundsForVerdict: count,
  /** Share of failed requests above which a target is not ranked. */
  rankableErrorShare: share,
});

export const reportVersion = 'latency-lab.report.v3';

export const reportSchema = openFields({
  schema: v.literal(reportVersion, reportVersion),
  runId: text,
  labName: text,
  /** Local figures compare code, not clouds. */
  plane,
  createdAt: time,
  finishedAt: time,
  /** How the run itself ended; a failed one is reported with what it left. */
  outcome: openFields({ ok: flag, error: v.exactOptional(text), cause: v.exactOptional(text) }),
  method,
  /** Host, versions and the like, as the run was given them. */
  labels,
  /** In the plan's order. */
  targets: arrayOf(targetReport),
  rankings: arrayOf(ranking),
  /** Absent where no target has a price. */
  cost: v.exactOptional(reportCost),
  /** Absent where none were forced, or too few of them. */
  coldStartComparisons: v.exactOptional(arrayOf(coldStartComparison)),
  /** Absent where no target was answered, and in reports of earlier versions. */
  recommendation: v.exactOptional(recommendation),
  /** A sentence for each threshold that was crossed; absent where none was, where the run failed, and in earlier versions' reports. */
  crossed: v.exactOptional(texts),
  /** What went wrong with the report itself, as an unreadable object. */
  remarks: texts,
  /** Architectures that were not in the run at all. */
  leftOut,
});

/** What the published JSON Schema gives names. */
export const reportDefinitions = {
  coldAndWarm,
  comparison,
  errorCount,
  generatorReport,
  latencySummary,
  ranking,
  requestCounts,
  roundReport,
  targetReport,
};

export type Report = Output<typeof reportSchema>;
export type TargetReport = Output<typeof targetReport>;
export type OpeningSummary = Output<typeof openingSummary>;
export type RoundReport = Output<typeof roundReport>;
export type RequestCounts = Output<typeof requestCounts>;
export type ErrorCount = Output<typeof errorCount>;
export type WorkerCounts = Output<typeof workerCounts>;
export type GeneratorReport = Output<typeof generatorReport>;
export type Timeline = Output<typeof timeline>;
export type TimelineBucket = Output<typeof timelineBucket>;
export type Extremes = Output<typeof extremes>;
export type LatencySummary = Output<typeof latencySummary>;
export type ColdAndWarm = Output<typeof coldAndWarm>;
export type QuantileMs = Output<typeof quantileMs>;
export type QuantileName = (typeof quantileNames)[number];
export type Ranking = Output<typeof ranking>;
export type Sensitivity = Output<typeof sensitivity>;
export type Comparison = Output<typeof comparison>;
