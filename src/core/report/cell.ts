/** One target in one round, with the raw samples boiled down. */
import { max, min, sum } from 'd3-array';
import { byHistogram, Histogram } from '../histogram/histogram.ts';
import { InputError } from '../errors.ts';
import { known } from '../known.ts';
import { Openings } from '../load/opening.ts';
import type { LoadProfile } from '../schema/load.ts';
import type { SamplePart, SelfReport } from '../schema/part.ts';
import { plannedRequests } from './failures.ts';
import { summariseTime } from './latency.ts';
import {
  countErrors,
  countRequests,
  countWorkers,
  type Death,
  type LightPart,
  type PlannedWorker,
  withoutBulk,
} from './parts.ts';
import { extentOf, TimelineFold } from './timeline.ts';
import type { ErrorCount, Extremes, GeneratorReport, RoundReport } from '../schema/report.ts';
import { judgeCell, sendLagBoundMs } from './validity.ts';

/** What buildReport needs of a cell. */
export interface CellSummary {
  readonly cellId: string;
  readonly errors: readonly ErrorCount[];
  readonly round: RoundReport;
}

export const perSecond = (count: number, seconds: number): number | undefined =>
  seconds > 0 ? count / seconds : undefined;

/** Sums one cell of one round up, part by part, and keeps of each part only what is small. */
export class CellFold {
  readonly #load: LoadProfile;
  readonly #histograms = byHistogram(() => Histogram.create());
  readonly #openings = new Openings();
  #ok = 0;
  readonly #timeline = new TimelineFold();
  readonly #parts: LightPart[] = [];

  constructor(load: LoadProfile) {
    this.#load = load;
  }

  /**
   * @param part of one round and cell, the latest attempt of each segment; ordered by worker and part
   * @throws InputError on a histogram that is unreadable or counts other answers than the part does; the fold is of no use then
   */
  add(part: SamplePart): void {
    byHistogram((time, temperature) => {
      this.#histograms[time][temperature].mergeEncoded(part.histograms[time][temperature]);
    });
    this.#ok += part.counts.ok;
    for (const { cold, warm } of Object.values(this.#histograms)) {
      const answers = cold.count + warm.count;
      if (answers !== this.#ok)
        throw new InputError('histograms', `${answers} answers`, `the ${this.#ok} that the counts call ok`);
    }
    if (part.openings !== undefined) this.#openings.mergeEncoded(part.openings);
    this.#timeline.add(part);
    this.#parts.push(withoutBulk(part));
  }

  /**
   * Figures come from the histograms, which are whole; the time line from the raw samples.
   * @param planned the workers that were assigned; default: as many as the parts themselves speak of
   * @param deaths what the state machine was told of workers that died
   * @returns undefined when there was no part
   */
  summary(planned?: readonly PlannedWorker[], deaths?: readonly Death[]): CellSummary | undefined {
    const [parts, load] = [this.#parts, this.#load];
    const histograms = byHistogram((time, temperature) => this.#histograms[time][temperature].encode());
    const [first] = parts;
    if (first === undefined) return undefined;
    const requests = countRequests(parts, plannedRequests(load));
    const warm = this.#histograms.response.warm;
    const generator = summariseGenerator(parts, warm.count === 0 ? undefined : warm.quantile(0.5) / 1000);
    const workers = countWorkers(parts, planned, deaths);
    const judged = judgeCell({ workers, unsent: requests.unsent, generator }, load);
    const measured = known({ histograms, extremesUs: extremesOfParts(parts), requests, ...judged });
    const extent = extentOf(parts);
    const seconds = extent?.seconds ?? 0;
    return {
      cellId: first.cellId,
      errors: countErrors(parts),
      round: known({
        round: first.round,
        startedAt: extent && new Date(extent.startMs).toISOString(),
        seconds,
        throughputPerSecond: perSecond(requests.ok, seconds),
        response: summariseTime([measured], 'response', load.timeoutMs),
        openings: this.#openings.summary(),
        workers,
        generator,
        timeline: this.#timeline.timeline(extent),
        ...measured,
      }),
    };
  }
}

/** The same of parts that are in memory anyway. */
export const summariseCell = (
  parts: readonly SamplePart[],
  load: LoadProfile,
  planned?: readonly PlannedWorker[],
): CellSummary | undefined => {
  const fold = new CellFold(load);
  for (const part of parts) fold.add(part);
  return fold.summary(planned);
};

/** The exact extremes of all parts; undefined where one, of an earlier version, does not tell. */
const extremesOfParts = (parts: readonly LightPart[]): Extremes | undefined => {
  if (parts.some(({ extremesUs, counts }) => extremesUs === undefined && counts.ok > 0)) return undefined;
  const merged = byHistogram((time, temperature) => {
    const told = parts.flatMap(({ extremesUs }) => extremesUs?.[time][temperature] ?? []);
    const least = min(told, (one) => one.min);
    return least === undefined ? undefined : { min: least, max: max(told, (one) => one.max) ?? least };
  });
  return { service: known(merged.service), response: known(merged.response) };
};

/** undefined when no worker gave a self-report. @param p50Ms the cell's median warm response, which sets the bound */
const summariseGenerator = (
  parts: readonly LightPart[],
  p50Ms: number | undefined,
): GeneratorReport | undefined => {
  const reports = parts.flatMap((part) => part.self ?? []);
  const [first] = reports;
  if (first === undefined) return undefined;
  const worst = (of: (self: SelfReport) => number): number => max(reports, of) ?? 0;
  type Optional = (self: SelfReport) => number | undefined;
  const added = (of: Optional): number | undefined =>
    reports.some((self) => of(self) !== undefined) ? sum(reports, of) : undefined;
  // Workers of a segment send side by side, segments one after the other.
  const segments = new Set(parts.flatMap(({ self, segment }) => (self === undefined ? [] : segment))).size;
  const inParallel = (of: Optional): number | undefined => {
    const all = added(of);
    return all && all / segments;
  };
  const coldStarts = reports.filter((self) => self.coldStart).length;
  return known({
    workers: reports.length,
    requests: sum(reports, (s) => s.requests),
    connectionsOpened: sum(reports, (s) => s.connectionsOpened),
    sendLagP50Ms: worst((s) => s.sendLagP50Ms),
    sendLagP99Ms: worst((s) => s.sendLagP99Ms),
    sendLagMaxMs: worst((s) => s.sendLagMaxMs),
    sendLagBoundMs: sendLagBoundMs(p50Ms),
    waitedForConnection: added((s) => s.waitedForConnection),
    plannedPerSecond: inParallel((s) => s.plannedPerSecond),
    sentPerSecond: inParallel((s) => s.sentPerSecond),
    idleLagP99Ms: max(reports, (s) => s.idleLagP99Ms),
    eventLoopBusyShare: max(reports, (s) => s.eventLoopBusyShare),
    eventLoopDelayP99Ms: worst((s) => s.eventLoopDelayP99Ms),
    eventLoopDelayMaxMs: worst((s) => s.eventLoopDelayMaxMs),
    cpuShare: worst((s) => s.cpuShare),
    coldStart: coldStarts > 0,
    coldStarts,
    startedLateMs: worst((s) => s.startedLateMs),
    memoryMb: worst((s) => s.memoryMb),
    node: first.node,
  });
};
