/** Kinds of flags. Each knows how to read what was given and what to say when it cannot. */
import { InputError } from '../../core/errors.ts';

export interface Flag<T> {
  /** Shown in the help as `--name <placeholder>`; a flag without one is a switch and takes no value. */
  readonly placeholder?: string;
  readonly help: string;
  readonly repeats?: boolean;
  /** All values in the order given; empty when the flag was not. @throws InputError */
  readonly read: (given: readonly string[], name: string) => T;
}

export type Flags = Readonly<Record<string, Flag<unknown>>>;

/** What a command gets: one value per declared flag. */
export type Values<F extends Flags> = { readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never };

export const switchFlag = (help: string): Flag<boolean> => ({ help, read: (given) => given.length > 0 });

export const textFlag = (placeholder: string, help: string): Flag<string | undefined> => ({
  placeholder,
  help,
  read: ([text], name) => {
    if (text === '') throw new InputError(name, text, placeholder);
    return text;
  },
});

export const choiceFlag = <C extends string>(choices: readonly C[], help: string): Flag<C | undefined> => ({
  placeholder: choices.join('|'),
  help,
  read: ([text], name) => {
    if (text === undefined) return undefined;
    const choice = choices.find((known) => known === text);
    if (choice === undefined) throw new InputError(name, text, choices.join(', '));
    return choice;
  },
});

/** `a,b,c`, given once or more often. */
export const listFlag = (placeholder: string, help: string): Flag<readonly string[] | undefined> => ({
  placeholder,
  help,
  repeats: true,
  read: (given, name) => {
    if (given.length === 0) return undefined;
    const items = given.flatMap((text) => text.split(',')).map((item) => item.trim());
    if (items.some((item) => item === ''))
      throw new InputError(name, given.join(','), 'names with commas between');
    return [...new Set(items)];
  },
});

/** A value that may itself hold commas; given once or more often. */
export const repeatedFlag = (placeholder: string, help: string): Flag<readonly string[]> => ({
  placeholder,
  help,
  repeats: true,
  read: (given) => given,
});

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Also reads the count of a positional argument. Bounds are checked where all of a run's input is. */
export const readNumber = (text: string, name: string): number => {
  if (!decimal.test(text)) throw new InputError(name, text, 'a number');
  return Number(text);
};

export const numberFlag = (placeholder: string, help: string): Flag<number | undefined> => ({
  placeholder,
  help,
  read: ([text], name) => (text === undefined ? undefined : readNumber(text, name)),
});

const unitSeconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** Seconds; `90`, `90s`, `1.5m` and `2h` are all understood. */
export const durationFlag = (help: string): Flag<number | undefined> => ({
  placeholder: 'TIME',
  help,
  read: ([text], name) => {
    if (text === undefined) return undefined;
    const [, digits = '', unit = 's'] = /^(.*?)(ms|s|m|h)?$/.exec(text) ?? [];
    if (!decimal.test(digits)) throw new InputError(name, text, 'a time, written as 30, 30s, 5m or 1h');
    return Number(digits) * (unitSeconds[unit] ?? 1);
  },
});

/** `10%` or `10`; the value is 10. */
export const percentFlag = (help: string): Flag<number | undefined> => ({
  placeholder: 'PERCENT',
  help,
  read: ([text], name) => {
    if (text === undefined) return undefined;
    const digits = text.replace(/%$/, '');
    if (!decimal.test(digits) || Number(digits) < 0)
      throw new InputError(name, text, 'a percentage of 0 or more, as in 10%');
    return Number(digits);
  },
});
