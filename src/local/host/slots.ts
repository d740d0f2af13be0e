/**
 * Places where a function can start at once: a shell that is in its control groups already and waits for what to
 * become. Moving a process into a control group takes the kernel some 10 ms, which on Lambda is nobody's Init Duration,
 * and a program that is moved after its start could have children elsewhere by then.
 */
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { ControlGroup } from './control-groups.ts';
import type { Isolation } from './isolation.ts';
import { type Reaper, killGroup } from '../reaper/reaper.ts';
import type { Command } from './runtimes.ts';

export interface Slot {
  /** Also the id of its process group. */
  readonly pid: number;
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly controlGroup: ControlGroup;
  /** Becomes the command. The process keeps its id. */
  become(command: Command, cwd: string, env: Readonly<Record<string, string>>): void;
  /** Kills it and what it started, and frees its control groups. */
  release(): void;
}

export interface Slots {
  /** Rejects when no process can be started. */
  take(): Promise<Slot>;
  close(): void;
}

/** Pause before the next slot is made, so that this does not disturb the start that took the last one. */
const refillMs = 200;

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** What the shell reads: all of it arrives before the last line replaces the shell. Exported for its test. */
export const startScript = (command: Command, cwd: string, env: Readonly<Record<string, string>>): string => {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}\n`);
  const words = [command.file, ...command.args].map(quoted).join(' ');
  return `cd ${quoted(cwd)}\n${exports.join('')}exec ${words} </dev/null\n`;
};

const makeSlot = async (isolation: Isolation, reaper: Reaper, id: string): Promise<Slot> => {
  const controlGroup = isolation.open(id);
  // In a process group of its own, so that its children can be killed with it.
  const child = reaper.spawn('sh', [], {
    cwd: '/',
    env: { PATH: process.env['PATH'] },
    stdio: ['pipe', 'pipe', 'pipe'],
  }) as Slot['child'];
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  const { pid } = child;
  if (pid === undefined) {
    controlGroup.close();
    return failed;
  }
  failed.catch(() => undefined);
  child.stdin.on('error', () => undefined);
  await controlGroup.add(pid);
  return {
    pid,
    child,
    controlGroup,
    become: (command, cwd, env) => {
      child.stdin.end(startScript(command, cwd, env));
    },
    release: () => {
      killGroup(pid);
      controlGroup.close();
    },
  };
};

/** Keeps one slot ready. */
export const createSlots = (isolation: Isolation, reaper: Reaper): Slots => {
  let made = 0;
  let spare: Promise<Slot> | undefined;
  let refill: NodeJS.Timeout | undefined;
  let closed = false;

  const make = (): Promise<Slot> => {
    const slot = makeSlot(isolation, reaper, `f${++made}`);
    slot.catch(() => undefined);
    return slot;
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
      const slot = await taken;
      return slot.child.exitCode === null && slot.child.signalCode === null ? slot : make();
    },
    close: () => {
      closed = true;
      clearTimeout(refill);
      void spare?.then(
        (slot) => {
          slot.release();
        },
        () => undefined,
      );
    },
  };
};
