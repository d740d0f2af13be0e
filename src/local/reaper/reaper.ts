import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { join } from 'node:path';

/** What the reaper's process is told, one at a time; see reaper.mjs. */
export interface Order {
  group?: number;
  forget?: number;
  remove?: string;
  controlGroups?: string;
}

/** Ends and removes what it was told about as soon as it is closed, or this process is gone. */
export type Reaper = ReturnType<typeof startReaper>;

export interface ReaperOptions {
  /** How long processes may take to end by themselves, in milliseconds; 0: they are killed at once. */
  readonly politeMs?: number;
  /** Directories of control groups, to be emptied and removed. */
  readonly controlGroups?: readonly string[];
  /** The reaper itself was killed: whoever needs it must not go on without. */
  readonly onDeath?: () => void;
}

/** Kills a process group; nobody being left is as good. */
export const killGroup = (group: number): void => {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // The whole group is gone already.
  }
};

const launch = (root: string, politeMs: number, controlGroups: readonly string[]) => {
  const program = join(root, 'src', 'local', 'reaper', 'reaper.mjs');
  const child = spawn(process.execPath, [program, String(politeMs)], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    // Nothing of the caller's Node settings (an inspector, a loader) is meant for it.
    env: { PATH: process.env['PATH'] },
  });
  // It may be gone when the last line is written; that there is nothing left to clean is not an error.
  child.stdin.on('error', () => undefined);
  const tell = (order: Order): void => {
    child.stdin.write(`${JSON.stringify(order)}\n`);
  };
  for (const directory of controlGroups) tell({ controlGroups: directory });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', resolve);
    child.once('error', () => {
      resolve();
    });
  });
  return { child, tell, exited };
};

/** Starts the process that cleans up; `root` is the repository, where its program is. */
export const startReaper = (
  root: string,
  { politeMs = 1500, controlGroups = [], onDeath = () => undefined }: ReaperOptions = {},
) => {
  const { child, tell, exited } = launch(root, politeMs, controlGroups);
  let isDead = false;
  let closing = false;
  void exited.then(() => {
    isDead = true;
    if (!closing) onDeath();
  });
  return {
    pid: child.pid ?? 0,
    /**
     * Starts a program in a session of its own, so that Ctrl-C in a terminal reaches only us, who end it in order.
     * When it ends, whatever it started and left behind in its process group is killed.
     */
    spawn: (program: string, args: readonly string[], options: SpawnOptions): ChildProcess => {
      const started = spawn(program, args, { ...options, detached: true });
      const group = started.pid;
      if (group === undefined) return started;
      tell({ group });
      started.once('exit', () => {
        killGroup(group);
        tell({ forget: group });
      });
      return started;
    },
    /** A directory, removed when all processes are gone. */
    remove: (directory: string): void => {
      tell({ remove: directory });
    },
    /** Resolves when everything is gone. */
    close: async (): Promise<void> => {
      closing = true;
      // One that was killed leaves its control groups to a second one.
      const last = isDead ? launch(root, politeMs, controlGroups) : { child, exited };
      last.child.stdin.end();
      await last.exited;
    },
  };
};
