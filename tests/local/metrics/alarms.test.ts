import type { MetricAlarm, MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { evaluateAlarm } from '../../../src/local/metrics/alarms.ts';
import { parseExpression } from '../../../src/local/metrics/expression.ts';
import { createMetrics } from '../../../src/local/metrics/metrics.ts';

const minuteMs = 1_000;
const Dimensions = [{ Name: 'FunctionName', Value: 'f' }];
const named = (name: string) => ({ namespace: 'N', name, dimensions: { FunctionName: 'f' } });
const alarm: MetricAlarm = {
  ...{ AlarmName: 'A', Namespace: 'N', MetricName: 'M', Dimensions, Statistic: 'Maximum', Period: 60 },
  ...{ EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' },
};

/** Data points of minutes one after another, `-` for none; X breaches, 0 does not. It is right after the last of them. */
const stateAfter = (points: string, more: Partial<MetricAlarm>, sinceMinute = 0): string => {
  const metrics = createMetrics(minuteMs);
  Array.from(points).forEach((point, minute) => {
    if (point !== '-') metrics.series(named('M')).add(point === 'X' ? 2 : 0, minute * minuteMs + 1);
  });
  const nowMs = points.length * minuteMs + 10;
  return evaluateAlarm({ ...alarm, ...more }, metrics, { nowMs, sinceMs: sinceMinute * minuteMs }).value;
};

describe('evaluateAlarm', () => {
  // The tables of "Configuring how CloudWatch alarms treat missing data": 3 of 3 periods, and 2 of 3.
  it.each([
    ['0-X-X', 'OK', 'OK', 'OK'],
    ['0----', 'OK', 'OK', 'OK'],
    ['-----', 'INSUFFICIENT_DATA', 'ALARM', 'OK'],
    ['0XX-X', 'ALARM', 'ALARM', 'ALARM'],
    ['--X--', 'ALARM', 'ALARM', 'OK'],
  ])('of 3 periods %s: missing %s, breaching %s, not breaching %s', (points, missing, breaching, not) => {
    const treated = (TreatMissingData: string) =>
      stateAfter(points, { EvaluationPeriods: 3, DatapointsToAlarm: 3, TreatMissingData });
    expect([treated('missing'), treated('breaching'), treated('notBreaching')]).toEqual([
      missing,
      breaching,
      not,
    ]);
  });

  it.each([
    ['XX', 'ALARM'],
    ['0X', 'OK'],
    ['X0', 'OK'],
    ['XX--', 'ALARM'],
    ['0---', 'OK'],
    ['0----', 'ALARM'],
  ])('of 2 periods %s, missing ones breaching: %s', (points, state) => {
    expect(stateAfter(points, { EvaluationPeriods: 2, TreatMissingData: 'breaching' })).toBe(state);
  });

  it.each([
    [4, 'INSUFFICIENT_DATA'],
    [3, 'OK'],
    [2, 'ALARM'],
  ])('does not miss data of periods before minute %i', (since, state) => {
    const missing = { EvaluationPeriods: 2, TreatMissingData: 'breaching' };
    expect(stateAfter('----', missing, since)).toBe(state);
  });

  it('counts M of N, and asks for it in the words of the alarm', () => {
    const metrics = createMetrics(minuteMs);
    [3, 0, 2].forEach((value, minute) => {
      metrics.series(named('M')).add(value, minute * minuteMs);
    });
    const of = (DatapointsToAlarm: number) =>
      evaluateAlarm({ ...alarm, EvaluationPeriods: 3, DatapointsToAlarm }, metrics, {
        nowMs: 3_000,
        sinceMs: 0,
      });
    expect(of(2)).toEqual({
      value: 'ALARM',
      reason: '2 of the last 3 data points [2, 0, 3] are greater than the threshold 1',
    });
    expect(of(3).value).toBe('OK');
  });

  it.each([
    ['GreaterThanThreshold', 2, 'OK'],
    ['GreaterThanOrEqualToThreshold', 2, 'ALARM'],
    ['LessThanThreshold', 2, 'OK'],
    ['LessThanOrEqualToThreshold', 2, 'ALARM'],
  ] as const)('%s %i', (ComparisonOperator, Threshold, state) => {
    expect(stateAfter('X', { ComparisonOperator, Threshold })).toBe(state);
  });

  it.each([
    [{ Statistic: 'Sum' as const }, 18],
    [{ Statistic: 'Average' as const }, 6],
    [{ Statistic: 'SampleCount' as const }, 3],
    [{ Statistic: 'Minimum' as const }, 1],
    [{ Statistic: undefined, ExtendedStatistic: 'p99' }, 12],
  ])('compares %j over periods of several minutes', (statistic, value) => {
    const metrics = createMetrics(minuteMs);
    [1, 5, 12].forEach((one, minute) => {
      metrics.series(named('M')).add(one, minute * minuteMs);
    });
    const above = (Threshold: number) =>
      evaluateAlarm({ ...alarm, ...statistic, Period: 180, Threshold }, metrics, { nowMs: 3_500, sinceMs: 0 })
        .value;
    expect([above(value * 0.99), above(value * 1.01)]).toEqual(['ALARM', 'OK']);
  });

  const share = (Expression: string): Partial<MetricAlarm> => {
    const stat = (Id: string, MetricName: string): MetricDataQuery => ({
      Id,
      MetricStat: { Metric: { Namespace: 'N', MetricName, Dimensions }, Period: 60, Stat: 'Sum' },
      ReturnData: false,
    });
    const plain = { MetricName: undefined, Namespace: undefined, Period: undefined, Statistic: undefined };
    return { ...plain, Metrics: [stat('m1', 'All'), stat('m2', 'Bad'), { Id: 'e1', Expression }] };
  };
  it.each([
    [20, 1, 'ALARM'],
    [100, 1, 'OK'],
    [19, 19, 'OK'],
    [undefined, 1, 'INSUFFICIENT_DATA'],
  ])('of an expression over %p and %p', (all, bad, state) => {
    const metrics = createMetrics(minuteMs);
    if (all !== undefined) metrics.series(named('All')).add(all, 0);
    metrics.series(named('Bad')).add(bad, 0);
    const given = { ...alarm, ...share('IF(m1 >= 20, m2 / m1 * 100, 0)') };
    expect(evaluateAlarm(given, metrics, { nowMs: minuteMs, sinceMs: 0 }).value).toBe(state);
  });

  it.each([
    [{ Period: 10 }, 'periods of 10 s'],
    [{ Statistic: undefined, ExtendedStatistic: 'tm99' }, 'statistic tm99'],
    [{ ComparisonOperator: 'GreaterThanUpperThreshold' as const }, 'comparison GreaterThanUpperThreshold'],
    [share('m1 / m9'), 'there is no metric m9'],
    [share('RATE(m1)'), 'RATE is not understood'],
  ])('refuses %j by name', (more, message) => {
    expect(() => stateAfter('X', more)).toThrow(message);
  });
});

describe('parseExpression', () => {
  const lookup = (id: string) => ({ m1: 8, m2: 2, zero: 0 })[id];
  it.each([
    ['m1 + m2 * 3', 14],
    ['(m1 + m2) * 3', 30],
    ['m1 - m2 - 1', 5],
    ['-m2 + 1.5', -0.5],
    ['m1 > m2 + 7', 0],
    ['IF(m2 == 2, m1, 1)', 8],
    ['IF(zero, 1, FILL(gone, 7))', 7],
    ['m1 / zero', undefined],
    ['gone + 1', undefined],
  ])('%s is %p', (text, value) => {
    expect(parseExpression(text)(lookup)).toBe(value);
  });

  it.each(['', 'm1 +', 'm1 m2', 'IF(m1, 2)', 'm1 ? 2', '(m1', ', m1'])('refuses "%s"', (text) => {
    expect(() => parseExpression(text)).toThrow(`"${text}"`);
  });
});
