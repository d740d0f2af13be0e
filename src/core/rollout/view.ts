/** What a page shows of a rollout: how it ended and why, who answered which share over time, and how fast the two were. */
import { extent, max, range, sum } from 'd3-array';
import { Histogram } from '../histogram/histogram.ts';
import {
  formatCount,
  formatInstant,
  formatMs,
  formatShare,
  formatTick,
  formatTime,
  plural,
} from '../report/format.ts';
import { millisecondsOf } from '../report/latency.ts';
import { bucketSecondsFor } from '../report/timeline.ts';
import { logAxis } from '../report/view-figures.ts';
import type { Block, CellLike, PageView, Section, SplitFigure } from '../report/view-model.ts';
import { tableOf } from '../report/view-rows.ts';
import { answersStrip } from '../report/view-strips.ts';
import { localFace } from '../report/words.ts';
import type { Evidence, RolloutStage } from '../schema/rollout.ts';
import { shortName } from './preferences.ts';
import type { RolloutRecord } from '../schema/rollout-record.ts';
import { type Distribution, distributionFromSamples, pooled, quantile } from '../stats/distribution.ts';

const stageNames: Readonly<Record<RolloutStage, string>> = {
  'pre-traffic': 'before any traffic',
  shift: 'while weights shifted',
  'post-traffic': 'after the shift',
};

/** At the beginning of a sentence. */
const asHead = (stage: RolloutStage): string => stageNames[stage].replace(/^./, (c) => c.toUpperCase());

const sidesOf = (record: RolloutRecord): { readonly base: string; readonly next: string } => ({
  base: `version ${record.baseVersion}`,
  next: `version ${record.newVersion}`,
});

/** The sentences of the rules that said stop, each with the stage that it was found in. */
const stopReasons = ({ evidence }: Pick<RolloutRecord, 'evidence'>): readonly string[] =>
  evidence.flatMap(({ stage, rules }) =>
    rules.filter(({ stop }) => stop).map(({ sentence }) => `${sentence} (${stageNames[stage]})`),
  );

/** How it ended in one sentence, without its full stop. */
export const rolloutHeadline = (record: RolloutRecord): string => {
  const { targetId, newVersion, baseVersion, end } = record;
  const who = `${targetId}: version ${newVersion}`;
  if (end === 'promoted') return `${who} was promoted; it answers all requests`;
  if (end === 'rolled-back') return `${who} was rolled back; version ${baseVersion} answers all requests`;
  return `${who} is neither promoted nor rolled back`;
};

/** Why: what the rules found that said stop, and CodeDeploy's own words. */
export const rolloutReasons = (record: RolloutRecord): readonly string[] => [
  ...stopReasons(record),
  ...(record.reason === undefined ? [] : [`CodeDeploy: ${record.reason}`]),
];

interface Sample {
  readonly atSeconds: number;
  readonly ms: number;
  readonly version: string | undefined;
  readonly ok: boolean;
}

const samplesOf = ({ traffic }: RolloutRecord): Sample[] =>
  traffic.atMs.map((atMs, i) => ({
    atSeconds: atMs / 1000,
    ms: traffic.ms[i] ?? 0,
    version: traffic.versions[traffic.version[i] ?? -1],
    ok: traffic.ok[i] === 1,
  }));

const medianText = (samples: readonly Sample[]): string => {
  const answered = distributionFromSamples(samples.filter(({ ok }) => ok).map(({ ms }) => ms));
  return answered === undefined ? '' : `, p50 ${formatMs(quantile(answered, 0.5))}`;
};

/** Buckets wide enough that one of them holds some requests. */
const leastPerBucket = 10;

const secondsAfter = (record: RolloutRecord, iso: string): number =>
  Math.max(0, (Date.parse(iso) - Date.parse(record.startedAt)) / 1000);

const bandsOf = (record: RolloutRecord, seconds: number): SplitFigure['bands'] =>
  record.events.flatMap(({ name, startedAt, endedAt }) => {
    if (startedAt === undefined) return [];
    const from = secondsAfter(record, startedAt);
    const to = endedAt === undefined ? seconds : secondsAfter(record, endedAt);
    // What took no time has no room for a name.
    return to - from < seconds / 50 ? [] : [{ from, to, text: name }];
  });

