/** What one execution environment writes: the function's lines and the platform's, to its own log stream. */
import { randomBytes } from 'node:crypto';
import type { Failure } from './failures.ts';
import { type PlatformLines, jsonLines, streamName, textLines } from './log-lines.ts';
import type { Line, LogWriter } from './log-writer.ts';
import type { FunctionVersion } from './types.ts';

/** How an invocation went, for its END and REPORT lines. */
export interface Account {
  readonly durationMs: number;
  readonly initMs: number | undefined;
  readonly maxMemoryMb: number | undefined;
  readonly failure: Failure | undefined;
}

export interface Journal {
  readonly lines: PlatformLines;
  readonly streamName: string;
  write(line: Line): void;
  /** Keeps the current invocation's last lines from here on. */
  keepTail(): void;
  /** The last 4 KB kept, in base64, and keeps no more. */
  takeTail(): string;
  writeEnd(requestId: string, account: Account): void;
}

const tailBytes = 4096;
/** More lines than these fit into the tail only if they are almost empty. */
const maxTailLines = 400;

export const openJournal = (fn: FunctionVersion, logs: LogWriter): Journal => {
  const name = streamName(new Date(), fn.name, fn.version, fn.logGroup, randomBytes(16).toString('hex'));
  const stream = logs.open(fn.logGroup, name);
  const lines = fn.logFormat === 'JSON' ? jsonLines : textLines;
  let tail: string[] | undefined;

  const write = (line: Line): void => {
    stream.write(line);
    if (tail !== undefined && tail.push(typeof line === 'string' ? line : line()) > maxTailLines)
      tail.shift();
  };

  return {
    lines,
    streamName: name,
    write,
    keepTail: () => {
      tail ??= [];
    },
    takeTail: () => {
      const text = Buffer.from(`${(tail ?? []).join('\n')}\n`);
      tail = undefined;
      return text.subarray(-tailBytes).toString('base64');
    },
    writeEnd: (requestId, { durationMs, initMs, maxMemoryMb, failure }) => {
      for (const line of failure?.lines ?? []) write(line);
      const errorType = failure?.errorType;
      const used = errorType === 'Runtime.OutOfMemory' ? fn.memoryMb : maxMemoryMb;
      const report = { requestId, durationMs, initMs, memoryMb: fn.memoryMb, maxMemoryMb: used, errorType };
      write(() => lines.end(requestId));
      write(() => lines.report({ ...report, status: failure?.status ?? 'success' }));
    },
  };
};
