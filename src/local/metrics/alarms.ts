/** What state an alarm would be in: "Evaluating an alarm" and "Configuring how CloudWatch alarms treat missing data". Pure. */
import type { MetricAlarm, MetricDataQuery, MetricStat } from '@aws-sdk/client-cloudwatch';
import { ExpressionError, parseExpression } from './expression.ts';
import type { Aggregate, Metric, Metrics } from './metrics.ts';

export interface AlarmState {
  readonly value: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  /** In one sentence. */
  readonly reason: string;
}

/** An alarm that asks for more than is understood here. */
export class UnsupportedAlarmError extends Error {
  override readonly name = 'UnsupportedAlarmError';
}

const statistics: Readonly<Record<string, (values: Aggregate) => number>> = {
  SampleCount: ({ count }) => count,
  Average: ({ sum, count }) => sum / count,
  Sum: ({ sum }) => sum,
  Minimum: ({ min }) => min,
  Maximum: ({ max }) => max,
};

const statistic = (name: string, values: Aggregate): number => {
  const percent = /^p(\d{1,2}(?:\.\d+)?|100)$/.exec(name)?.[1];
  if (percent !== undefined) return values.quantile(Number(percent) / 100);
  const plain = statistics[name];
  if (plain === undefined)
    throw new UnsupportedAlarmError(
      `statistic ${name} is not understood; allowed: ${Object.keys(statistics).join(', ')}, p0 to p100`,
    );
  return plain(values);
};

const comparisons: Readonly<Record<string, [words: string, (value: number, threshold: number) => boolean]>> =
  {
    GreaterThanThreshold: ['greater than', (value, threshold) => value > threshold],
    GreaterThanOrEqualToThreshold: ['greater than or equal to', (value, threshold) => value >= threshold],
    LessThanThreshold: ['less than', (value, threshold) => value < threshold],
    LessThanOrEqualToThreshold: ['less than or equal to', (value, threshold) => value <= threshold],
  };

/** Simple alarms as the one query that they are. */
const queriesOf = (alarm: MetricAlarm): readonly MetricDataQuery[] => {
  if (alarm.Metrics !== undefined && alarm.Metrics.length > 0) return alarm.Metrics;
  const { Namespace, MetricName, Dimensions = [], Period = 60, Statistic, ExtendedStatistic } = alarm;
  const Stat = ExtendedStatistic ?? Statistic ?? 'Average';
  return [{ Id: 'm1', MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period, Stat } }];
};

const metricOf = ({ Metric: given = {} }: MetricStat): Metric => ({
  namespace: given.Namespace ?? '',
  name: given.MetricName ?? '',
  dimensions: Object.fromEntries((given.Dimensions ?? []).map(({ Name = '', Value = '' }) => [Name, Value])),
});

interface Question {
  readonly periodMs: number;
  /** Of the one result that is compared with the threshold; undefined where there is no data point. */
  readonly valueOf: (fromMs: number, toMs: number) => number | undefined;
}

/** @throws UnsupportedAlarmError, ExpressionError */
const questionOf = (alarm: MetricAlarm, metrics: Metrics): Question => {
  const queries = queriesOf(alarm);
  const periods = queries.flatMap(({ MetricStat: stat }) => (stat === undefined ? [] : (stat.Period ?? 60)));
  const seconds = Math.max(...periods);
  if (!(seconds >= 60) || seconds % 60 !== 0 || periods.some((period) => period !== seconds))
    throw new UnsupportedAlarmError(
      `${alarm.AlarmName ?? ''}: periods of ${periods.join(', ')} s; allowed: the same multiple of 60 s for all metrics`,
    );
  const byId = new Map(queries.map((query) => [query.Id ?? '', query]));
  const returned = queries.filter(({ ReturnData = true }) => ReturnData);
  const [result] = returned;
  if (result === undefined || returned.length > 1)
    throw new UnsupportedAlarmError(`${alarm.AlarmName ?? ''}: one of its metrics has to return data`);

  const evaluate = (query: MetricDataQuery, fromMs: number, toMs: number): number | undefined => {
    if (query.Expression !== undefined)
      return parseExpression(query.Expression)((id) => {
        const inner = byId.get(id);
        if (inner === undefined || inner === query) throw new ExpressionError(`there is no metric ${id}`);
        return evaluate(inner, fromMs, toMs);
      });
    if (query.MetricStat === undefined)
      throw new ExpressionError(`${query.Id ?? ''} is neither metric nor expression`);
    const values = metrics.between(metricOf(query.MetricStat), fromMs, toMs);
    return values && statistic(query.MetricStat.Stat ?? 'Average', values);
  };
  const periodMs = (seconds / 60) * metrics.minuteMs;
  return { periodMs, valueOf: (fromMs, toMs) => evaluate(result, fromMs, toMs) };
};

/** Periods beyond those asked for that are looked at, so that late data points are not taken for missing ones. */
const extraPeriods = 2;

const round = (value: number): number => Number(value.toPrecision(4));

/**
 * The state now, by the periods that are over.
 * @param sinceMs periods that began before are not missing where they have no data: nobody had been asked to publish any
 * @throws UnsupportedAlarmError, ExpressionError
 */
export const evaluateAlarm = (
  alarm: MetricAlarm,
  metrics: Metrics,
  { nowMs, sinceMs }: { readonly nowMs: number; readonly sinceMs: number },
): AlarmState => {
  const { Threshold: threshold = 0, TreatMissingData: missing = 'missing' } = alarm;
  const comparison = comparisons[alarm.ComparisonOperator ?? ''];
  if (comparison === undefined)
    throw new UnsupportedAlarmError(`comparison ${alarm.ComparisonOperator ?? ''} is not understood`);
  const [words, breaches] = comparison;
  const wanted = alarm.EvaluationPeriods ?? 1;
  const needed = alarm.DatapointsToAlarm ?? wanted;
  const { periodMs, valueOf } = questionOf(alarm, metrics);
  const end = Math.floor(nowMs / periodMs) * periodMs;
  const ends = Array.from({ length: wanted + extraPeriods }, (_, i) => end - i * periodMs);
  // The most recent first. There is nothing to make up for where enough of all that are looked at have data.
  const real = ends.map((to) => valueOf(to - periodMs, to)).filter((value) => value !== undefined);
  const judged = real.slice(0, wanted);
  const due = ends.slice(0, wanted).filter((to) => to - periodMs >= sinceMs).length;
  const absent = Math.max(0, Math.min(wanted, due) - judged.length);
  const breaching = judged.filter((value) => breaches(value, threshold)).length;
  const counted = breaching + (missing === 'breaching' ? absent : 0);
  const enough = missing === 'missing' ? Math.min(needed, Math.max(1, judged.length)) : needed;
  const values = judged.map(round).join(', ');
  const found = `${breaching} of the last ${judged.length} data points [${values}] ${breaching === 1 ? 'is' : 'are'} ${words} the threshold ${threshold}`;
  const reason = absent === 0 ? found : `${found}, and ${absent} missing (${missing})`;
  if (counted >= enough) return { value: 'ALARM', reason };
  const isUnknown = judged.length === 0 && (missing === 'missing' || missing === 'ignore' || due === 0);
  return { value: isUnknown ? 'INSUFFICIENT_DATA' : 'OK', reason };
};
