/** One line that tells a newcomer what the run is doing. */
import { formatCount } from '../../core/report/format.ts';
import { duration } from '../terminal/words.ts';
import { plannedRequests, timedTargets, type RunProgress } from './progress.ts';
import { remainingSeconds } from './remaining.ts';

const phases: Readonly<Record<string, string>> = {
  Plan: 'Planning: checking the input and finding the targets',
  Schedule: 'Planning the cells',
  Report: 'Writing the report',
  CleanUp: 'Cleaning up',
};

const verifying = ({ plan, step }: RunProgress): string => {
  const who = step?.targetId ?? 'the targets';
  const place = plan?.targets.findIndex(({ id }) => id === step?.targetId) ?? -1;
  const of = place < 0 || plan === undefined ? '' : ` (${place + 1} of ${plan.targets.length})`;
  return `Verifying ${who}${of}: does it count right, also under concurrency?`;
};

const measuring = (progress: RunProgress, elapsedSeconds: number): string => {
  const { plan, step } = progress;
  if (plan === undefined) return 'Measuring';
  const all = timedTargets(progress).length * plan.rounds * plannedRequests(plan.load);
  const sent = [...progress.cells.values()].reduce((sum, cell) => sum + cell.sent, 0);
  const where =
    step?.targetId === undefined ? '' : ` round ${step.round ?? 1} of ${plan.rounds}, ${step.targetId}`;
  const left = remainingSeconds(progress, elapsedSeconds);
  const time = left === undefined ? '' : `, about ${duration(left)} left`;
  return `Measuring${where}: ${formatCount(sent)} of ${formatCount(all)} requests${time}`;
};

/** @param elapsedSeconds since the first cell began; 0 before */
export const progressLine = (progress: RunProgress, elapsedSeconds: number): string => {
  const state = progress.step?.state;
  const phase = state === undefined ? undefined : phases[state];
  if (phase !== undefined) return phase;
  if (progress.reported) return 'Cleaning up';
  if (progress.plan === undefined) return 'Starting';
  return progress.verifications === undefined ? verifying(progress) : measuring(progress, elapsedSeconds);
};
