/** A run while it goes on: what is known from its objects and the state machine's last step, how long it still takes, and one line that tells. */
import {
  isTrialKey,
  parseAssignmentsKey,
  parseDeathKey,
  parsePartKey,
  planKey,
  reportKey,
  trialsPrefix,
  verifyKey,
} from '../../core/keys.ts';
import type { LoadProfile } from '../../core/schema/load.ts';
import type { Plan, Verification } from '../../core/schema/plan.ts';
import type { SamplePart } from '../../core/schema/part.ts';
import { nameAndCause } from '../../core/errors.ts';
import { plannedRequests } from '../../core/report/failures.ts';
import { paceOf } from '../../core/schedule/pace.ts';
import { formatCount } from '../../core/report/format.ts';
import { durationText } from '../text.ts';

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
  /** Trials that were listed, and those that were made. */
  readonly listed: number;
  readonly tried: number;
  readonly reported: boolean;
  readonly step?: RunStep;
}

/** Where the state machine is: the state it entered last, and the target and round that state works on. */
export interface RunStep {
  readonly state: string;
  readonly targetId?: string;
  readonly round?: number;
}

export const emptyProgress = (runId: string): RunProgress => ({
  runId,
  cells: new Map(),
  listed: 0,
  tried: 0,
  reported: false,
});

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

/** What a death in the measurement is told as; undefined for any other object. */
export const deathOf = (key: string, body: string): string | undefined => {
  const place = parseDeathKey(key);
  if (place === undefined) return undefined;
  const { Error: name, Cause: cause } = parseObject(body);
  const why = nameAndCause(String(name), typeof cause === 'string' ? cause : undefined);
  return `Worker ${place.worker} of ${place.cellId}, round ${place.round}, died: ${why}`;
};

/** Takes one object of the run into account. Objects it does not know are none of its business. */
export const observeObject = (progress: RunProgress, key: string, body: string): RunProgress => {
  const { runId } = progress;
  if (key === planKey(runId)) return { ...progress, plan: JSON.parse(body) as Plan };
  if (key === verifyKey(runId)) return { ...progress, verifications: JSON.parse(body) as Verification[] };
  if (key === reportKey(runId, 'json')) return { ...progress, reported: true };
  if (isTrialKey(key)) return { ...progress, tried: progress.tried + 1 };
  if (key.startsWith(trialsPrefix(runId)))
    return { ...progress, listed: progress.listed + (JSON.parse(body) as unknown[]).length };
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

/** Targets that are being timed: the fit ones; before Verify is through, all of them. */
export const timedTargets = ({ plan, verifications }: RunProgress): readonly string[] => {
  const fit = verifications?.filter((verification) => verification.ok).map(({ targetId }) => targetId);
  return fit ?? plan?.targets.map(({ id }) => id) ?? [];
};

/** Seconds around each cell for starting and ending its workers; a first guess that the run itself corrects. */
const overheadSeconds = 1;
/** For a target whose mean is not known yet. */
const guessedMeanMs = 20;

const loadSeconds = (load: LoadProfile, pace: number): number =>
  load.model === 'open' ? load.durationSeconds : (load.requests + load.warmup) / pace;

interface Work {
  readonly done: number;
  readonly open: number;
}

/** Expected seconds of the cells, the measured part and the rest apart. */
const work = (progress: RunProgress, load: LoadProfile, rounds: number): Work => {
  let done = 0;
  let open = 0;
  for (const id of timedTargets(progress)) {
    const target = progress.plan?.targets.find((one) => one.id === id);
    const seen = progress.verifications?.find(({ targetId }) => targetId === id);
    const pace = paceOf(load, target ?? {}, { meanMs: guessedMeanMs, ...seen });
    const seconds = loadSeconds(load, pace) + overheadSeconds;
    for (let round = 1; round <= rounds; round++) {
      const share = Math.min(1, (progress.cells.get(`${round}/${id}`)?.sent ?? 0) / plannedRequests(load));
      done += seconds * share;
      open += seconds * (1 - share);
    }
  }
  return { done, open };
};

/**
 * Seconds until the last cell is measured: what is planned from the verified means, scaled by how the cells so far kept to it.
 * @param elapsedSeconds since the first cell began; 0 before
 * @returns undefined while the plan is not known
 */
export const remainingSeconds = (progress: RunProgress, elapsedSeconds: number): number | undefined => {
  if (progress.plan === undefined) return undefined;
  const { done, open } = work(progress, progress.plan.load, progress.plan.rounds);
  // Before a twentieth is done, the pace says more about the start than about the run.
  const pace = done > (done + open) / 20 ? elapsedSeconds / done : 1;
  return open * pace;
};

const phases: Readonly<Record<string, string>> = {
  Plan: 'Planning: checking the input and finding the targets',
  Schedule: 'Planning the cells',
  LeaveIdle: 'Waiting until the functions are idle',
  Report: 'Writing the report',
  CleanUp: 'Cleaning up',
};

const verifying = ({ plan, step }: RunProgress): string => {
  const who = step?.targetId ?? 'the targets';
  const place = plan?.targets.findIndex(({ id }) => id === step?.targetId) ?? -1;
  const of = place < 0 || plan === undefined ? '' : ` (${place + 1} of ${plan.targets.length})`;
  return `Verifying ${who}${of}: does it count right, also under concurrency?`;
};

/** Two of the intervals in which generators write: whoever is silent for longer is stuck or was stopped. */
const silenceSeconds = 10;

const measuring = (progress: RunProgress, elapsedSeconds: number, quietSeconds: number): string => {
  const { plan, step } = progress;
  if (plan === undefined) return 'Measuring';
  const all = timedTargets(progress).length * plan.rounds * plannedRequests(plan.load);
  const sent = [...progress.cells.values()].reduce((sum, cell) => sum + cell.sent, 0);
  const where =
    step?.targetId === undefined ? '' : ` round ${step.round ?? 1} of ${plan.rounds}, ${step.targetId}`;
  const left = remainingSeconds(progress, elapsedSeconds);
  const time = left === undefined ? '' : `, about ${durationText(left)} left`;
  // Long before a stopped generator's function would time out.
  const silent =
    quietSeconds > silenceSeconds
      ? `; nothing heard of its generators for ${durationText(quietSeconds)} (they write every 5 s)`
      : '';
  return `Measuring${where}: ${formatCount(sent)} of ${formatCount(all)} requests${time}${silent}`;
};

/**
 * Tells a newcomer what the run is doing.
 * @param elapsedSeconds since the first cell began; 0 before
 * @param quietSeconds since the last object or step was seen
 */
export const progressLine = (progress: RunProgress, elapsedSeconds: number, quietSeconds = 0): string => {
  const state = progress.step?.state;
  const phase = state === undefined ? undefined : phases[state];
  if (phase !== undefined) return phase;
  if (state === 'ForceColdStarts' || state === 'RunTrials')
    return `Forcing cold starts: ${progress.tried} of ${progress.listed}`;
  if (progress.reported) return 'Cleaning up';
  if (progress.plan === undefined) return 'Starting';
  return progress.verifications === undefined
    ? verifying(progress)
    : measuring(progress, elapsedSeconds, quietSeconds);
};
