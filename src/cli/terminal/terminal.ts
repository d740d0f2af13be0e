/** Talk on stderr: an updating line on a terminal, plain lines at intervals elsewhere. */

export interface Terminal {
  readonly width: number;
  readonly style: Style;
  /** One line that stays. */
  say(line: string): void;
  /** What is going on now: replaces the last status on a terminal, a plain line now and then elsewhere. */
  status(line: string): void;
  /** Takes the updating line away. */
  clear(): void;
}

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

const paint =
  (on: boolean, code: number, end: number) =>
  (text: string): string =>
    on ? `\u001b[${code}m${text}\u001b[${end}m` : text;

export const makeStyle = (colours: boolean): Style => ({
  bold: paint(colours, 1, 22),
  dim: paint(colours, 2, 22),
  good: paint(colours, 32, 39),
  bad: paint(colours, 31, 39),
});

/** https://no-color.org: any non-empty value turns colours off. */
export const wantsColours = (
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): boolean => isTerminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';

interface Output {
  write(text: string): unknown;
  readonly columns?: number;
}

const eraseLine = '\r\u001b[K';
/** Where lines cannot be replaced, a log of one line each 10 s tells enough. */
const plainEveryMs = 10_000;

const shorten = (line: string, width: number): string =>
  line.length > width ? `${line.slice(0, width - 1)}…` : line;

export const interactiveTerminal = (output: Output, style: Style): Terminal => {
  let shown = '';
  const clear = (): void => {
    if (shown !== '') output.write(eraseLine);
    shown = '';
  };
  const width = (): number => output.columns ?? 80;
  return {
    get width() {
      return width();
    },
    style,
    clear,
    say: (line) => {
      clear();
      output.write(`${line}\n`);
    },
    status: (line) => {
      const next = shorten(line, width() - 1);
      if (next === shown) return;
      output.write(`${eraseLine}${style.dim(next)}`);
      shown = next;
    },
  };
};

/** `now` in milliseconds. A status that repeats the last one, or comes within 10 s of it, is left out. */
export const plainTerminal = (output: Output, style: Style, now: () => number): Terminal => {
  let last = '';
  let lastAt = -Infinity;
  const say = (line: string): void => void output.write(`${line}\n`);
  return {
    width: 100,
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
