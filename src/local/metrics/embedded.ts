/**
 * Metrics that functions write into their logs, as CloudWatch reads them out: "Specification: Embedded metric format" in
 * the CloudWatch user guide.
 */
import * as v from 'valibot';
import { isObject, openFields } from '../../core/schema/fields.ts';
import type { Metric, Metrics } from './metrics.ts';

const name = v.pipe(v.string('a text'), v.nonEmpty('a text'));
const embedded = openFields({
  _aws: openFields({
    Timestamp: v.number('milliseconds since 1970'),
    CloudWatchMetrics: v.array(
      openFields({
        Namespace: name,
        Dimensions: v.array(v.array(name, 'names'), 'lists of names'),
        Metrics: v.array(openFields({ Name: name }), 'metrics'),
      }),
      'metric directives',
    ),
  }),
});

export interface EmbeddedPoint extends Metric {
  readonly value: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

const valuesOf = (given: unknown): number[] =>
  [given].flat().filter((value): value is number => typeof value === 'number' && Number.isFinite(value));

/** What a line of a log holds; nothing where it is no such line or a faulty one, which CloudWatch passes over too. */
export const readEmbedded = (line: string): EmbeddedPoint[] => {
  // Nearly all lines are others: they are not to cost anything.
  if (!line.startsWith('{') || !line.includes('"CloudWatchMetrics"')) return [];
  const root = parse(line);
  const read = v.safeParse(embedded, root);
  if (!read.success || !isObject(root)) return [];
  const { Timestamp: at, CloudWatchMetrics: directives } = read.output._aws;
  const points: EmbeddedPoint[] = [];
  for (const { Namespace: namespace, Dimensions: sets, Metrics: metrics } of directives)
    for (const set of sets) {
      const dimensions = Object.fromEntries(set.map((dimension) => [dimension, String(root[dimension])]));
      for (const { Name } of metrics)
        for (const value of valuesOf(root[Name]))
          points.push({ namespace, name: Name, dimensions, value, at });
    }
  return points;
};

export const keepEmbedded = (metrics: Metrics, line: string): void => {
  for (const point of readEmbedded(line)) metrics.series(point).add(point.value, point.at);
};
