/** One process of a function: started on its slot, its output cut into lines, its end told. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { Command } from './filesystem.ts';
import { killGroup } from '../reaper/reaper.ts';
import type { Slot } from './slots.ts';

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

const endingOf = ({ child, controlGroup }: Slot): Promise<Ending> =>
  new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      const ending = { reason: reasonOf(code, signal), outOfMemory: controlGroup.outOfMemory() };
      // Output may be held open by a child that outlives it: wait for the end of output, but not for long.
      const timer = setTimeout(resolve, 100, ending);
      child.once('close', () => {
        clearTimeout(timer);
        resolve(ending);
      });
    });
  });

export interface OutputDeps {
  readonly onLine: (line: string) => void;
  /** Resolves when there is room for more output again. */
  readonly room: () => Promise<void> | undefined;
}

/** Longest line kept in one piece, in characters; Lambda cuts at 256 KiB too. */
const maxLine = 256 * 1024;

/** Calls back per line. Bytes that are no UTF-8 become U+FFFD; the last line needs no end. */
export const readLines = (stream: Readable, deps: OutputDeps): void => {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) deps.onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
    while (rest.length > maxLine) {
      deps.onLine(rest.slice(0, maxLine));
      rest = rest.slice(maxLine);
    }
    const room = deps.room();
    if (room === undefined) return;
    stream.pause();
    void room.then(() => stream.resume());
  });
  stream.on('end', () => {
    rest += decoder.end();
    if (rest !== '') deps.onLine(rest);
  });
  stream.on('error', () => undefined);
};

export type FunctionProcess = ReturnType<typeof startProcess>;

/** Starts the command on the slot, which is freed when the process ends. */
export const startProcess = (
  slot: Slot,
  command: Command,
  env: Readonly<Record<string, string>>,
  output: OutputDeps,
) => {
  const { child, controlGroup, pid } = slot;
  const ended = endingOf(slot);
  readLines(child.stdout, output);
  readLines(child.stderr, output);
  slot.become(command, env);
  const memory = memoryReader(pid);
  let isOver = false;
  void ended.then(() => {
    isOver = true;
    memory.close();
    slot.release();
  });
  return {
    /** Resolves, with how it ended, once it is gone and all of its output was read. Never rejects. */
    ended,
    throttle: controlGroup.throttle,
    /** Highest resident size so far in MB, rounded up; undefined where the machine does not tell. */
    maxMemoryMb: memory.read,
    /** Kills it and its children. */
    kill: (): void => {
      // Afterwards its number may be somebody else's.
      if (!isOver) killGroup(pid);
    },
  };
};
