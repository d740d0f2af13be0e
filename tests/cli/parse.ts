/** Parses words as a command with these options does. */
import { Command, type Argument } from 'commander';
import { defineCommand, refuseInOurWords } from '../../src/cli/command.ts';
import type { Context } from '../../src/cli/context.ts';
import type { Options, Values } from '../../src/cli/options.ts';

export interface Parsed<O extends Options> {
  readonly values: Values<O>;
  readonly words: readonly (string | undefined)[];
}

/** @throws InputError as the command would */
export const parse = <O extends Options>(
  args: readonly string[],
  options: O,
  positionals: readonly Argument[] = [],
): Parsed<O> => {
  let parsed: Parsed<O> | undefined;
  const build = defineCommand({
    ...{ name: 'demo', summary: 'Shows something.', arguments: positionals, options },
    run: (values, words) => {
      parsed = { values, words };
      return Promise.resolve(0);
    },
  });
  const demo = refuseInOurWords(
    build(async (work) => {
      await work({} as Context);
    }),
  );
  refuseInOurWords(new Command('latency-lab')).addCommand(demo);
  demo.parse(args, { from: 'user' });
  return parsed!;
};
