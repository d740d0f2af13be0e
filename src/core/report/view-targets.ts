/** Every figure of every target, what failed, and what the generator says about itself. */
import { max, min, sum } from 'd3-array';
import { formatCount, formatMs, formatNumber, formatQuantile, list } from './format.ts';
import { failingTargets } from './failures.ts';
import { medianMsOf } from './latency.ts';
import {
  type GeneratorReport,
  type LatencySummary,
  quantileNames,
  type Report,
  type RoundReport,
  type TargetReport,
} from '../schema/report.ts';
import type { Block, CellLike, Section, TargetRow, Term } from './view-model.ts';
import { failedShare, nameCell, none, quantileCell, tableOf } from './view-rows.ts';
import { errorNames, kindNames } from './words.ts';

const orNone = (value: number | undefined): string => (value === undefined ? none : formatNumber(value));

const latencyTable = ({ id, response, service }: TargetReport, open: boolean): Block[] => {
  const kinds = [
    ['response, all planned', response.all],
    ['response, warm', response.warm],
    ['response, cold', response.cold],
    ['service, all planned', open ? service.all : undefined],
    ['service, warm', open ? service.warm : undefined],
    ['service, cold', open ? service.cold : undefined],
  ] as const;
  const rows = kinds.flatMap(([name, s]) => (s === undefined ? [] : [{ name, ...s }]));
  return tableOf(`${id}: latencies in ms, with 95 % intervals`, rows, [
    ['Time', ({ name }) => name],
    ['n', ({ n }) => formatCount(n)],
    ...quantileNames.map((name) => [name, (s: LatencySummary) => quantileCell(s, name)] as const),
    ['mean', ({ meanMs }) => formatNumber(meanMs)],
    ['sd', ({ standardDeviationMs }) => orNone(standardDeviationMs)],
    ['min', ({ minMs }) => formatNumber(minMs)],
    ['max', ({ maxMs }) => formatNumber(maxMs)],
    ['p99/p50', ({ p99OverP50 }) => p99OverP50?.toFixed(2) ?? none],
  ]);
};

const roundTable = ({ id, rounds }: TargetReport): Block[] =>
  tableOf(`${id}: round by round, response times in ms`, rounds, [
    ['Round', ({ round }) => String(round)],
    ['ok', ({ requests }) => formatCount(requests.ok)],
    ['failed', ({ requests }) => formatCount(requests.failed)],
    ['p50', ({ response }) => formatQuantile(response.all?.quantiles.p50)],
    ['p99', ({ response }) => formatQuantile(response.all?.quantiles.p99)],
    ['cold n', ({ response }) => formatCount(response.cold?.n ?? 0)],
    ['answers/s', ({ throughputPerSecond }) => orNone(throughputPerSecond)],
    ['seconds', ({ seconds }) => formatNumber(seconds)],
    ['workers finished', ({ workers }) => `${workers.finished} of ${workers.planned}`],
  ]);

/** Where each request opens a connection of its own: what looking up the name, TCP and TLS took. */
const openingTable = ({ id, rounds }: TargetReport): Block[] => {
  const opened = rounds.flatMap(({ round, openings }) =>
    openings === undefined ? [] : [{ round, ...openings }],
  );
  const step = (of: { readonly p50Ms: number; readonly p99Ms: number }): CellLike => ({
    text: formatNumber(of.p50Ms),
    note: `p99 ${formatNumber(of.p99Ms)}`,
  });
  return tableOf(`${id}: opening connections, round by round, p50 in ms`, opened, [
    ['Round', ({ round }) => String(round)],
    ['opened', ({ count }) => formatCount(count)],
    ['DNS', ({ dns }) => step(dns)],
    ['TCP', ({ tcp }) => step(tcp)],
    ['TLS', ({ tls }) => step(tls)],
  ]);
};

const factsOf = (target: TargetReport): Term[] => {
  const { requests, memoryMb, throughputPerSecond } = target;
  const pairs: (readonly [string, string | undefined])[] = [
    ['kind', kindNames[target.kind]],
    ['called', target.path === 'http' ? 'over HTTP' : 'by direct invocation'],
    ['vantage', target.vantage],
    ['memory', memoryMb === undefined ? undefined : `${formatCount(memoryMb)} MB`],
    ['CPU architecture', target.cpuArchitecture],
    ['runtime', target.runtime],
    ['planned', formatCount(requests.planned)],
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
  blocks: rows.map((row): Block => ({
    kind: 'fold',
    name: nameCell(row),
    blocks: [
      ...(row.target.remarks.length === 0 ? [] : [{ kind: 'list', items: row.target.remarks } as const]),
      ...latencyTable(row.target, report.method.load.model === 'open'),
      ...roundTable(row.target),
      ...(report.method.load.connection === 'fresh' ? openingTable(row.target) : []),
      { kind: 'facts', items: factsOf(row.target) },
    ],
  })),
});

