/**
 * When the generator's own behaviour makes a cell's figures worthless. Each rule gives its bound in the sentence, so
 * that a reader can judge the judge.
 */
import type { LoadProfile } from '../load/profile.ts';
import type { GeneratorReport, WorkerCounts } from './types.ts';

/**
 * Send lag goes straight into response time. Its p99 may reach a tenth of the target's median, but 2 ms at least:
 * below that the lag is the operating system's, not the generator's.
 */
export const sendLagBoundMs = (p50Ms: number | undefined): number => Math.max(2, (p50Ms ?? 0) / 10);

/** From here on a single-threaded generator queues requests itself. */
const busyCpuShare = 0.9;

export interface Judgement {
  readonly valid: boolean;
  readonly remarks: readonly string[];
}

export const judgeCell = (
  load: LoadProfile,
  generator: GeneratorReport | undefined,
  workers: WorkerCounts,
  unsent: number,
): Judgement => {
  const remarks: string[] = [];
  const late =
    load.model === 'open' && generator !== undefined && generator.sendLagP99Ms > generator.sendLagBoundMs;
  if (late) {
    remarks.push(
      `invalid: the generator sent late (send lag p99 ${generator.sendLagP99Ms.toFixed(2)} ms, ` +
        `bound ${generator.sendLagBoundMs.toFixed(2)} ms)`,
    );
  }
  if (generator !== undefined && generator.cpuShare > busyCpuShare) {
    remarks.push(
      `the generator used ${Math.round(generator.cpuShare * 100)} % of one CPU (remarked above ` +
        `${busyCpuShare * 100} %): it may have slowed the answers down itself`,
    );
  }
  if (workers.died.length > 0) {
    remarks.push(`${named(workers.died)} died midway; samples up to then are kept`);
  }
  if (workers.missing.length > 0) remarks.push(`${named(workers.missing)} left no samples`);
  if (load.model === 'open' && generator === undefined) {
    remarks.push('no generator finished, so none vouched for its send times');
  }
  if (unsent > 0) remarks.push(`${unsent} planned requests were not sent because time ran out`);
  return { valid: !late, remarks };
};

const named = (workers: readonly number[]): string => {
  const shown = workers.slice(0, 5).join(', ');
  const more = workers.length > 5 ? ` and ${workers.length - 5} more` : '';
  return `${workers.length === 1 ? 'worker' : 'workers'} ${shown}${more}`;
};
