/** Asks before something is lost for good. */
import { createInterface } from 'node:readline/promises';
import { InputError } from '../core/errors.ts';
import type { Context } from './context.ts';

/**
 * The answer must be the word itself: a bare `y` is typed too easily.
 * @throws InputError where there is no terminal to ask on
 */
export const confirm = async ({ signal }: Context, word: string): Promise<boolean> => {
  if (!process.stdin.isTTY) {
    throw new InputError(
      '--yes',
      undefined,
      'given, since there is no terminal to ask on',
      'Nothing was deleted.',
    );
  }
  const readline = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await readline.question(`Type ${word} to go on: `, { signal })).trim() === word;
  } finally {
    readline.close();
  }
};