const splitFigure = (record: RolloutRecord): SplitFigure | undefined => {
  const samples = samplesOf(record);
  const seconds = max(samples, ({ atSeconds }) => atSeconds);
  if (seconds === undefined || seconds === 0) return undefined;
  const names = sidesOf(record);
  const width = Math.max(
    bucketSecondsFor(seconds),
    leastPerBucket / Math.max(0.1, record.traffic.requestsPerSecond),
  );
  const set = record.aliases.map(({ atMs, version, newWeight }) => ({
    atSeconds: atMs / 1000,
    share: version === record.newVersion ? 1 : newWeight,
  }));
  const cut = range(Math.ceil(seconds / width)).map((i) => {
    const inside = samples.filter(({ atSeconds }) => Math.floor(atSeconds / width) === i);
    const answered = inside.filter(({ version }) => version !== undefined);
    const ofNext = answered.filter(({ version }) => version === record.newVersion);
    return { atSeconds: i * width, seconds: width, inside, answered, ofNext };
  });
  const buckets = cut.map(({ atSeconds, seconds: wide, inside, answered, ofNext }) => ({
    atSeconds,
    seconds: wide,
    failed: inside.some(({ ok }) => !ok),
    ...(answered.length === 0 ? {} : { share: ofNext.length / answered.length }),
  }));
  const readings = cut.map(({ atSeconds, seconds: wide, inside, answered, ofNext }) => {
    const ofBase = answered.filter((one) => !ofNext.includes(one));
    const failed = inside.filter(({ ok }) => !ok).length;
    const share = (part: readonly Sample[]): string => `${plural(part.length, 'answer')}${medianText(part)}`;
    const parts = [`${names.base}: ${share(ofBase)}`, `${names.next}: ${share(ofNext)}`];
    const text = `${atSeconds.toFixed(1)} to ${(atSeconds + wide).toFixed(1)} s: ${parts.join('; ')}; ${formatCount(failed)} failed`;
    return { from: atSeconds, to: atSeconds + wide, text };
  });
  const ofNext = samples.filter(({ version }) => version === record.newVersion);
  const step = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600].find((one) => seconds / one <= 10) ?? 1_800;
  return {
    kind: 'split',
    caption:
      'Which version answered the requests that a client sent to the target’s URL, and the weight that the alias gave to the new one.',
    words: `${plural(samples.length, 'request')} in ${seconds.toFixed(0)} seconds; ${names.next} answered ${formatCount(ofNext.length)} of them, ${plural(samples.filter(({ ok }) => !ok).length, 'request')} failed.`,
    seconds,
    ticks: range(0, seconds - step / 3, step),
    set,
    buckets,
    bands: bandsOf(record, seconds),
    names,
    readings,
  };
};

const warmOf = (rounds: Evidence['rounds'], side: 'base' | 'next'): Distribution | undefined =>
  pooled(rounds.flatMap((round) => millisecondsOf(Histogram.decode(round[side].warmUs)) ?? []));

const distributionBlocks = (record: RolloutRecord): Block[] => {
  const names = sidesOf(record);
  return record.evidence.flatMap(({ stage, rounds, load }): Block[] => {
    const strips = (['base', 'next'] as const).flatMap((side, i) => {
      const warm = warmOf(rounds, side);
      if (warm === undefined) return [];
      const label = `p50 ${formatMs(quantile(warm, 0.5))}`;
      return [{ warm, strip: answersStrip({ id: names[side], colour: i, label }, warm) }];
    });
    if (strips.length === 0) return [];
    const ends = strips.flatMap(({ warm }) => extent(warm.values)) as number[];
    return [
      {
        kind: 'figure',
        figure: {
          kind: 'strips',
          look: 'ridge',
          caption: `${asHead(stage)}: response times of warm answers in ${plural(rounds.length, 'round')}, ${formatTick(load.requestsPerSecond)} requests/s to each of the two in turns; milliseconds on one logarithmic axis.`,
          legend: [
            { mark: 'p50', text: 'p50' },
            { mark: 'p99', text: 'p99' },
          ],
          axis: logAxis(ends),
          strips: strips.map(({ strip }) => strip),
        },
      },
    ];
  });
};

