/** What the strips show: every answer of a target, or every cold start, on one logarithmic axis. */
import { extent, max, pairs, range, rollup, sort, sum } from 'd3-array';
import { known } from '../known.ts';
import { type Distribution, entriesOf, quantile } from '../stats/distribution.ts';
import { formatCount, formatMs, formatNumber, plural } from './format.ts';
import { medianMsOf, msOf, quantileShares } from './latency.ts';
import type { LatencySummary } from '../schema/report.ts';
import type { ColdStartGroup } from '../schema/report-cold-starts.ts';
import { logAxis, type Series } from './view-figures.ts';
import type { Mark, Reading, StripFigure, TargetRow } from './view-model.ts';

const binsPerDecade = 36;
/** More marks than this would be one smear. */
const mostColdMarks = 80;

interface Bin {
  readonly fromMs: number;
  readonly count: number;
  /** Of the fullest bin's count. */
  readonly share: number;
}

/** Contiguous bins of equal width on the log axis. */
const binsOf = (distribution: Distribution | undefined): Bin[] => {
  if (distribution === undefined) return [];
  const counts = rollup(
    entriesOf(distribution),
    (entries) => sum(entries, ([, count]) => count),
    ([ms]) => Math.floor(Math.log10(Math.max(ms, 1e-3)) * binsPerDecade),
  );
  const [first = 0, last = 0] = extent(counts.keys());
  const fullest = max(counts.values()) ?? 1;
  return range(first, last + 2).map((bin) => ({
    fromMs: 10 ** (bin / binsPerDecade),
    count: counts.get(bin) ?? 0,
    share: (counts.get(bin) ?? 0) / fullest,
  }));
};

const markNames: Readonly<Record<Mark, string>> = {
  p50: 'p50',
  p99: 'p99',
  cold: 'a cold answer',
  alone: 'cold, alone',
  burst: 'cold, in a burst',
  idle: 'cold, after idling',
  floor: 'the floor’s p50',
};

type Marks = StripFigure['strips'][number]['marks'];

const marksInWords = (marks: Marks): string[] =>
  marks.map(({ mark, ms }) => `${markNames[mark]} ${formatMs(ms)}`);

/** Around a mark that stands in no bin, as a share of its milliseconds: what a pointer can hit. */
const reach = 0.02;

/** Every bin with the marks that stand in it, and the other marks by themselves. */
const readingsOf = (bins: readonly Bin[], marks: Marks): Reading[] => {
  const ofBins = pairs(bins).flatMap(([{ fromMs, count }, { fromMs: toMs }]) => {
    const inside = marks.filter(({ ms }) => ms >= fromMs && ms < toMs);
    const answers = `${formatNumber(fromMs)} to ${formatMs(toMs)}: ${plural(count, 'warm answer', 'warm answers')}`;
    const text = [answers, ...marksInWords(inside)].join('; ');
    return count === 0 && inside.length === 0 ? [] : [{ from: fromMs, to: toMs, text }];
  });
  const outside = marks.filter(({ ms }) => !ofBins.some(({ from, to }) => ms >= from && ms < to));
  const ofMarks = outside.map((one) => ({
    ...{ from: one.ms * (1 - reach), to: one.ms * (1 + reach), text: marksInWords([one]).join() },
  }));
  return sort([...ofBins, ...ofMarks], ({ from }) => from);
};

const quantileMarks = (summary: LatencySummary | undefined): { mark: 'p50' | 'p99'; ms: number }[] =>
  (['p50', 'p99'] as const).flatMap((mark) => {
    const ms = msOf(summary?.quantiles[mark]);
    return ms === undefined ? [] : [{ mark, ms }];
  });

const coldMarks = (cold: Distribution | undefined): { mark: 'cold'; ms: number }[] => {
  const all = cold === undefined ? [] : [...cold.values];
  const step = Math.max(1, all.length / mostColdMarks);
  return all
    .filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step))
    .map((ms) => ({ mark: 'cold', ms }));
};

const answersInWords = (name: string, of: LatencySummary | undefined): string => {
  if (of === undefined) return `no ${name} answers`;
  const quantiles = quantileMarks(of).map(({ mark, ms }) => `${mark} ${formatMs(ms)}`);
  const range = `from ${formatMs(of.minMs)} to ${formatMs(of.maxMs)}`;
  return `${formatCount(of.n)} ${name} answers ${[range, ...quantiles].join(', ')}`;
};

/** Warm answers that no summary stands for, with the marks that are told of them. @param warm milliseconds */
export const answersStrip = (
  { id, colour, label }: { readonly id: string; readonly colour: number; readonly label?: string },
  warm: Distribution,
): StripFigure['strips'][number] => {
  const bins = binsOf(warm);
  const marks = (['p50', 'p99'] as const).map((mark) => ({
    ...{ mark, ms: quantile(warm, quantileShares[mark]) },
  }));
  const words = `${id}: ${plural(warm.n, 'warm answer')}, ${marksInWords(marks).join(', ')}.`;
  return known({ id, colour, label, words, bins, marks, readings: readingsOf(bins, marks) });
};

const distributionStrip = ({ target, colour, warm, cold }: Series): StripFigure['strips'][number] => {
  const { response } = target;
  const median = medianMsOf(response.all);
  const bins = binsOf(warm);
  const marks = [...quantileMarks(response.all), ...coldMarks(cold)];
  return known({
    id: target.id,
    colour,
    label: median === undefined ? undefined : `p50 ${formatNumber(median)}`,
    words: `${target.id}: ${answersInWords('warm', response.warm)}; ${answersInWords('cold', response.cold)}.`,
    bins,
    marks,
    readings: readingsOf(bins, marks),
  });
};

