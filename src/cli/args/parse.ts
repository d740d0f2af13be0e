/** From the words on the command line to the values a command declared. Nothing is sent or deployed before this passes. */
import { InputError } from '../../core/errors.ts';
import type { Flags, Values } from './flags.ts';
import { nearest } from './nearest.ts';

export interface Positional {
  readonly name: string;
  readonly required: boolean;
  readonly help: string;
}

export interface Parsed<F extends Flags> {
  readonly values: Values<F>;
  /** As many as were given, at least the required ones and at most the declared ones. */
  readonly positionals: readonly string[];
}

export interface Declaration<F extends Flags> {
  readonly name: string;
  readonly positionals?: readonly Positional[];
  readonly flags: F;
}

interface Words {
  readonly positionals: string[];
  readonly given: Map<string, string[]>;
}

/** `-1` is a (wrong) number, not a flag, so that the message is about the number. */
const looksLikeFlag = (word: string): boolean => /^-[^\d.]/.test(word);

const unknownFlag = (name: string, declaration: Declaration<Flags>): InputError => {
  const known = Object.keys(declaration.flags).map((flag) => `--${flag}`);
  const near = nearest(name, known);
  const allowed = known.length === 0 ? 'no flags' : known.join(', ');
  return new InputError(
    `latency-lab ${declaration.name}`,
    name,
    allowed,
    near === undefined ? `See: latency-lab help ${declaration.name}` : `Did you mean ${near}?`,
  );
};

const takeFlag = (word: string, rest: string[], declaration: Declaration<Flags>, words: Words): void => {
  const equals = word.indexOf('=');
  const written = equals < 0 ? word : word.slice(0, equals);
  const name = written.slice(2);
  const flag =
    written.startsWith('--') && Object.hasOwn(declaration.flags, name) ? declaration.flags[name] : undefined;
  if (flag === undefined) throw unknownFlag(written, declaration);
  const values = words.given.get(name) ?? [];
  if (values.length > 0 && flag.repeats !== true) throw new InputError(written, 'more than once', 'once');
  values.push(flagValue(flag, written, equals < 0 ? undefined : word.slice(equals + 1), rest));
  words.given.set(name, values);
};

const flagValue = (
  flag: Flags[string],
  written: string,
  inline: string | undefined,
  rest: string[],
): string => {
  if (flag.placeholder === undefined) {
    if (inline !== undefined) throw new InputError(written, inline, 'no value: it is either there or not');
    return '';
  }
  if (inline !== undefined) return inline;
  const next = rest[0];
  if (next === undefined || looksLikeFlag(next)) {
    throw new InputError(written, next, `a value: ${written} <${flag.placeholder}>`);
  }
  rest.shift();
  return next;
};

const sort = (args: readonly string[], declaration: Declaration<Flags>): Words => {
  const words: Words = { positionals: [], given: new Map() };
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') words.positionals.push(...rest.splice(0));
    else if (looksLikeFlag(word)) takeFlag(word, rest, declaration, words);
    else words.positionals.push(word);
  }
  return words;
};

const checkPositionals = (given: readonly string[], declaration: Declaration<Flags>): void => {
  const declared = declaration.positionals ?? [];
  const missing = declared.find((positional, i) => positional.required && i >= given.length);
  const see = `See: latency-lab help ${declaration.name}`;
  if (missing !== undefined) throw new InputError(missing.name, undefined, missing.help, see);
  const extra = given[declared.length];
  if (extra === undefined) return;
  const allowed =
    declared.length === 0 ? 'no argument besides flags' : declared.map(({ name }) => name).join(' ');
  throw new InputError(`latency-lab ${declaration.name}`, extra, allowed, see);
};

/**
 * Reads a command's arguments by its declaration.
 * @throws InputError for a flag that is unknown, repeated, without its value or out of its bounds, and for missing or extra arguments.
 */
export const parseArguments = <F extends Flags>(
  args: readonly string[],
  declaration: Declaration<F>,
): Parsed<F> => {
  const { positionals, given } = sort(args, declaration);
  const values = Object.fromEntries(
    Object.entries(declaration.flags).map(([name, flag]) => [
      name,
      flag.read(given.get(name) ?? [], `--${name}`),
    ]),
  );
  checkPositionals(positionals, declaration);
  return { values: values as Values<F>, positionals };
};
