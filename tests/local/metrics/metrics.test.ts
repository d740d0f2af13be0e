import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { readEmbedded, keepEmbedded } from '../../../src/local/metrics/embedded.ts';
import { createInvocationCounter } from '../../../src/local/metrics/invocations.ts';
import { createMetrics } from '../../../src/local/metrics/metrics.ts';

const minuteMs = 60_000;
const metric = { namespace: 'N', name: 'M', dimensions: { a: '1', b: '2' } };
const hour = 3_600_000;

describe('metrics', () => {
  it('fold the values of whole minutes, whatever the order of dimensions', () => {
    const metrics = createMetrics(minuteMs);
    const series = metrics.series(metric);
    for (const [value, at] of [
      [1, 0],
      [5, 59_999],
      [9, 60_000],
      [2, 30_000],
      [7, 120_000],
    ] as const)
      series.add(value, at);
    const same = { ...metric, dimensions: { b: '2', a: '1' } };
    expect(metrics.between(same, 0, 60_000)).toMatchObject({ count: 3, sum: 8, min: 1, max: 5 });
    expect(metrics.between(same, 0, 120_000)).toMatchObject({ count: 4, sum: 17 });
    expect(metrics.between(same, 1, 120_000)).toMatchObject({ count: 1, sum: 9 });
    expect(metrics.between(same, 180_000, 240_000)).toBeUndefined();
    expect(metrics.between({ ...metric, name: 'other' }, 0, 60_000)).toBeUndefined();
  });

  it('give percentiles within 0.5 %, also of several minutes together', () => {
    const metrics = createMetrics(minuteMs);
    const series = metrics.series(metric);
    for (let i = 1; i <= 1000; i++) series.add(i / 7, i % 2 === 0 ? 0 : minuteMs);
    const both = metrics.between(metric, 0, 2 * minuteMs)!;
    for (const share of [0.5, 0.9, 0.99])
      expect(Math.abs(both.quantile(share) / ((1000 * share) / 7) - 1)).toBeLessThan(0.006);
  });

  it('keep zeros and nothing older than an hour', () => {
    const metrics = createMetrics(minuteMs);
    const series = metrics.series(metric);
    series.add(0, 0);
    expect(metrics.between(metric, 0, minuteMs)?.quantile(0.5)).toBe(0);
    series.add(3, hour);
    expect(metrics.between(metric, 0, minuteMs)).toBeUndefined();
    // Late ones count where their minute is still kept.
    series.add(4, hour - minuteMs);
    expect(metrics.between(metric, hour - minuteMs, hour)).toMatchObject({ sum: 4 });
  });
});

describe('counting invocations', () => {
  it('counts per function, alias and version behind it', () => {
    const metrics = createMetrics(minuteMs);
    const count = createInvocationCounter(metrics);
    const done = (failure: unknown, durationMs: number) =>
      ({ kind: 'done', outcome: { failure, durationMs } }) as const;
    count('f', 'live', '1', done(undefined, 10));
    count('f', 'live', '2', done('E', 30));
    count('f', '2', '2', done(undefined, 50));
    count('f', undefined, '$LATEST', { kind: 'throttled' });
    const of = (name: string, dimensions: Record<string, string>) =>
      metrics.between(
        { namespace: 'AWS/Lambda', name, dimensions: { FunctionName: 'f', ...dimensions } },
        0,
        Infinity,
      );
    expect(of('Invocations', {})).toMatchObject({ sum: 3, count: 3 });
    expect(of('Throttles', {})).toMatchObject({ sum: 1, count: 4 });
    expect(of('Errors', { Resource: 'f:live' })).toMatchObject({ sum: 1, count: 2 });
    expect(of('Duration', { Resource: 'f:live' })).toMatchObject({ sum: 40, max: 30 });
    expect(of('Errors', { Resource: 'f:live', ExecutedVersion: '1' })).toMatchObject({ sum: 0, count: 1 });
    expect(of('Duration', { Resource: 'f:2' })).toMatchObject({ sum: 50 });
    expect(of('Duration', { Resource: 'f:2', ExecutedVersion: '2' })).toBeUndefined();
  });
});

describe('embedded metrics', () => {
  const directive = (Dimensions: string[][], ...names: string[]) => ({
    Namespace: 'LatencyLab',
    Dimensions,
    Metrics: names.map((Name) => ({ Name, Unit: 'Count' })),
  });
  const line = (more: object, ...directives: object[]) =>
    JSON.stringify({ _aws: { Timestamp: 5, CloudWatchMetrics: directives }, ...more });

  it('are read with their dimensions, each value of a list as one', () => {
    const given = { service: 'rollout', FunctionName: 'f', A: 1.5, B: [1, 2], C: 'three' };
    const sets = [['service', 'FunctionName'], []];
    expect(readEmbedded(line(given, directive(sets, 'A'), directive([['service']], 'B', 'C', 'D')))).toEqual([
      {
        namespace: 'LatencyLab',
        name: 'A',
        dimensions: { service: 'rollout', FunctionName: 'f' },
        value: 1.5,
        at: 5,
      },
      { namespace: 'LatencyLab', name: 'A', dimensions: {}, value: 1.5, at: 5 },
      { namespace: 'LatencyLab', name: 'B', dimensions: { service: 'rollout' }, value: 1, at: 5 },
      { namespace: 'LatencyLab', name: 'B', dimensions: { service: 'rollout' }, value: 2, at: 5 },
    ]);
  });

  it('are read as the library of the probe writes them', () => {
    const library = new Metrics({ namespace: 'LatencyLab', serviceName: 'rollout' });
    library.addDimension('FunctionName', 'f');
    library.addMetric('P99RatioAtLeast', MetricUnit.NoUnit, 1.25);
    const [point, ...others] = readEmbedded(JSON.stringify(library.serializeMetrics()));
    expect(others).toEqual([]);
    expect(point).toMatchObject({
      ...{ namespace: 'LatencyLab', name: 'P99RatioAtLeast', value: 1.25 },
      dimensions: { service: 'rollout', FunctionName: 'f' },
    });
    expect(Math.abs(Date.now() - (point?.at ?? 0))).toBeLessThan(60_000);
  });

  it.each([
    'START RequestId: 1 "CloudWatchMetrics"',
    '{"CloudWatchMetrics": []}',
    '{"_aws": {"CloudWatchMetrics": []}}',
    '{"_aws": {"Timestamp": 5, "CloudWatchMetrics": [{"Namespace": "N"}]}}',
    '{"CloudWatchMetrics',
  ])('are not read out of %s', (text) => {
    expect(readEmbedded(text)).toEqual([]);
  });

  it('count at the time that they say', () => {
    const metrics = createMetrics(2);
    keepEmbedded(metrics, line({ A: 3 }, directive([[]], 'A')));
    const named = { namespace: 'LatencyLab', name: 'A', dimensions: {} };
    expect(metrics.between(named, 4, 6)).toMatchObject({ sum: 3 });
    expect(metrics.between(named, 2, 4)).toBeUndefined();
  });
});
