import type { QuantileEstimate } from '../../core/stats/quantile-interval.ts';
import type { HitFigures, HitResult } from './result.ts';

/** Three significant digits below a second, as much as a measurement over a network is worth. */
const ms = (value: number): string => `${Number(value.toPrecision(value < 1000 ? 3 : 4))} ms`;

const line = (name: string, text: string): string => `  ${name.padEnd(10)}${text}`;

const quantileLine = ([name, estimate]: [string, QuantileEstimate]): string =>
  line(
    name,
    estimate.known
      ? `${ms(estimate.value)}   95 % interval ${ms(estimate.low)} to ${ms(estimate.high)}`
      : `needs ${estimate.neededN} requests`,
  );

const figureLines = (rest: HitFigures): string[] => [
  `The ${rest.n} after the first, connecting left out:`,
  line(
    'mean',
    `${ms(rest.meanMs)}${rest.sdMs === undefined ? '' : `   standard deviation ${ms(rest.sdMs)}`}`,
  ),
  line('min', ms(rest.minMs)),
  ...Object.entries(rest.quantiles).map(quantileLine),
  line('max', ms(rest.maxMs)),
];

const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;

const head = ({ url, sent, ok, seconds, connections, maxRate }: HitResult): string => {
  const pace = maxRate === undefined ? '' : `, at most ${maxRate}/s`;
  return `${url}\n${plural(sent, 'request')} in succession over ${plural(connections, 'connection')} in ${seconds.toFixed(1)} s${pace}: ${ok} answered`;
};

/** The result for a person at a terminal; ends without a line break. */
export const hitText = (result: HitResult): string => {
  const { errors, examples, unsent, referenceMeanMs, first, rest } = result;
  const lines = [head(result)];
  for (const [kind, count] of Object.entries(errors)) {
    lines.push(
      line(kind, `${plural(count, 'error')}, the first: ${examples[kind as keyof typeof examples] ?? ''}`),
    );
  }
  if (unsent > 0) lines.push(line('unsent', `${unsent}, because the run was ended early`));
  if (first !== undefined && referenceMeanMs !== undefined) {
    lines.push(
      line('mean', `${ms(referenceMeanMs)}, connecting and first request included (the reference method)`),
      line('connect', ms(first.connectMs)),
      line('first', `${ms(first.serviceMs)}${first.cold ? ' (cold)' : ''}`),
    );
  }
  if (rest !== undefined) lines.push(...figureLines(rest));
  return lines.join('\n');
};
