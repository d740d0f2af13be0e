import { once } from 'node:events';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
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

const linesOf = (onLine: (line: string) => void): ((chunk: string) => void) => {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  };
};

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
    const tell = onLine === undefined ? undefined : linesOf(onLine);
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      tell?.(chunk);
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? 128, output };
};