const ruleRows = ({ evidence }: RolloutRecord) =>
  evidence.flatMap(({ stage, rules }) => rules.map((rule) => ({ stage: stageNames[stage], ...rule })));

const resultSection = (record: RolloutRecord): Section => {
  const figure = splitFigure(record);
  const { afterwards } = record;
  const after = `Of ${plural(afterwards.requests, 'request')} sent after the end, ${formatCount(afterwards.asExpected)} were answered by ${record.end === 'promoted' ? 'the new version' : 'the old version'}.`;
  return {
    id: 'split',
    title: 'Who answered',
    short: 'Who answered',
    blocks: [
      ...(figure === undefined ? [] : [{ kind: 'figure', figure } as const]),
      ...(afterwards.requests === 0 ? [] : [{ kind: 'text', text: after } as const]),
    ],
  };
};

const verdictSection = (record: RolloutRecord): Section => ({
  id: 'rules',
  title: 'What the rules found',
  short: 'Rules',
  blocks: [
    ...tableOf('Each rule of each stage', ruleRows(record), [
      ['Rule', ({ rule, stop }): CellLike => (stop ? { text: rule, tone: 'bad' } : rule)],
      [{ head: 'stage' }, ({ stage }) => stage],
      [{ head: 'says' }, ({ stop }): CellLike => (stop ? { text: 'stop', tone: 'bad' } : 'go\u00a0on')],
      [{ head: 'found' }, ({ sentence }) => sentence],
    ]),
    ...record.evidence.map(({ stage, size, rounds }): Block => {
      const sent = sum(rounds, ({ base, next }) => base.planned + next.planned);
      return {
        kind: 'note',
        text: `${asHead(stage)}: ${plural(rounds.length, 'round')}, ${plural(sent, 'request')} to both together. ${size.why}`,
      };
    }),
  ],
});

const eventSection = (record: RolloutRecord): Section => ({
  id: 'events',
  title: 'What went on',
  short: 'Steps',
  blocks: [
    ...tableOf('The steps of the rollout', record.events, [
      ['Step', ({ name }) => name],
      [
        { head: 'status' },
        ({ status }): CellLike => (status === 'Failed' ? { text: status, tone: 'bad' } : status),
      ],
      [{ head: 'began' }, ({ startedAt }) => (startedAt === undefined ? '–' : formatTime(startedAt))],
      [{ head: 'ended' }, ({ endedAt }) => (endedAt === undefined ? '–' : formatTime(endedAt))],
      [{ head: 'said' }, ({ message }) => message ?? ''],
    ]),
  ],
});

const placeSection = (record: RolloutRecord): Section => {
  const { traffic, minuteSeconds, injected, labels } = record;
  const failed = traffic.ok.filter((ok) => ok === 0).length;
  const items = [
    ['deployment', record.deploymentId],
    ['function', record.functionArn],
    ['preference', record.preference],
    ['a minute of it lasted', `${minuteSeconds} s`],
    ['done to the new version', injected ?? 'nothing'],
    [
      'client',
      `${traffic.requestsPerSecond} requests/s to the target’s URL, ${plural(traffic.ok.length, 'request')}, ${formatCount(failed)} failed (${formatShare(failed / Math.max(1, traffic.ok.length))})`,
    ],
    ...Object.entries(labels),
  ] as const;
  return {
    id: 'place',
    title: 'How and where it ran',
    short: 'Where it ran',
    blocks: [{ kind: 'facts', items: items.map(([term, text]) => ({ term, text })) }],
  };
};

/** Pure. @throws InputError on an unreadable histogram */
export const rolloutView = (record: RolloutRecord): PageView => {
  const distributions = distributionBlocks(record);
  return {
    report: record,
    title: rolloutHeadline(record),
    lead: rolloutReasons(record),
    ...(record.minuteSeconds < 60 ? { face: localFace } : {}),
    dateline: [formatInstant(record.finishedAt), shortName(record.preference)],
    sections: [
      resultSection(record),
      {
        id: 'latency',
        title: 'How fast the two were',
        short: 'Latency',
        blocks:
          distributions.length === 0 ? [{ kind: 'text', text: 'No hook measured anything.' }] : distributions,
      },
      verdictSection(record),
      eventSection(record),
      placeSection(record),
    ],
  };
};
