/** What is known about a run while it goes on, gathered from its objects and from the state machine's last step. */
import { parseAssignmentsKey, parsePartKey, planKey, reportKey, verifyKey } from '../../core/keys.ts';
import type { LoadProfile } from '../../core/schema/load.ts';
import type { Plan, Verification } from '../../core/payloads.ts';
import type { SamplePart } from '../../core/sample-part.ts';

/** One target in one round. */
export interface CellProgress {
  readonly sent: number;
  /** Workers whose last part is there, out of `workers`; segments of long cells count one by one. */
  readonly finished: number;
  readonly workers: number;
}

export interface RunProgress {
  readonly runId: string;
  readonly plan?: Plan;
  readonly verifications?: readonly Verification[];
  /** By `<round>/<cell>`. */
  readonly cells: ReadonlyMap<string, CellProgress>;
  readonly reported: boolean;
  readonly step?: RunStep;
}

/** Where the state machine is: the state it entered last, and the target and round that state works on. */
export interface RunStep {
  readonly state: string;
  readonly targetId?: string;
  readonly round?: number;
}

export const emptyProgress = (runId: string): RunProgress => ({ runId, cells: new Map(), reported: false });

const addPart = (progress: RunProgress, part: SamplePart): RunProgress => {
  const name = `${part.round}/${part.cellId}`;
  const before = progress.cells.get(name) ?? { sent: 0, finished: 0, workers: 0 };
  const after = {
    sent: before.sent + part.counts.sent,
    finished: before.finished + (part.final ? 1 : 0),
    workers: Math.max(before.workers, part.workers),
  };
  return { ...progress, cells: new Map(progress.cells).set(name, after) };
};

/** Takes one object of the run into account. Objects it does not know are none of its business. */
export const observeObject = (progress: RunProgress, key: string, body: string): RunProgress => {
  const { runId } = progress;
  if (key === planKey(runId)) return { ...progress, plan: JSON.parse(body) as Plan };
  if (key === verifyKey(runId)) return { ...progress, verifications: JSON.parse(body) as Verification[] };
  if (key === reportKey(runId, 'json')) return { ...progress, reported: true };
  return parsePartKey(key) === undefined ? progress : addPart(progress, JSON.parse(body) as SamplePart);
};

/** A state's name and its input, as the execution's history has them. */
export const stepOf = (state: string, input: string): RunStep => {
  const fields = parseObject(input);
  const place =
    typeof fields['assignmentsKey'] === 'string' ? parseAssignmentsKey(fields['assignmentsKey']) : undefined;
  if (place !== undefined) return { state, targetId: place.cellId, round: place.round };
  return typeof fields['targetId'] === 'string' ? { state, targetId: fields['targetId'] } : { state };
};

const parseObject = (text: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    // The history cuts long inputs off; the state's name alone still says something.
    return {};
  }
};

/** Measured requests that one cell plans. */
export const plannedRequests = (load: LoadProfile): number =>
  load.model === 'closed' ? load.requests : Math.round(load.rate * load.durationSeconds) - load.warmup;

/** Targets that are being timed: the fit ones; before Verify is through, all of them. */
export const timedTargets = ({ plan, verifications }: RunProgress): readonly string[] => {
  const fit = verifications?.filter((verification) => verification.ok).map(({ targetId }) => targetId);
  return fit ?? plan?.targets.map(({ id }) => id) ?? [];
};
