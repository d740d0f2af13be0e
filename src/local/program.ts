/** Programs that run to their end, and servers that run until they are told to stop; none outlives this process. */
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Reaper } from './reaper/reaper.ts';

export interface ProgramOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly reaper: Reaper;
  /** Hears every line of both outputs, as it comes. */
  readonly onLine?: (line: string) => void;
}

export interface ProgramResult {
  /** 0 to 255; 128 and above when a signal ended it. */
  readonly code: number;
  /** Both outputs, in the order in which they came. */
  readonly output: string;
}

/** Runs a program to its end. Resolves whatever its code; rejects when it cannot be started. */
export const runProgram = async (
  program: string,
  args: readonly string[],
  { cwd, env, reaper, onLine }: ProgramOptions,
): Promise<ProgramResult> => {
  const child = reaper.spawn(program, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  }) as ChildProcessByStdio<null, Readable, Readable>;
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    if (onLine !== undefined) createInterface({ input: stream }).on('line', onLine);
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? 128, output };
};

/** A server in a process of its own that ends when its stdin closes. */
export interface ServerProcess<Ready> {
  readonly ready: Ready;
  /** Sends one line to its stdin. */
  tell(line: string): void;
  /** Resolves with a sentence when it ends without having been stopped; never otherwise. */
  readonly died: Promise<string>;
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** In words, for messages: "the emulator". */
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
  /** Takes what it writes to stderr. */
  readonly logFile: string;
  readonly reaper: Reaper;
}

const readyWithinMs = 60_000;
const logLines = 8;

/** The log may be gone already: whoever ends everything at once removes it too. */
const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '(its log is gone)';
  }
};

/** Of a Python traceback, its last line alone says what went wrong; the rest stays in the log. */
const withoutTracebacks = (lines: readonly string[]): readonly string[] => {
  let inside = false;
  return lines.filter((line) => {
    if (line.startsWith('Traceback (most recent call last)')) inside = true;
    else if (!/^\s/.test(line)) inside = false;
    return !inside;
  });
};

const endOf = (file: string): string => {
  const lines = withoutTracebacks(read(file).trim().split('\n')).slice(-logLines);
  return `the end of ${file}:\n  ${lines.join('\n  ')}`;
};

/**
 * Starts a server and waits for the one line of JSON on its stdout that says it is ready.
 * Rejects with the end of its log when it ends, cannot be started or says nothing for 60 s.
 */
export const startServer = async <Ready>(options: ServerOptions): Promise<ServerProcess<Ready>> => {
  const { name, env, logFile, reaper } = options;
  const [program, ...args] = options.command;
  const log = openSync(logFile, 'w');
  const child = reaper.spawn(program, args, { env, stdio: ['pipe', 'pipe', log] }) as ChildProcessByStdio<
    Writable,
    Readable,
    null
  >;
  closeSync(log);
  child.stdin.on('error', () => undefined);

  let stopping = false;
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      resolve(`${name} could not be started: ${error.message}`);
    });
    child.once('exit', (code, signal) => {
      resolve(`${name} ended unexpectedly (${signal ?? `code ${code ?? '?'}`}); ${endOf(logFile)}`);
    });
  });
  const died = new Promise<string>((resolve) => {
    void exited.then((reason) => {
      if (!stopping) resolve(reason);
    });
  });
  const firstLine = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>;
  const tooLate = AbortSignal.timeout(readyWithinMs);
  const line = await Promise.race([
    firstLine.then(([text]) => text),
    exited.then((reason) => Promise.reject(new Error(reason))),
    once(tooLate, 'abort').then(() =>
      Promise.reject(new Error(`${name} is not ready after ${readyWithinMs / 1000} s; ${endOf(logFile)}`)),
    ),
  ]);

  return {
    ready: JSON.parse(line) as Ready,
    tell: (text) => {
      child.stdin.write(`${text}\n`);
    },
    died,
    stop: async () => {
      stopping = true;
      child.stdin.end();
      await exited;
    },
  };
};
