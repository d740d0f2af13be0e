/** Runs the command that was asked for, and turns whatever happens into one message and an exit code. */
import { CommanderError } from 'commander';
import type { Start } from './command.ts';
import { Interrupted, onInterrupt, type Installation } from './context.ts';
import { explain } from './explain.ts';
import { buildProgram, spelled } from './program.ts';
import { makeTerminal } from './terminal.ts';

/** The AWS CLI reads both variables, the SDK the first alone; either comes before the region of a profile. */
const settleRegion = (env: NodeJS.ProcessEnv): void => {
  const region = [env['AWS_REGION'], env['AWS_DEFAULT_REGION']].find((name) => (name ?? '') !== '');
  if (region === undefined) delete env['AWS_REGION'];
  else env['AWS_REGION'] = region;
};

/** @returns the exit code: 0 fine, 1 failed, 2 misuse, 128 + n when stopped by signal n. */
export const main = async (args: readonly string[], installation: Installation): Promise<number> => {
  // We run on Node 20 on purpose; the SDK's notice that it will not for ever is for us, not for the user.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  settleRegion(process.env);
  const terminal = await makeTerminal(process.stderr, process.env);
  const { signal, release } = onInterrupt(terminal);
  // The reader of our output may leave early (`| head`); that is no failure of ours.
  process.stdout.on('error', () => process.exit(0));
  const print = (text: string): void => {
    terminal.clear();
    process.stdout.write(text);
  };
  let code = 0;
  const start: Start = async (work) => {
    code = await work({ ...installation, env: process.env, print, terminal, signal });
  };
  try {
    const words = spelled(args);
    const program = await buildProgram(installation.version, start, words[0]);
    await program.parseAsync(words, { from: 'user' });
    return code;
  } catch (error) {
    terminal.clear();
    if (error instanceof Interrupted) return error.exitCode;
    // Help or version was shown.
    if (error instanceof CommanderError) return error.exitCode;
    const { message, exitCode } = explain(error, process.env['LATENCY_LAB_DEBUG'] !== undefined);
    terminal.say(`${terminal.style.red('latency-lab:')} ${message}`);
    return exitCode;
  } finally {
    release();
  }
};
