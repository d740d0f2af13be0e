import type { SamplePart, SelfReport } from '../sample-part.ts';
import { sendLagBoundMs } from './validity.ts';
import type { GeneratorReport, WorkerCounts } from './types.ts';

const worst = (reports: readonly SelfReport[], of: (self: SelfReport) => number): number =>
  Math.max(...reports.map(of));

const total = (reports: readonly SelfReport[], of: (self: SelfReport) => number): number =>
  reports.reduce((sum, self) => sum + of(self), 0);

/** undefined when no worker gave a self-report. @param p50Ms the cell's median warm response, which sets the bound */
export const summariseGenerator = (
  parts: readonly SamplePart[],
  p50Ms: number | undefined,
): GeneratorReport | undefined => {
  const reports = parts.flatMap((part) => part.self ?? []);
  const [first] = reports;
  if (first === undefined) return undefined;
  const coldStarts = reports.filter((self) => self.coldStart).length;
  return {
    workers: reports.length,
    requests: total(reports, (s) => s.requests),
    connectionsOpened: total(reports, (s) => s.connectionsOpened),
    sendLagP50Ms: worst(reports, (s) => s.sendLagP50Ms),
    sendLagP99Ms: worst(reports, (s) => s.sendLagP99Ms),
    sendLagMaxMs: worst(reports, (s) => s.sendLagMaxMs),
    sendLagBoundMs: sendLagBoundMs(p50Ms),
    eventLoopDelayP99Ms: worst(reports, (s) => s.eventLoopDelayP99Ms),
    eventLoopDelayMaxMs: worst(reports, (s) => s.eventLoopDelayMaxMs),
    cpuShare: worst(reports, (s) => s.cpuShare),
    coldStart: coldStarts > 0,
    coldStarts,
    startedLateMs: worst(reports, (s) => s.startedLateMs),
    memoryMb: worst(reports, (s) => s.memoryMb),
    node: first.node,
  };
};

/** One worker of one segment, as it was assigned. */
export interface PlannedWorker {
  readonly segment: number;
  readonly worker: number;
  readonly attempt: number;
}

/** The parts' own word on how many workers there were, for want of the assignments. */
const workersOfParts = (parts: readonly SamplePart[]): readonly Omit<PlannedWorker, 'attempt'>[] => {
  const widths = new Map(parts.map((part) => [part.segment, part.workers]));
  return [...widths].flatMap(([segment, workers]) =>
    Array.from({ length: workers }, (_, worker) => ({ segment, worker })),
  );
};

/** Workers are counted per segment, since each segment starts its own. */
export const countWorkers = (
  parts: readonly SamplePart[],
  planned: readonly Omit<PlannedWorker, 'attempt'>[] = workersOfParts(parts),
): WorkerCounts => {
  const seen = new Set(parts.map(workerKey));
  const finished = new Set(parts.filter((part) => part.final).map(workerKey));
  const unfinished = parts.filter((part) => !finished.has(workerKey(part)));
  const missing = planned.filter((worker) => !seen.has(workerKey(worker)));
  return {
    planned: planned.length,
    finished: finished.size,
    died: ascending(new Set(unfinished.map((part) => part.worker))),
    missing: ascending(new Set(missing.map(({ worker }) => worker))),
  };
};

const workerKey = (place: { readonly segment: number; readonly worker: number }): string =>
  `${place.segment}/${place.worker}`;

const ascending = (numbers: ReadonlySet<number>): number[] => [...numbers].sort((a, b) => a - b);
