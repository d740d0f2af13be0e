/** Follows an execution to its end, copying its objects and showing what goes on. */
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../core/errors.ts';
import type { ExecutionState, Executions } from '../aws/executions.ts';
import { whenAborted } from '../context.ts';
import type { Terminal } from '../terminal.ts';
import type { Copied, Mirror } from './files.ts';
import { deathOf, emptyProgress, observeObject, progressLine, type RunProgress } from './progress.ts';

export interface Followed {
  readonly executions: Pick<Executions, 'state' | 'step'>;
  readonly arn: string;
  readonly runId: string;
  readonly copyNew: Mirror['copyNew'];
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  /** Resolves with a reason when what the run runs on is gone. */
  readonly died?: Promise<string>;
  readonly pollMs: number;
}

export type FollowEnd =
  | { readonly kind: 'ended'; readonly state: ExecutionState }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'died'; readonly reason: string };

/** A network that is away for longer than this is not coming back by itself. */
const patienceMs = 60_000;
/** After a failed poll, how long the news that the plane died may take. */
const graceMs = 2_000;

/** One look at the run: what is new, and whether it still goes on. */
const makeLook = (run: Followed): (() => Promise<ExecutionState>) => {
  let progress: RunProgress = emptyProgress(run.runId);
  let measuringSince: number | undefined;
  let news = { at: performance.now(), step: '' };
  const observe = ({ key, body }: Copied): void => {
    progress = observeObject(progress, key, body);
    const death = deathOf(key, body);
    if (death !== undefined) run.terminal.say(`${run.terminal.style.red('!')} ${death}`);
  };
  return async () => {
    // The state first: when it has ended, the copies that follow are complete.
    const state = await run.executions.state(run.arn);
    const step = await run.executions.step(run.arn).catch(() => undefined);
    // A full disk or a lost object does not end the run: the last copy decides.
    const copied = await run.copyNew(observe).catch((error: unknown) => messageOf(error));
    if (typeof copied === 'string') {
      run.terminal.status(`The run goes on, but its results cannot be copied now (${copied})`);
      return state;
    }
    progress = step === undefined ? progress : { ...progress, step };
    if (progress.verifications !== undefined) measuringSince ??= performance.now();
    const now = performance.now();
    const entered = JSON.stringify(progress.step ?? '');
    if (copied > 0 || entered !== news.step) news = { at: now, step: entered };
    const elapsed = measuringSince === undefined ? 0 : (now - measuringSince) / 1000;
    run.terminal.status(progressLine(progress, elapsed, (now - news.at) / 1000));
    return state;
  };
};

/**
 * Resolves when the execution has ended, the user interrupts, or the plane dies.
 * @throws the last error when the run could not be looked at for a minute
 */
export const follow = async (run: Followed): Promise<FollowEnd> => {
  const gone = (run.died ?? new Promise<string>(() => undefined)).then(
    (reason) => ({ kind: 'died', reason }) as const,
  );
  const stopped = whenAborted(run.signal).then(() => ({ kind: 'interrupted' }) as const);
  const look = makeLook(run);
  const tryLook = async (): Promise<ExecutionState | Error> => {
    try {
      return await look();
    } catch (error) {
      return error instanceof Error ? error : new Error(messageOf(error));
    }
  };
  let failingSince: number | undefined;
  for (;;) {
    const seen = await Promise.race([tryLook(), gone, stopped]);
    if ('kind' in seen) return seen;
    if (!(seen instanceof Error)) {
      failingSince = undefined;
      if (seen.status !== 'RUNNING') return { kind: 'ended', state: seen };
    } else {
      failingSince ??= performance.now();
      const news = await Promise.race([gone, stopped, sleep(graceMs, undefined)]);
      if (news !== undefined) return news;
      if (performance.now() - failingSince > patienceMs) throw seen;
      run.terminal.status(`Lost sight of the run, trying again (${messageOf(seen)})`);
    }
    const news = await Promise.race([gone, stopped, sleep(run.pollMs, undefined)]);
    if (news !== undefined) return news;
  }
};
