/**
 * Places where a function can start at once: a shell that is in its control groups already and waits for what to
 * become. Moving a process into a control group takes the kernel some 10 ms, which on Lambda is nobody's Init Duration,
 * and a program that is moved after its start could have children elsewhere by then.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Cage, Isolation } from './isolation.ts';
import type { Reaper } from './reaper.ts';
import type { Command } from './runtimes.ts';

export interface Seat {
  /** Also the id of its process group. */
  readonly pid: number;
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly cage: Cage;
  /** Becomes the command. The process keeps its id. */
  become(command: Command, cwd: string, env: Readonly<Record<string, string>>): void;
  /** Kills it and what it started, and frees its control groups. */
  leave(): void;
}

export interface Seats {
  /** Rejects when no process can be started. */
  take(): Promise<Seat>;
  close(): void;
}

/** Pause before the next seat is made, so that this does not disturb the start that took the last one. */
const refillMs = 200;

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** What the shell reads: all of it arrives before the last line replaces the shell. Exported for its test. */
export const startScript = (command: Command, cwd: string, env: Readonly<Record<string, string>>): string => {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}\n`);
  const words = [command.file, ...command.args].map(quoted).join(' ');
  return `cd ${quoted(cwd)}\n${exports.join('')}exec ${words} </dev/null\n`;
};

/** Kills a process group; nobody being left is as good. */
export const killGroup = (group: number): void => {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // The whole group is gone already.
  }
};

const makeSeat = async (isolation: Isolation, reaper: Reaper, id: string): Promise<Seat> => {
  const cage = isolation.open(id);
  const child = spawn('sh', [], {
    cwd: '/',
    env: { PATH: process.env['PATH'] },
    stdio: ['pipe', 'pipe', 'pipe'],
    // A process group of its own, so that its children can be killed with it.
    detached: true,
  });
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  const { pid } = child;
  if (pid === undefined) {
    cage.close();
    return failed;
  }
  failed.catch(() => undefined);
  child.stdin.on('error', () => undefined);
  reaper.add(pid);
  await cage.add(pid);
  return {
    pid,
    child,
    cage,
    become: (command, cwd, env) => {
      child.stdin.end(startScript(command, cwd, env));
    },
    leave: () => {
      killGroup(pid);
      cage.close();
      reaper.remove(pid);
    },
  };
};

/** Keeps one seat ready. */
export const createSeats = (isolation: Isolation, reaper: Reaper): Seats => {
  let made = 0;
  let spare: Promise<Seat> | undefined;
  let refill: NodeJS.Timeout | undefined;
  let closed = false;

  const make = (): Promise<Seat> => {
    const seat = makeSeat(isolation, reaper, `f${++made}`);
    seat.catch(() => undefined);
    return seat;
  };
  const prepareSpare = (): void => {
    if (!closed) spare ??= make();
  };
  prepareSpare();

  return {
    take: async () => {
      const taken = spare ?? make();
      spare = undefined;
      clearTimeout(refill);
      refill = setTimeout(prepareSpare, refillMs);
      refill.unref();
      const seat = await taken;
      return seat.child.exitCode === null && seat.child.signalCode === null ? seat : make();
    },
    close: () => {
      closed = true;
      clearTimeout(refill);
      void spare?.then(
        (seat) => {
          seat.leave();
        },
        () => undefined,
      );
    },
  };
};
