/**
 * Places where a function can start at once: a shell that is in its control groups and namespaces already, sees what the
 * function will see, has lost its privileges, and waits for what to become. All that is the platform's own time, on Lambda
 * nobody's Init Duration: moving a process into a control group takes the kernel some 10 ms, the mounts take as long.
 */
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { ControlGroup } from './control-groups.ts';
import { type Command, type FileSystem, quoted } from './filesystem.ts';
import type { Isolation } from './isolation.ts';
import { type Reaper, killGroup } from '../reaper/reaper.ts';

export interface Slot {
  /** Also the id of its process group. */
  readonly pid: number;
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly controlGroup: ControlGroup;
  /** Its own, for a layout without one. */
  readonly tmp: string;
  /** Becomes the command, as seen from inside. The process keeps its id. */
  become(command: Command, env: Readonly<Record<string, string>>): void;
  /** Kills it and what it started, and frees what it held. */
  release(): void;
}

/** Directories of this machine with what a function runs. */
export interface Placed {
  readonly code: string;
  readonly layers: string | undefined;
}

/** Pause before the next slot is made, so that this does not disturb the start that took the last one. */
const refillMs = 200;

/** What the shell reads: all of it arrives before the last line replaces the shell. Exported for its test. */
export const startScript = (command: Command, env: Readonly<Record<string, string>>): string => {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}\n`);
  const words = [command.file, ...command.args].map(quoted).join(' ');
  return `${exports.join('')}exec ${words} </dev/null\n`;
};

/** Resolves when the shell has said something on descriptor 3, or is gone, which whoever uses it will notice. */
const signal = (child: Slot['child']): Promise<void> =>
  new Promise((resolve) => {
    const said = child.stdio[3] as Readable;
    said.once('data', () => {
      resolve();
    });
    said.once('close', resolve);
  });

const isAlive = ({ child }: Slot): boolean => child.exitCode === null && child.signalCode === null;

const makeSlot = async (isolation: Isolation, reaper: Reaper, id: string): Promise<Slot> => {
  const { files } = isolation;
  const controlGroup = isolation.open(id);
  const tmp = files.openTmp(id);
  const shell = files.shell(tmp);
  // In a process group of its own, so that its children can be killed with it.
  const child = reaper.spawn(shell.file, shell.args, {
    cwd: '/',
    env: { PATH: process.env['PATH'] },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  }) as Slot['child'];
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  const { pid } = child;
  if (pid === undefined) {
    controlGroup.close();
    files.closeTmp(tmp);
    return failed;
  }
  failed.catch(() => undefined);
  child.stdin.on('error', () => undefined);
  await Promise.all([controlGroup.add(pid), signal(child)]);
  return {
    pid,
    child,
    controlGroup,
    tmp,
    become: (command, env) => {
      child.stdin.end(startScript(command, env));
    },
    release: () => {
      killGroup(pid);
      controlGroup.close();
      files.closeTmp(tmp);
    },
  };
};

/** Privileges go before the function's environment comes, which may tell the loader what to load. */
const place = async (slot: Slot, files: FileSystem, { code, layers }: Placed): Promise<void> => {
  const shell = [...files.unprivileged, 'sh', '-c', 'echo placed >&3; exec 3>&-; exec sh'];
  slot.child.stdin.write(`${files.place(code, layers)}exec ${shell.map(quoted).join(' ')}\n`);
  await signal(slot.child);
};

export type Slots = ReturnType<typeof createSlots>;

/** Keeps one slot ready. */
export const createSlots = (isolation: Isolation, reaper: Reaper) => {
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
    /** A slot that sees the function's code. Rejects when no process can be started. */
    take: async (placed: Placed): Promise<Slot> => {
      const taken = spare ?? make();
      spare = undefined;
      clearTimeout(refill);
      refill = setTimeout(prepareSpare, refillMs);
      refill.unref();
      const first = await taken;
      const slot = isAlive(first) ? first : await make();
      await place(slot, isolation.files, placed);
      return slot;
    },
    close: (): void => {
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
