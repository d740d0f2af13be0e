/** Latencies as the report has them: of each round and of all together, cold and warm apart, lost requests among all. */
import { extent, sum } from 'd3-array';
import { Histogram } from '../histogram/histogram.ts';
import { known } from '../known.ts';
import {
  type Distribution,
  distributionFromCounts,
  mean,
  pooled,
  standardDeviation,
  valueAtRank,
  withInfinite,
} from '../stats/distribution.ts';
import { type QuantileEstimate, quantileInterval, roundsInterval } from '../stats/quantile-interval.ts';
import { type RoundQuantile, roundQuantiles } from '../stats/verdict.ts';
import {
  type ColdAndWarm,
  type LatencySummary,
  type QuantileMs,
  type QuantileName,
  quantileNames,
  type RequestCounts,
  type RoundReport,
  type TargetReport,
} from '../schema/report.ts';

export const quantileShares: Readonly<Record<QuantileName, number>> = {
  p50: 0.5,
  p90: 0.9,
  p95: 0.95,
  p99: 0.99,
  'p99.9': 0.999,
};

/** Of the intervals that are shown. */
export const confidence = 0.95;

/** A histogram of microseconds as a distribution of milliseconds; undefined when nothing was recorded. */
export const millisecondsOf = (histogram: Histogram): Distribution | undefined =>
  distributionFromCounts(inMilliseconds(histogram));

function* inMilliseconds(histogram: Histogram): Generator<readonly [number, number]> {
  for (const [microseconds, count] of histogram.buckets()) yield [microseconds / 1000, count];
}

/** A bound that was not reached has no number. */
const bound = (ms: number): number | undefined => (ms > 0 && Number.isFinite(ms) ? ms : undefined);

/** @param timeoutMs what a quantile is above that falls among requests without an answer */
const quantileMs = (estimate: QuantileEstimate, timeoutMs: number): QuantileMs => {
  if (!estimate.known) return { neededN: estimate.neededN };
  const { value, low, high } = estimate;
  return Number.isFinite(value)
    ? known({ ms: value, lowMs: bound(low), highMs: bound(high) })
    : known({ aboveMs: timeoutMs, lowMs: bound(low) });
};

const tailRatio = (p50: QuantileMs, p99: QuantileMs): number | undefined =>
  'ms' in p50 && 'ms' in p99 && p50.ms > 0 ? p99.ms / p50.ms : undefined;

/** Requests whose latencies are summed up: those answered, in milliseconds, and how many were not. */
interface Population {
  readonly answered?: Distribution;
  readonly lost: number;
  /** Smallest and largest answer, exact where the parts told, else as the histogram has them. */
  readonly extent?: readonly [number, number];
}

const withLost = ({ answered, lost }: Population): Distribution | undefined => withInfinite(answered, lost);

const together = (all: readonly Population[]): Population => {
  const [least, most] = extent(all.flatMap((one) => one.extent ?? []));
  return known({
    answered: pooled(all.flatMap(({ answered }) => answered ?? [])),
    lost: sum(all, ({ lost }) => lost),
    extent: least === undefined ? undefined : ([least, most] as const),
  });
};

const summarise = (
  { answered, lost, extent: given }: Population,
  estimate: (q: number) => QuantileEstimate,
  timeoutMs: number,
): LatencySummary | undefined => {
  if (answered === undefined) return undefined;
  const [minMs, maxMs] = given ?? [valueAtRank(answered, 1), valueAtRank(answered, answered.n)];
  const quantiles = Object.fromEntries(
    quantileNames.map((name) => [name, quantileMs(estimate(quantileShares[name]), timeoutMs)]),
  ) as Record<QuantileName, QuantileMs>;
  return known({
    n: answered.n,
    lost: lost === 0 ? undefined : lost,
    meanMs: mean(answered),
    standardDeviationMs: standardDeviation(answered),
    minMs,
    maxMs,
    quantiles,
    p99OverP50: tailRatio(quantiles.p50, quantiles.p99),
  });
};

/** Of calls that are independent, as forced cold starts nearly are, in milliseconds; undefined for none. */
export const summariseCalls = (answered: Distribution | undefined): LatencySummary | undefined =>
  answered && summarise({ answered, lost: 0 }, (q) => quantileInterval(answered, q, confidence), Infinity);

