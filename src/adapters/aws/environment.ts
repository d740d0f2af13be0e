import { InputError } from '../../core/errors.ts';

/**
 * The named environment variables, all present and none empty. Call it once per process, when a handler is first used.
 * @throws InputError naming the first one that is missing
 */
export const readEnvironment = <Name extends string>(
  names: readonly Name[],
  source: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<Name, string>> => {
  const entries = names.map((name) => {
    const value = source[name];
    if (value === undefined || value === '')
      throw new InputError(
        `environment variable ${name}`,
        value,
        'a text that is not empty',
        'The orchestrator template sets it on every function',
      );
    return [name, value] as const;
  });
  return Object.fromEntries(entries) as Record<Name, string>;
};

/**
 * `make`'s result, made at the first call and kept: clients are built once per process, and importing a handler
 * neither needs its environment nor connects to anything. A `make` that throws is tried again at the next call.
 */
export const madeOnce = <T extends object>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => (made ??= make());
};
