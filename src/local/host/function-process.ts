/** One process of a function: started on its seat, its output cut into lines, its end told. */
import { closeSync, openSync, readSync } from 'node:fs';
import { type OutputDeps, readLines } from './output-lines.ts';
import type { Command } from './runtimes.ts';
import { type Seat, killGroup } from './seats.ts';

export interface FunctionProcess {
  /** Resolves, with how it ended, once it is gone and all of its output was read. Never rejects. */
  readonly ended: Promise<Ending>;
  throttle(): void;
  /** Highest resident size so far in MB, rounded up; undefined where the machine does not tell. */
  maxMemoryMb(): number | undefined;
  /** Kills it and its children. */
  kill(): void;
}

export interface Ending {
  /** As Lambda words it: `exit status 1`, `signal: killed`; undefined for exit status 0. */
  readonly reason: string | undefined;
  readonly outOfMemory: boolean;
}

const signals: Readonly<Record<string, string>> = {
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGABRT: 'aborted',
  SIGTERM: 'terminated',
  SIGBUS: 'bus error',
  SIGILL: 'illegal instruction',
  SIGFPE: 'floating point exception',
};

const reasonOf = (code: number | null, signal: string | null): string | undefined => {
  if (signal !== null) return `signal: ${signals[signal] ?? signal}`;
  return code === 0 ? undefined : `exit status ${code ?? 1}`;
};

const statusBuffer = Buffer.alloc(4096);

/** Peak memory is read at most this often: reading takes some 15 us, and a peak that was reached stays. */
const memoryAgeMs = 20;

/** Reads `VmHWM` through a descriptor that stays open. */
const memoryReader = (pid: number): { read: () => number | undefined; close: () => void } => {
  let descriptor: number | undefined;
  let highest: number | undefined;
  let readAt = -Infinity;
  try {
    descriptor = openSync(`/proc/${pid}/status`, 'r');
  } catch {
    descriptor = undefined;
  }
  const read = (): number | undefined => {
    const now = performance.now();
    if (descriptor === undefined || now - readAt < memoryAgeMs) return highest;
    readAt = now;
    try {
      const length = readSync(descriptor, statusBuffer, 0, statusBuffer.length, 0);
      const kb = /VmHWM:\s+(\d+)/.exec(statusBuffer.toString('latin1', 0, length))?.[1];
      if (kb !== undefined) highest = Math.ceil(Number(kb) / 1024);
    } catch {
      // The process is gone; what was read before stands.
    }
    return highest;
  };
  const close = (): void => {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
  };
  return { read, close };
};

const endingOf = ({ child, cage }: Seat): Promise<Ending> =>
  new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      const ending = { reason: reasonOf(code, signal), outOfMemory: cage.outOfMemory() };
      // Output may be held open by a child that outlives it: wait for the end of output, but not for long.
      const timer = setTimeout(resolve, 100, ending);
      child.once('close', () => {
        clearTimeout(timer);
        resolve(ending);
      });
    });
  });

/** Starts the command on the seat, which is left when the process ends. */
export const startProcess = (
  seat: Seat,
  command: Command,
  cwd: string,
  env: Readonly<Record<string, string>>,
  output: OutputDeps,
): FunctionProcess => {
  const { child, cage, pid } = seat;
  const ended = endingOf(seat);
  readLines(child.stdout, output);
  readLines(child.stderr, output);
  seat.become(command, cwd, env);
  const memory = memoryReader(pid);
  let isOver = false;
  void ended.then(() => {
    isOver = true;
    memory.close();
    seat.leave();
  });
  return {
    ended,
    throttle: () => {
      cage.throttle();
    },
    maxMemoryMb: memory.read,
    kill: () => {
      // Afterwards its number may be somebody else's.
      if (!isOver) killGroup(pid);
    },
  };
};
