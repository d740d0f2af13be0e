/** Talk on stderr: an updating line on a terminal, plain lines at intervals elsewhere. */
import type { createLogUpdate } from 'log-update';
import pc from 'picocolors';
import { durationText } from './text.ts';

export type Style = ReturnType<typeof pc.createColors>;

export interface Terminal {
  readonly style: Style;
  /** One line that stays. */
  say(line: string): void;
  /** What is going on now: replaces the last status on a terminal, a plain line now and then elsewhere. */
  status(line: string): void;
  /** Takes the updating line away. */
  clear(): void;
}

type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

export const interactiveTerminal = (
  output: Output,
  style: Style,
  update: ReturnType<typeof createLogUpdate>,
): Terminal => {
  let shown = '';
  const clear = (): void => {
    if (shown !== '') update.clear();
    shown = '';
  };
  return {
    style,
    clear,
    say: (line) => {
      clear();
      output.write(`${line}\n`);
    },
    status: (line) => {
      if (line !== shown) update(style.dim(line));
      shown = line;
    },
  };
};

/** Where lines cannot be replaced, a log of one line each 10 s tells enough. */
const plainEveryMs = 10_000;

/** `now` in milliseconds. A status that repeats the last one, or comes within 10 s of it, is left out. */
export const plainTerminal = (output: Output, style: Style, now: () => number): Terminal => {
  let last = '';
  let lastAt = -Infinity;
  const say = (line: string): void => void output.write(`${line}\n`);
  return {
    style,
    say,
    clear: () => undefined,
    status: (line) => {
      if (line === last || now() - lastAt < plainEveryMs) return;
      say(line);
      last = line;
      lastAt = now();
    },
  };
};

/** https://no-color.org: any non-empty value turns colours off. */
export const wantsColours = (
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): boolean => isTerminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';

export const makeTerminal = async (
  output: Output,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Terminal> => {
  // A dumb terminal takes no line back.
  const isTerminal = output.isTTY === true && env['TERM'] !== 'dumb';
  const style = pc.createColors(wantsColours(env, isTerminal));
  if (!isTerminal) return plainTerminal(output, style, () => performance.now());
  const { createLogUpdate } = await import('log-update');
  // A hidden cursor would stay hidden where we are killed.
  return interactiveTerminal(output, style, createLogUpdate(output, { showCursor: true }));
};

const tickMs = 200;

export interface StageWords<T> {
  /** `Building the services`. */
  readonly doing: string;
  /** `Built 3 services`; the time is added. */
  readonly done: (result: T) => string;
}

/**
 * One stage of a command: a status that ticks while it lasts, one line when it is done.
 * `work` may say what it is at; the newest detail is shown behind `doing`.
 */
export const stage = async <T>(
  terminal: Terminal,
  words: StageWords<T>,
  work: (detail: (text: string) => void) => Promise<T>,
): Promise<T> => {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  let detail = '';
  const show = (): void => {
    const time = seconds() < 1 ? '' : ` (${durationText(seconds())})`;
    terminal.status(`${words.doing}${time}${detail === '' ? '' : ` ${detail}`}`);
  };
  show();
  const timer = setInterval(show, tickMs);
  try {
    const result = await work((text) => {
      detail = text;
    });
    const took = terminal.style.dim(`(${seconds().toFixed(1)} s)`);
    terminal.say(`${terminal.style.green('✓')} ${words.done(result)} ${took}`);
    return result;
  } finally {
    clearInterval(timer);
    terminal.clear();
  }
};
