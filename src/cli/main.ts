/** Finds the command, runs it, and turns whatever happens into one message and an exit code. */
import { InputError } from '../core/errors.ts';
import { commandHelp, overview } from './args/help.ts';
import { nearest } from './args/nearest.ts';
import type { Command } from './command.ts';
import { commands } from './commands.ts';
import { Interrupted, type Context, type Installation } from './context.ts';
import { explain } from './explain.ts';
import { onInterrupt } from './interrupt.ts';
import {
  interactiveTerminal,
  makeStyle,
  plainTerminal,
  wantsColours,
  type Terminal,
} from './terminal/terminal.ts';

const find = async (name: string): Promise<Command> => {
  const entry = commands.find((known) => known.name === name);
  if (entry !== undefined) return entry.load();
  const names = commands.map((known) => known.name);
  const near = nearest(name, names);
  const mend = near === undefined ? 'See: latency-lab help' : `Did you mean ${near}?`;
  throw new InputError('command', name, names.join(', '), mend);
};

const wantsHelp = (args: readonly string[]): boolean => {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).some((word) => word === '--help' || word === '-h');
};

const dispatch = async (args: readonly string[], context: Context): Promise<number> => {
  const [first, ...rest] = args;
  const { width } = context.terminal;
  if (first === '--version' || first === '-v') {
    context.print(`latency-lab ${context.version}\n`);
    return 0;
  }
  const asked = first === 'help' ? rest[0] : first;
  if (asked === undefined || asked.startsWith('-')) {
    if (asked !== undefined && !wantsHelp([asked]))
      throw new InputError('command', asked, 'a command', 'See: latency-lab help');
    context.print(overview(commands, width));
    return 0;
  }
  const command = await find(asked);
  if (first === 'help' || wantsHelp(rest)) {
    context.print(commandHelp(command, width));
    return 0;
  }
  return command.run(rest, context);
};

const makeTerminal = (): Terminal => {
  const style = makeStyle(wantsColours(process.env, process.stderr.isTTY));
  return process.stderr.isTTY
    ? interactiveTerminal(process.stderr, style)
    : plainTerminal(process.stderr, style, () => performance.now());
};

/** @returns the exit code: 0 fine, 1 failed, 2 misuse, 128 + n when stopped by signal n. */
export const main = async (args: readonly string[], installation: Installation): Promise<number> => {
  // We run on Node 20 on purpose; the SDK's notice that it will not for ever is for us, not for the user.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const terminal = makeTerminal();
  const { signal, release } = onInterrupt(terminal);
  // The reader of our output may leave early (`| head`); that is no failure of ours.
  process.stdout.on('error', () => process.exit(0));
  const print = (text: string): void => {
    terminal.clear();
    process.stdout.write(text);
  };
  try {
    return await dispatch(args, { ...installation, env: process.env, print, terminal, signal });
  } catch (error) {
    terminal.clear();
    if (error instanceof Interrupted) return error.exitCode;
    const { message, exitCode } = explain(error, process.env['LATENCY_LAB_DEBUG'] !== undefined);
    terminal.say(`${terminal.style.bad('latency-lab:')} ${message}`);
    return exitCode;
  } finally {
    release();
  }
};
