/** Runs the command line as a user does, and looks after its processes. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ownDirectory } from '../support/directory.ts';

const root = join(__dirname, '../..');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Program {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it has said so far, on stderr. */
  readonly said: () => string;
}

/**
 * Runs in `cwd`, so that nothing is written into the repository but its own state.
 * @param input on stdin, which is empty without it
 */
export const start = (
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
  input = '',
): Program => {
  const child = spawn(process.execPath, [join(root, 'bin/latency-lab.mjs'), ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined).end(input);
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }));
  return { child, ended, said: () => output.stderr };
};

export const run = (...program: Parameters<typeof start>): Promise<Ended> => start(...program).ended;

export interface Process {
  readonly pid: number;
  readonly args: string;
}

interface Entry extends Process {
  readonly parent: number;
  readonly state: string;
}

/** By /proc, since a small Linux has no ps. */
const fromProc = (): readonly Entry[] =>
  readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const args = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The name before it, in parentheses, may hold anything.
      const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return [{ pid: Number(name), parent: Number(parent), state, args }];
    } catch {
      return [];
    }
  });

const fromPs = (): readonly Entry[] =>
  execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => {
      const [, own, parent, state = '', args = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      return { pid: Number(own), parent: Number(parent), state, args };
    });

/** The live processes that `pid` started, and those that they started. */
export const descendants = (pid: number): readonly Process[] => {
  const all = process.platform === 'linux' ? fromProc() : fromPs();
  const under = (parent: number): readonly Entry[] =>
    all
      .filter((one) => one.parent === parent && !one.state.startsWith('Z'))
      .flatMap((one) => [one, ...under(one.pid)]);
  return under(pid).map(({ pid: own, args }) => ({ pid: own, args }));
};

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Looks every 100 ms. @throws Error after `withinMs` */
export const until = async (what: string, withinMs: number, holds: () => boolean): Promise<void> => {
  const deadline = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

/** Programs of the tests of one file, each test in a directory of its own; what still runs after one is interrupted. */
export const ownPrograms = () => {
  let cwd = '';
  const programs: Program[] = [];
  beforeEach(() => {
    cwd = ownDirectory();
  });
  afterEach(async () => {
    for (const { child, ended } of programs.splice(0)) {
      child.kill('SIGINT');
      await ended;
    }
  });
  return {
    cwd: (): string => cwd,
    start: (...args: readonly string[]): Program => {
      const program = start(args, cwd);
      programs.push(program);
      return program;
    },
  };
};
