/** Options of the commands: commander's own, with typed values and parsers that refuse by the option's name. */
import { Option } from 'commander';
import { closest, distance } from 'fastest-levenshtein';
import { InputError } from '../core/errors.ts';

/** `T` is what the option holds once parsed. */
export type Typed<T> = Option & { readonly holds?: T };

/** By the names under which commander hands the values over: `maxP50` for `--max-p50`. */
export type Options = Readonly<Record<string, Typed<unknown>>>;

export type Values<O extends Options> = {
  readonly [K in keyof O]: O[K] extends Typed<infer T> ? T : never;
};

type Read<T> = (text: string, name: string) => T;

const longName = ({ long }: Option): string => long ?? '';

/** Commander takes whatever stands behind an option for its value, also when the value was forgotten. */
const looksLikeOption = (text: string): boolean => /^--?[a-z][a-z-]*$/i.test(text);

const checkValue = (option: Option, text: string): void => {
  if (looksLikeOption(text)) throw new InputError(longName(option), text, `a value: ${option.flags}`);
};

const givenOnce = <T>(flags: string, help: string, read: Read<T>): Typed<T | undefined> => {
  const option = new Option(flags, help);
  return option.argParser<T | undefined>((text, previous) => {
    if (previous !== undefined) throw new InputError(longName(option), 'more than once', 'once');
    checkValue(option, text);
    return read(text, longName(option));
  });
};

export const toggle = (flags: string, help: string): Typed<true | undefined> => new Option(flags, help);

export const text = (flags: string, help: string): Typed<string | undefined> =>
  givenOnce(flags, help, (given, name) => {
    if (given === '') throw new InputError(name, given, flags);
    return given;
  });

export const choice = <C extends string>(
  flags: string,
  choices: readonly C[],
  help: string,
): Typed<C | undefined> => {
  const option = givenOnce(flags, help, (given, name) => {
    const known = choices.find((one) => one === given);
    if (known === undefined) throw new InputError(name, given, choices.join(', '));
    return known;
  });
  // For the help and for completion; its parser, which `choices` would put in place, names no option.
  option.argChoices = [...choices];
  return option;
};

/** A value that may itself hold commas; given once or more often. */
export const repeated = (flags: string, help: string): Typed<readonly string[] | undefined> => {
  const option = new Option(flags, help);
  return option.argParser<readonly string[] | undefined>((given, previous = []) => {
    checkValue(option, given);
    return [...previous, given];
  });
};

/** `a,b,c`, given once or more often; each name once. */
export const list = (flags: string, help: string): Typed<readonly string[] | undefined> => {
  const option = new Option(flags, help);
  return option.argParser<readonly string[] | undefined>((given, previous = []) => {
    checkValue(option, given);
    const items = given.split(',').map((item) => item.trim());
    if (items.includes('')) throw new InputError(longName(option), given, 'names with commas between');
    return [...new Set([...previous, ...items])];
  });
};

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Also reads the count of a positional argument. Bounds are checked where all of a run's input is. */
export const readNumber: Read<number> = (given, name) => {
  if (!decimal.test(given)) throw new InputError(name, given, 'a number');
  return Number(given);
};

export const number = (flags: string, help: string): Typed<number | undefined> =>
  givenOnce(flags, help, readNumber);

const unitSeconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

const readTime =
  (unitless: string): Read<number> =>
  (given, name) => {
    const [, digits = '', unit = unitless] = /^(.*?)(ms|s|m|h)?$/.exec(given) ?? [];
    const allowed = unitless === 's' ? '30, 30s, 5m or 1h' : '20, 20ms or 1.5s';
    if (!decimal.test(digits)) throw new InputError(name, given, `a time, written as ${allowed}`);
    return Number(digits) * (unitSeconds[unit] ?? 1);
  };

/** Milliseconds, from `20`, `20ms` or `1.5s`. */
export const milliseconds = (flags: string, help: string): Typed<number | undefined> =>
  givenOnce(flags, help, (given, name) => {
    const ms = readTime('ms')(given, name) * 1000;
    if (ms <= 0) throw new InputError(name, given, 'a time above 0');
    return ms;
  });

/** Seconds. */
export const readDuration: Read<number> = readTime('s');

/** Seconds; `90`, `90s`, `1.5m` and `2h` are all understood. */
export const duration = (flags: string, help: string): Typed<number | undefined> =>
  givenOnce(flags, help, readDuration);

/** `10%` or `10`; the value is the share, 0.1. */
export const percent = (flags: string, help: string): Typed<number | undefined> =>
  givenOnce(flags, help, (given, name) => {
    const digits = given.replace(/%$/, '');
    if (!decimal.test(digits) || Number(digits) < 0)
      throw new InputError(name, given, 'a percentage of 0 or more, as in 10%');
    return Number(digits) / 100;
  });

/** The known word that was probably meant: at most a third of its letters off, rounded up; undefined where none is near. */
export const nearest = (word: string, known: readonly string[]): string | undefined => {
  if (known.length === 0) return undefined;
  const best = closest(word, known);
  return distance(word, best) <= Math.ceil(best.length / 3) ? best : undefined;
};

/**
 * Checks that all ids that --only names exist.
 * @throws InputError listing what there is
 */
export const checkOnly = (only: readonly string[] | undefined, known: readonly string[]): void => {
  const unknown = only?.find((id) => !known.includes(id));
  if (unknown === undefined) return;
  const near = nearest(unknown, known);
  const hint = near === undefined ? undefined : `Did you mean ${near}?`;
  throw new InputError('--only', unknown, known.join(', '), hint);
};