/** Errors by kind with an example, and every remark on a target. Says so when there is none. */
export const failureSection = (report: Report): Section => {
  const { targets, remarks } = report;
  const failing = failingTargets(report).map(({ id, sentence }) => ({ term: id, text: sentence }));
  const errors = targets.flatMap(({ id, errors: own }) => own.map((error) => ({ id, ...error })));
  const items = [
    ...remarks,
    ...failing,
    ...targets.flatMap(({ id, remarks: own }) => own.map((text) => ({ term: id, text }))),
  ];
  const fine: Block = { kind: 'text', text: 'Every measured request was answered as expected.' };
  return {
    id: 'failures',
    title: 'Failures and remarks',
    short: 'Failures',
    blocks: [
      ...(errors.length === 0 ? [fine] : []),
      ...tableOf('Failed requests by kind, with the first example', errors, [
        ['Target', ({ id }) => id],
        [{ head: 'Kind' }, ({ kind }) => errorNames[kind]],
        ['Count', ({ count }) => formatCount(count)],
        [
          { head: 'Example' },
          ({ example }) => (example === undefined ? none : { text: example, tone: 'code' }),
        ],
      ]),
      ...(items.length === 0 ? [] : [{ kind: 'list', items } as const]),
    ],
  };
};

const floorSentence = ({ targets }: Report): string => {
  const floors = targets.flatMap((target) => {
    const ms = target.kind === 'null' ? medianMsOf(target.response.all) : undefined;
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

const worst = (
  rounds: readonly RoundReport[],
  of: (g: GeneratorReport) => number | undefined,
): number | undefined => max(rounds, ({ generator }) => generator && of(generator));

/** What the generator says about itself, and the floor. */
export const harnessSection = (report: Report): Section => {
  const timed = report.targets.filter(({ rounds }) => rounds.length > 0);
  const closed: Block = {
    kind: 'note',
    text: 'In the closed model a request is planned when the last one was answered; the bound on the send lag judges the open model alone.',
  };
  return {
    id: 'harness',
    title: 'Did the harness hold?',
    short: 'Harness',
    full: true,
    blocks: [
      { kind: 'text', text: floorSentence(report) },
      ...tableOf('The generator about itself: the worst worker of all rounds', timed, [
        ['Target', ({ id }) => id],
        [{ head: 'Verdict' }, ({ valid }) => (valid ? 'valid' : { text: 'invalid', tone: 'bad' })],
        ['send lag p99, ms', ({ rounds }) => orNone(worst(rounds, (g) => g.sendLagP99Ms))],
        ['its bound, ms', ({ rounds }) => orNone(min(rounds, (r) => r.generator?.sendLagBoundMs))],
        ['the same with nothing to send', ({ rounds }) => orNone(worst(rounds, (g) => g.idleLagP99Ms))],
        [
          'waited for a connection',
          ({ rounds }) => formatCount(sum(rounds, (r) => r.generator?.waitedForConnection)),
        ],
        ['event loop delay p99, ms', ({ rounds }) => orNone(worst(rounds, (g) => g.eventLoopDelayP99Ms))],
        [
          'CPU of one core',
          ({ rounds }) => {
            const cpu = worst(rounds, (g) => g.cpuShare);
            return cpu === undefined ? none : `${Math.round(cpu * 100)} %`;
          },
        ],
        [
          'connections opened',
          ({ rounds }) => formatCount(sum(rounds, (r) => r.generator?.connectionsOpened)),
        ],
        ['own cold starts', ({ rounds }) => formatCount(sum(rounds, (r) => r.generator?.coldStarts))],
        ['started late by, ms', ({ rounds }) => orNone(worst(rounds, (g) => g.startedLateMs))],
        [
          'workers finished',
          ({ rounds }) =>
            `${sum(rounds, (r) => r.workers.finished)} of ${sum(rounds, (r) => r.workers.planned)}`,
        ],
      ]),
      ...(report.method.load.model === 'closed' ? [closed] : []),
    ],
  };
};