/** Of calls in rounds: intervals know how far the rounds differ. */
const summariseRounds = (rounds: readonly Population[], timeoutMs: number): LatencySummary | undefined => {
  const whole = together(rounds);
  const all = withLost(whole);
  if (all === undefined) return undefined;
  const each = rounds.flatMap((round) => withLost(round) ?? []);
  return summarise(whole, (q) => roundsInterval(all, each, q, confidence), timeoutMs);
};

/** Planned and never answered as expected: failed, dropped, not sent, or left undone by a generator that died. */
export const lostOf = ({ planned, ok, failed, unsent }: RequestCounts): number =>
  // Segments of a long cell warm up anew, so they may send a few requests less than the whole would.
  Math.max(planned, ok + failed + unsent) - ok;

/** What the figures of a round are made of. */
type Measured = Pick<RoundReport, 'histograms' | 'requests' | 'valid' | 'extremesUs'>;

/** What an invalid round left undone is its generator's fault, and says nothing of the target. */
const lostIn = ({ requests, valid }: Measured): number => (valid ? lostOf(requests) : requests.failed);

/** The answers of one round, cold and warm, and all that was planned. @throws InputError on an unreadable histogram */
const populationsOf = (
  round: Measured,
  time: 'response' | 'service',
): Readonly<Record<'all' | 'cold' | 'warm', Population>> => {
  const of = (temperature: 'cold' | 'warm'): Population => {
    const answered = millisecondsOf(Histogram.decode(round.histograms[time][temperature]));
    const exact = round.extremesUs?.[time][temperature];
    const asCounted = answered && ([valueAtRank(answered, 1), valueAtRank(answered, answered.n)] as const);
    return known({
      answered,
      lost: 0,
      extent: exact ? ([exact.min / 1000, exact.max / 1000] as const) : asCounted,
    });
  };
  const [cold, warm] = [of('cold'), of('warm')];
  return { all: { ...together([cold, warm]), lost: lostIn(round) }, cold, warm };
};

/**
 * Cold and warm apart, always: they are different questions. And all that was planned, which is what a user meets.
 * @param timeoutMs of a request
 */
export const summariseTime = (
  rounds: readonly Measured[],
  time: 'response' | 'service',
  timeoutMs: number,
): ColdAndWarm => {
  const each = rounds.map((round) => populationsOf(round, time));
  const summary = (of: 'all' | 'cold' | 'warm') =>
    summariseRounds(
      each.map((populations) => populations[of]),
      timeoutMs,
    );
  return known({ all: summary('all'), cold: summary('cold'), warm: summary('warm') });
};

/** The rounds that figures and verdicts rest on: those whose generator kept its bounds; all of them where none did. */
export const countedRounds = <R extends Pick<RoundReport, 'valid'>>(rounds: readonly R[]): readonly R[] => {
  const valid = rounds.filter((round) => round.valid);
  return valid.length === 0 ? rounds : valid;
};

/**
 * A quantile of response times round by round, milliseconds; rounds with fewer requests than `least` are left out.
 * @param of `all`: every planned request, those lost being slower than any answer
 */
export const quantileByRound = (
  { rounds }: Pick<TargetReport, 'rounds'>,
  of: 'all' | 'cold',
  q: number,
  least: number,
): RoundQuantile[] => {
  const distributions = countedRounds(rounds).flatMap((round) => {
    const found = withLost(populationsOf(round, 'response')[of]);
    return found === undefined || found.n < least ? [] : [[round.round, found] as const];
  });
  return roundQuantiles(new Map(distributions), q);
};

/** A target's response times in milliseconds, all rounds that count together; in `all` a lost request is infinite. */
export const responseTimes = ({
  rounds,
}: Pick<TargetReport, 'rounds'>): { all?: Distribution; warm?: Distribution; cold?: Distribution } => {
  const each = countedRounds(rounds).map((round) => populationsOf(round, 'response'));
  const of = (name: 'all' | 'cold' | 'warm') =>
    withLost(together(each.map((populations) => populations[name])));
  return known({ all: of('all'), warm: of('warm'), cold: of('cold') });
};

/** undefined where n cannot carry it, or where it falls among requests without an answer. */
export const msOf = (quantile: QuantileMs | undefined): number | undefined =>
  quantile !== undefined && 'ms' in quantile ? quantile.ms : undefined;

export const medianMsOf = (summary: LatencySummary | undefined): number | undefined =>
  msOf(summary?.quantiles.p50);
