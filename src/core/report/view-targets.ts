/** Every figure of every target, what failed, and what the generator says about itself. */
import { max, min, sum } from 'd3-array';
import { formatCount, formatInterval, formatMs, formatNumber, formatQuantile, list } from './format.ts';
import { medianMsOf } from './latency.ts';
import {
  type GeneratorReport,
  type LatencySummary,
  quantileNames,
  type Report,
  type RoundReport,
  type TargetReport,
} from '../schema/report.ts';
import type { Block, CellLike, Column, Section, TargetRow, Term } from './view-model.ts';
import { failedShare, nameCell, none } from './view-rows.ts';

const number = (head: string): Column => ({ head, align: 'right' });

const orNone = (value: number | undefined): string => (value === undefined ? none : formatNumber(value));

const latencyRow = (name: string, s: LatencySummary): CellLike[] => [
  name,
  formatCount(s.n),
  ...quantileNames.map((quantileName): CellLike => {
    const q = s.quantiles[quantileName];
    return 'neededN' in q
      ? { text: 'n too small', note: `takes ${formatCount(q.neededN)}`, tone: 'muted' }
      : { text: formatNumber(q.ms), note: formatInterval(q.lowMs, q.highMs) };
  }),
  formatNumber(s.meanMs),
  orNone(s.standardDeviationMs),
  formatNumber(s.minMs),
  formatNumber(s.maxMs),
  s.p99OverP50 === undefined ? none : s.p99OverP50.toFixed(2),
];

const latencyTable = ({ id, response, service }: TargetReport, open: boolean): Block[] => {
  const kinds = [
    ['response, warm', response.warm],
    ['response, cold', response.cold],
    ['service, warm', open ? service.warm : undefined],
    ['service, cold', open ? service.cold : undefined],
  ] as const;
  const rows = kinds.flatMap(([name, s]) => (s === undefined ? [] : [latencyRow(name, s)]));
  if (rows.length === 0) return [];
  const heads = ['n', ...quantileNames, 'mean', 'sd', 'min', 'max', 'p99/p50'];
  return [
    {
      kind: 'table',
      caption: `${id}: latencies in ms, with 95 % intervals`,
      columns: [{ head: 'Time', names: true }, ...heads.map(number)],
      rows,
    },
  ];
};

const roundRow = (round: RoundReport): CellLike[] => {
  const { requests, response, workers } = round;
  return [
    String(round.round),
    formatCount(requests.ok),
    formatCount(requests.failed),
    formatQuantile(response.warm?.quantiles.p50),
    formatQuantile(response.warm?.quantiles.p99),
    formatCount(response.cold?.n ?? 0),
    orNone(round.throughputPerSecond),
    formatNumber(round.seconds),
    `${workers.finished} of ${workers.planned}`,
  ];
};

const roundHeads = [
  'ok',
  'failed',
  'warm p50',
  'warm p99',
  'cold n',
  'answers/s',
  'seconds',
  'workers finished',
];

const roundTable = ({ id, rounds }: TargetReport): Block[] =>
  rounds.length === 0
    ? []
    : [
        {
          kind: 'table',
          caption: `${id}: round by round, response times in ms`,
          columns: [{ head: 'Round', names: true }, ...roundHeads.map(number)],
          rows: rounds.map(roundRow),
        },
      ];

const factsOf = (target: TargetReport): Term[] => {
  const { requests, memoryMb, throughputPerSecond } = target;
  const pairs: (readonly [string, string | undefined])[] = [
    ['kind', target.kind],
    ['called', target.path === 'http' ? 'over HTTP' : 'by direct invocation'],
    ['vantage', target.vantage],
    ['memory', memoryMb === undefined ? undefined : `${formatCount(memoryMb)} MB`],
    ['CPU architecture', target.cpuArchitecture],
    ['runtime', target.runtime],
    ['sent', formatCount(requests.sent)],
    ['failed', failedShare(target)],
    ['warm-up, left out', formatCount(requests.warmup)],
    ['not sent in time', formatCount(requests.unsent)],
    ['answers/s', throughputPerSecond === undefined ? undefined : formatNumber(throughputPerSecond)],
    ...Object.entries(target.verification?.observed ?? {}).map(
      ([name, value]) => [`first answer’s ${name}`, value] as const,
    ),
  ];
  return pairs.flatMap(([term, text]) => (text === undefined ? [] : [{ term, text }]));
};

