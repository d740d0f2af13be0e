import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Ends and removes what it was told about as soon as it is closed, or this process is gone. */
export interface Reaper {
  /**
   * Starts a program in a session of its own, so that Ctrl-C in a terminal reaches only us, who end it in order.
   * When it ends, whatever it started and left behind in its process group is killed.
   */
  spawn(program: string, args: readonly string[], options: SpawnOptions): ChildProcess;
  /** A directory, removed when all processes are gone. */
  remove(directory: string): void;
  /** Resolves when everything is gone. */
  close(): Promise<void>;
}

const killRest = (group: number): void => {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // Nobody was left, which is as it should be.
  }
};

/** Starts the process that cleans up; `root` is the repository, where its program is. */
export const startReaper = (root: string): Reaper => {
  const child = spawn(process.execPath, [join(root, 'src', 'local', 'reaper', 'reaper.mjs')], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    // Nothing of the caller's Node settings (an inspector, a loader) is meant for it.
    env: { PATH: process.env['PATH'] },
  });
  const exited = once(child, 'exit');
  // It may be gone when the last line is written; that there is nothing left to clean is not an error.
  child.stdin.on('error', () => undefined);
  const tell = (order: { group?: number; forget?: number; remove?: string }): void => {
    child.stdin.write(`${JSON.stringify(order)}\n`);
  };
  return {
    spawn: (program, args, options) => {
      const started = spawn(program, args, { ...options, detached: true });
      const group = started.pid;
      if (group === undefined) return started;
      tell({ group });
      started.once('exit', () => {
        killRest(group);
        tell({ forget: group });
      });
      return started;
    },
    remove: (remove) => {
      tell({ remove });
    },
    close: async () => {
      child.stdin.end();
      await exited;
    },
  };
};
