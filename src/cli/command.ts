/** How a command is declared; commander parses it, explains it and calls it. */
import { Argument, Command, type CommanderError } from 'commander';
import { InputError } from '../core/errors.ts';
import { type Context, orAborted } from './context.ts';
import type { Options, Values } from './options.ts';

export interface Definition<O extends Options> {
  readonly name: string;
  readonly summary: string;
  /** Paragraphs below the summary. */
  readonly details?: readonly string[];
  readonly examples?: readonly string[];
  readonly arguments?: readonly Argument[];
  readonly options: O;
  /** Ctrl-C is the command's own business: it has something to clean up or to tell. Others end at once. */
  readonly endsItself?: true;
  /**
   * @param words the arguments, as many as are declared; undefined for an optional one that was not given
   * @returns the exit code: 0 fine, 1 failed @throws InputError for misuse
   */
  readonly run: (
    values: Values<O>,
    words: readonly (string | undefined)[],
    context: Context,
  ) => Promise<number>;
}

/** Runs the work of a command with what the command needs of its surroundings. */
export type Start = (work: (context: Context) => Promise<number>) => Promise<void>;

export type BuildCommand = (start: Start) => Command;

export const defineCommand =
  <O extends Options>(definition: Definition<O>): BuildCommand =>
  (start) => {
    const { name, summary, details = [], examples = [] } = definition;
    const command = new Command(name)
      .summary(summary)
      .description([summary, ...details].join('\n\n'))
      .helpOption('-h, --help', 'show this');
    for (const argument of definition.arguments ?? []) command.addArgument(argument);
    for (const [key, option] of Object.entries(definition.options)) {
      // Under another name its value would never arrive.
      if (option.attributeName() !== key) throw new Error(`${option.flags} is declared as ${key}`);
      command.addOption(option);
    }
    if (examples.length > 0)
      command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  ${example}`).join('\n')}`);
    return command.action(() => {
      const words = command.processedArgs as (string | undefined)[];
      return start((context) => {
        const work = definition.run(command.opts(), words, context);
        return definition.endsItself ? work : orAborted(work, context.signal);
      });
    });
  };

const quoted = (message: string): string => /'(.*?)'/.exec(message)?.[1] ?? '';

const unknownOption = (given: string, name: string, command: Command, hint: string): InputError => {
  const long = command
    .createHelp()
    .visibleOptions(command)
    .map((option) => option.long ?? '');
  const [word = ''] = given.split('=');
  return long.includes(word)
    ? new InputError(word, given.slice(word.length + 1), 'no value: it is either there or not')
    : new InputError(name, given, long.join(', '), hint);
};

/** What commander found wrong, told as every other misuse is: where, what was given, what is allowed. */
const misuse = ({ code, message }: CommanderError, command: Command): InputError => {
  const name = command.parent === null ? 'command' : `latency-lab ${command.name()}`;
  const see = command.parent === null ? 'latency-lab help' : `latency-lab help ${command.name()}`;
  const hint = /Did you mean [^)]*\?/.exec(message)?.[0] ?? `See: ${see}`;
  const declared = command.registeredArguments;
  switch (code) {
    case 'commander.unknownCommand': {
      const names = command.commands.map((known) => known.name());
      return new InputError(name, quoted(message), names.join(', '), hint);
    }
    case 'commander.unknownOption':
      return unknownOption(quoted(message), name, command, hint);
    case 'commander.optionMissingArgument': {
      const flags = quoted(message);
      return new InputError(flags.replace(/ <.*/, ''), undefined, `a value: ${flags}`);
    }
    case 'commander.missingArgument': {
      const missing = declared.find((argument) => argument.name() === quoted(message));
      const allowed = missing?.description ?? 'one of those that its help lists';
      return new InputError(quoted(message), undefined, allowed, hint);
    }
    case 'commander.excessArguments': {
      const allowed =
        declared.length === 0 ? 'no argument besides options' : declared.map((a) => a.name()).join(' ');
      return new InputError(name, command.args[declared.length], allowed, hint);
    }
    case 'commander.invalidArgument': {
      const [, argument = name, choices = ''] =
        /argument '(.*?)'\. Allowed choices are (.*)\.$/.exec(message) ?? [];
      return new InputError(argument, quoted(message), choices, hint);
    }
    default:
      return new InputError(name, undefined, message, hint);
  }
};

/** Errors instead of exits, told in our words; showing help or version is none. */
export const refuseInOurWords = (command: Command): Command =>
  command.configureOutput({ outputError: () => undefined }).exitOverride((error) => {
    throw error.exitCode === 0 ? error : misuse(error, command);
  });
