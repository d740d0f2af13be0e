/** A command: its declaration (which parses and explains it) and what it does. */
import type { Flags } from './args/flags.ts';
import type { Described } from './args/help.ts';
import { parseArguments, type Parsed } from './args/parse.ts';
import type { Context } from './context.ts';

export interface Command extends Described {
  /** Resolves with the exit code: 0 fine, 1 failed. Throws InputError for misuse. */
  readonly run: (args: readonly string[], context: Context) => Promise<number>;
}

export const defineCommand = <F extends Flags>(
  command: Described & {
    readonly flags: F;
    readonly run: (parsed: Parsed<F>, context: Context) => Promise<number>;
  },
): Command => ({ ...command, run: (args, context) => command.run(parseArguments(args, command), context) });