/** Every target's latencies; undefined where no request was answered. */
export const distributionFigure = (all: readonly Series[]): StripFigure | undefined => {
  const shown = all.filter(({ warm, cold }) => warm !== undefined || cold !== undefined);
  if (shown.length === 0) return undefined;
  const summaries = shown.flatMap(({ target: { response } }) => [response.warm ?? [], response.cold ?? []]);
  const floorMs = medianMsOf(shown.find(({ target }) => target.kind === 'null')?.target.response.all);
  return {
    kind: 'strips',
    look: 'ridge',
    caption:
      'Response time of each answer, in milliseconds on one logarithmic axis. The height counts warm answers, each target by its own fullest bin.',
    legend: [
      { mark: 'p50', text: 'p50' },
      { mark: 'p99', text: 'p99' },
      ...(shown.some(({ cold }) => cold !== undefined)
        ? [{ mark: 'cold', text: 'a cold answer' } as const]
        : []),
      ...(floorMs === undefined ? [] : [{ mark: 'floor', text: 'the floor’s p50' } as const]),
    ],
    axis: logAxis(summaries.flat().flatMap(({ minMs, maxMs }) => [minMs, maxMs])),
    ...(floorMs === undefined ? {} : { floorMs }),
    strips: shown.map(distributionStrip),
  };
};

const coldStrip = ({ target, colour, firstColds }: TargetRow): StripFigure['strips'][number] => {
  const { aloneMs = [], burstMs = [] } = target.verification?.coldStarts ?? {};
  const median = medianMsOf(target.response.warm);
  const part = (name: string, of: LatencySummary | undefined): string =>
    of === undefined
      ? `none cold ${name}`
      : `${formatCount(of.n)} cold ${name}, from ${formatMs(of.minMs)} to ${formatMs(of.maxMs)}`;
  const warm = median === undefined ? 'no warm median' : `warm p50 ${formatMs(median)}`;
  const marks: Marks = [
    ...(median === undefined ? [] : [{ mark: 'p50', ms: median } as const]),
    ...burstMs.map((ms) => ({ mark: 'burst', ms }) as const),
    ...aloneMs.map((ms) => ({ mark: 'alone', ms }) as const),
  ];
  return {
    id: target.id,
    colour,
    ...(aloneMs[0] === undefined ? {} : { label: `alone ${formatNumber(aloneMs[0])}` }),
    words: `${target.id}: ${part('alone', firstColds.alone)}; ${part('in a burst', firstColds.burst)}; ${warm}.`,
    bins: [],
    marks,
    readings: readingsOf([], marks),
  };
};

/** A target at one memory size, with its forced cold starts. */
export interface ForcedRow extends TargetRow {
  readonly groups: readonly ColdStartGroup[];
  /** The size, where the run forced cold starts at several. */
  readonly size: string | undefined;
}

const groupInWords = ({ kind, summary }: ColdStartGroup): string => {
  if (summary === undefined) return `none cold ${kind}`;
  const { n, medianMs, minMs, maxMs } = summary;
  return `${formatCount(n)} cold ${kind}, median ${formatMs(medianMs)}, from ${formatMs(minMs)} to ${formatMs(maxMs)}`;
};

const forcedStrip = ({ target, colour, groups, size }: ForcedRow): StripFigure['strips'][number] => {
  const median = medianMsOf(target.response.warm);
  const alone = groups.find(({ kind }) => kind === 'alone')?.summary;
  const id = size === undefined ? target.id : `${target.id}, ${size}`;
  const warm = median === undefined ? 'no warm median' : `warm p50 ${formatMs(median)}`;
  const marks: Marks = [
    ...(median === undefined ? [] : [{ mark: 'p50', ms: median } as const]),
    // What is seen best is drawn last.
    ...[...groups].reverse().flatMap(({ kind, calls }) => calls.map(({ ms }) => ({ mark: kind, ms }))),
  ];
  return {
    id,
    colour,
    ...(alone === undefined ? {} : { label: `median ${formatNumber(alone.medianMs)}` }),
    words: `${id}: ${groups.map(groupInWords).join('; ')}; ${warm}.`,
    bins: [],
    marks,
    readings: readingsOf([], marks),
  };
};

/** Every forced cold start as one mark, and the warm median to hold it against. @param shown rows that have any */
export const forcedFigure = (shown: readonly ForcedRow[]): StripFigure => {
  const strips = shown.map(forcedStrip);
  const seen = new Set(strips.flatMap(({ marks }) => marks.map(({ mark }) => mark)));
  const legend = [
    { mark: 'alone', text: 'alone' },
    { mark: 'burst', text: 'in a burst' },
    { mark: 'idle', text: 'after idling' },
    { mark: 'p50', text: 'warm p50' },
  ] as const;
  return {
    kind: 'strips',
    look: 'colds',
    caption:
      'Each cold start that was forced, in milliseconds on one logarithmic axis, beside the warm median under the load.',
    legend: legend.filter(({ mark }) => seen.has(mark)),
    axis: logAxis(strips.flatMap(({ marks }) => marks.map(({ ms }) => ms))),
    strips,
  };
};

/** Every cold start of verification as one mark, and the warm median to hold it against. @param shown targets that have any */
export const coldStartFigure = (shown: readonly TargetRow[]): StripFigure => {
  const strips = shown.map(coldStrip);
  return {
    kind: 'strips',
    look: 'colds',
    caption:
      'Each cold start that verification saw, in milliseconds on one logarithmic axis, beside the warm median under the load.',
    legend: [
      { mark: 'alone', text: 'alone' },
      { mark: 'burst', text: 'in a burst' },
      { mark: 'p50', text: 'warm p50' },
    ],
    axis: logAxis(strips.flatMap(({ marks }) => marks.map(({ ms }) => ms))),
    strips,
  };
};