/** Everything about each target, folded away. */
export const targetSection = (report: Report, rows: readonly TargetRow[]): Section => ({
  id: 'targets',
  title: 'Each target in full',
  short: 'Targets',
  full: true,
  blocks: rows.map(({ target, colour }) => ({
    kind: 'fold',
    name: nameCell(target, colour),
    blocks: [
      ...(target.remarks.length === 0 ? [] : [{ kind: 'list', items: target.remarks } as const]),
      ...latencyTable(target, report.method.load.model === 'open'),
      ...roundTable(target),
      { kind: 'facts', items: factsOf(target) },
    ],
  })),
});

/** Errors by kind with an example, and every remark on a target. Says so when there is none. */
export const failureSection = (report: Report): Section => {
  const errors = report.targets.flatMap(({ id, errors: own }) =>
    own.map(({ kind, count, example }): CellLike[] => [
      id,
      kind,
      formatCount(count),
      example === undefined ? none : { text: example, tone: 'code' },
    ]),
  );
  const remarks = report.targets.flatMap(({ id, remarks: own }) =>
    own.map((remark) => ({ term: id, text: remark })),
  );
  const items = [...report.remarks, ...remarks];
  return {
    id: 'failures',
    title: 'Failures and remarks',
    short: 'Failures',
    blocks: [
      errors.length === 0
        ? { kind: 'text', text: 'Every measured request was answered as expected.' }
        : {
            kind: 'table',
            caption: 'Failed requests by kind, with the first example',
            columns: [
              { head: 'Target', names: true },
              { head: 'Kind' },
              number('Count'),
              { head: 'Example' },
            ],
            rows: errors,
          },
      ...(items.length === 0 ? [] : [{ kind: 'list', items } as const]),
    ],
  };
};

const floorSentence = ({ targets }: Report): string => {
  const floors = targets.flatMap((target) => {
    const ms = target.kind === 'null' ? medianMsOf(target.response.warm) : undefined;
    return ms === undefined ? [] : [{ ...target, ms }];
  });
  const [floor] = floors;
  if (floor === undefined) {
    return 'No null target gave enough answers, so the harness’s own floor is unknown.';
  }
  const apart = targets.filter(
    (target) =>
      target.rounds.length > 0 &&
      !floors.some(({ path, vantage }) => path === target.path && vantage === target.vantage),
  );
  const but =
    apart.length === 0
      ? ''
      : `, but for ${list(apart.map(({ id }) => id))}, called another way or from another vantage`;
  return (
    `A constant answer (${floor.id}) takes ${formatMs(floor.ms)} at the median: what generator, network and platform ` +
    `need by themselves. It is part of every figure above${but}, and is subtracted from none.`
  );
};

const harnessRow = ({ id, rounds, valid }: TargetReport): CellLike[] => {
  const worst = (of: (g: GeneratorReport) => number): number | undefined =>
    max(rounds, ({ generator }) => (generator === undefined ? undefined : of(generator)));
  const cpu = worst((g) => g.cpuShare);
  return [
    id,
    valid ? 'valid' : { text: 'invalid', tone: 'bad' },
    orNone(worst((g) => g.sendLagP99Ms)),
    orNone(min(rounds, ({ generator }) => generator?.sendLagBoundMs)),
    orNone(worst((g) => g.eventLoopDelayP99Ms)),
    cpu === undefined ? none : `${Math.round(cpu * 100)} %`,
    formatCount(sum(rounds, (r) => r.generator?.connectionsOpened)),
    formatCount(sum(rounds, (r) => r.generator?.coldStarts)),
    orNone(worst((g) => g.startedLateMs)),
    `${sum(rounds, (r) => r.workers.finished)} of ${sum(rounds, (r) => r.workers.planned)}`,
  ];
};

const harnessHeads = [
  'send lag p99, ms',
  'its bound, ms',
  'event loop delay p99, ms',
  'CPU of one core',
  'connections opened',
  'own cold starts',
  'started late by, ms',
  'workers finished',
];

/** What the generator says about itself, and the floor. */
export const harnessSection = (report: Report): Section => {
  const rows = report.targets.filter(({ rounds }) => rounds.length > 0).map(harnessRow);
  const closed =
    'In the closed model a request is planned when the last one was answered; the bound on the send lag judges the open model alone.';
  return {
    id: 'harness',
    title: 'Did the harness hold?',
    short: 'Harness',
    full: true,
    blocks: [
      { kind: 'text', text: floorSentence(report) },
      ...(rows.length === 0
        ? []
        : [
            {
              kind: 'table',
              caption: 'The generator about itself: the worst worker of all rounds',
              columns: [{ head: 'Target', names: true }, { head: 'Verdict' }, ...harnessHeads.map(number)],
              rows,
            } as const,
          ]),
      ...(report.method.load.model === 'closed' ? [{ kind: 'note', text: closed } as const] : []),
    ],
  };
};
