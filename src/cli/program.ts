/** All commands as one commander program. */
import { Argument, Command } from 'commander';
import { refuseInOurWords, type Start } from './command.ts';
import { diff } from './commands/diff.ts';
import { doctor } from './commands/doctor.ts';
import { down } from './commands/down.ts';
import { hit } from './commands/hit.ts';
import { local } from './commands/local.ts';
import { report } from './commands/report.ts';
import { run } from './commands/run.ts';
import { targets } from './commands/targets.ts';

const about =
  'Deploys one small web service on many architectures, loads all of them with one state machine and reports how they compare.';

const epilogue = `
Start with: latency-lab local
Exit codes: 0 fine; 1 failed or a threshold was crossed; 2 wrong usage; 130 stopped by Ctrl-C.`;

const helpCommand = (program: Command): Command =>
  new Command('help')
    .summary('Explains a command.')
    .addArgument(new Argument('[COMMAND]', 'one of them; without it, all in short'))
    .action(async (name?: string) => {
      const known = program.commands.find((command) => command.name() === name);
      // A name that is not known is refused as it is where a command is called.
      if (name !== undefined && known === undefined) await program.parseAsync([name], { from: 'user' });
      (known ?? program).outputHelp();
    });

export const buildProgram = (version: string, start: Start): Command => {
  const program = refuseInOurWords(new Command('latency-lab'))
    .description(about)
    .version(`latency-lab ${version}`, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show this')
    .helpCommand(false)
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText('after', epilogue);
  const commands = [local, run, hit, report, diff, targets, doctor, down].map((build) => build(start));
  for (const command of [...commands, helpCommand(program)])
    program.addCommand(refuseInOurWords(command.copyInheritedSettings(program)));
  return program;
};

/** Other ways to ask for help and version, told in the way that the program knows. */
export const spelled = (args: readonly string[]): readonly string[] => {
  const [first = 'help', second] = args;
  if (first === 'version' || first === '-v') return ['--version'];
  if (second === 'help' && args.length === 2) return ['help', first];
  return [first, ...args.slice(1)];
};

/** The whole help: the overview under '', and each command's text under its name, 80 columns wide. */
export const helpTexts = (): Readonly<Record<string, string>> => {
  const program = buildProgram('', () => Promise.resolve());
  return Object.fromEntries(
    [program, ...program.commands].map((command) => [
      command === program ? '' : command.name(),
      textOf(command),
    ]),
  );
};

const textOf = (command: Command): string => {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => 80 });
  command.outputHelp();
  return text;
};
