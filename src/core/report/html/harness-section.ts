import { formatCount, formatMs, formatNumber } from '../format.ts';
import { list } from '../list.ts';
import type { GeneratorReport, Report, RoundReport, TargetReport } from '../types.ts';
import { markup, type Markup, type MarkupValue } from './markup.ts';
import { section, table } from './table.ts';

/** Of a target's rounds the one whose generator fared worst by this measure. */
const worst = (rounds: readonly RoundReport[], of: (g: GeneratorReport) => number): number | undefined => {
  const values = rounds.flatMap((round) => (round.generator === undefined ? [] : [of(round.generator)]));
  return values.length === 0 ? undefined : Math.max(...values);
};

const print = (value: number | undefined): string => (value === undefined ? '–' : formatNumber(value));

const sum = (rounds: readonly RoundReport[], of: (round: RoundReport) => number): number =>
  rounds.reduce((total, round) => total + of(round), 0);

const rowOf = ({ id, rounds, valid }: TargetReport): MarkupValue[] => {
  const bounds = rounds.flatMap((r) => (r.generator === undefined ? [] : [r.generator.sendLagBoundMs]));
  const cpu = worst(rounds, (g) => g.cpuShare);
  return [
    id,
    valid ? 'valid' : markup`<b class="bad">invalid</b>`,
    print(worst(rounds, (g) => g.sendLagP99Ms)),
    bounds.length === 0 ? '–' : formatNumber(Math.min(...bounds)),
    print(worst(rounds, (g) => g.eventLoopDelayP99Ms)),
    cpu === undefined ? '–' : `${Math.round(cpu * 100)} %`,
    formatCount(sum(rounds, (r) => r.generator?.connectionsOpened ?? 0)),
    formatCount(sum(rounds, (r) => r.generator?.coldStarts ?? 0)),
    print(worst(rounds, (g) => g.startedLateMs)),
    `${sum(rounds, (r) => r.workers.finished)} of ${sum(rounds, (r) => r.workers.planned)}`,
  ];
};

const floorSentence = (report: Report): MarkupValue => {
  const floors = report.targets.flatMap((target) => {
    const p50 = target.kind === 'null' ? target.response.warm?.quantiles.p50 : undefined;
    return p50 !== undefined && 'ms' in p50 ? [{ ...target, ms: p50.ms }] : [];
  });
  const [floor] = floors;
  const apart = report.targets.filter(
    (target) =>
      target.rounds.length > 0 &&
      !floors.some(({ path, vantage }) => path === target.path && vantage === target.vantage),
  );
  return floor === undefined
    ? markup`<p>No null target gave enough answers, so the harness’s own floor is unknown.</p>`
    : markup`<p>A constant answer (${floor.id}) takes <b>${formatMs(floor.ms)}</b> at the median: what generator, network and platform need by themselves. It is part of every figure above${apart.length === 0 ? '' : `, but for ${list(apart.map(({ id }) => id))}, called another way or from another vantage`}, and is subtracted from none.</p>`;
};

/** What the generator says about itself, and the floor. */
export const harnessSection = (report: Report): Markup => {
  const rows = report.targets.filter((t) => t.rounds.length > 0).map(rowOf);
  const closed = report.method.load.model === 'closed';
  const columns = [
    'send lag p99, ms',
    'its bound, ms',
    'event loop delay p99, ms',
    'CPU of one core',
    'connections opened',
    'own cold starts',
    'started late by, ms',
    'workers finished',
  ];
  return section(
    'harness',
    'Did the harness hold?',
    floorSentence(report),
    rows.length === 0
      ? undefined
      : table(
          'The generator about itself: the worst worker of all rounds',
          [{ head: 'Target' }, { head: 'Verdict' }, ...columns.map((head) => ({ head, classes: 'number' }))],
          rows,
        ),
    closed
      ? markup`<p class="note">In the closed model a request is planned when the last one was answered; the bound on the send lag judges the open model alone.</p>`
      : undefined,
  );
};
