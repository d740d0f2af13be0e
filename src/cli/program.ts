/** All commands as one commander program. */
import { readdirSync } from 'node:fs';
import { Argument, Command } from 'commander';
import { refuseInOurWords, type BuildCommand, type Start } from './command.ts';

/** In the order of the help. Each is loaded only when it is called, so that a start stays quick. */
const commands: Readonly<Record<string, () => Promise<BuildCommand>>> = {
  local: async () => (await import('./commands/local.ts')).local,
  run: async () => (await import('./commands/run.ts')).run,
  canary: async () => (await import('./commands/canary.ts')).canary,
  stop: async () => (await import('./commands/stop.ts')).stop,
  hit: async () => (await import('./commands/hit.ts')).hit,
  report: async () => (await import('./commands/report.ts')).report,
  diff: async () => (await import('./commands/diff.ts')).diff,
  cost: async () => (await import('./commands/cost.ts')).cost,
  prices: async () => (await import('./commands/prices.ts')).prices,
  targets: async () => (await import('./commands/targets.ts')).targets,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  down: async () => (await import('./commands/down.ts')).down,
};

const about =
  'Deploys one small web service on many architectures, loads all of them with one state machine and reports how they compare.';

const epilogue = `
Start with: latency-lab local
Exit codes: 0 fine; 1 failed or a threshold was crossed; 2 wrong usage; 130 stopped by Ctrl-C.`;

/** Adds `complete`: the scripts for the shells, and what they call to learn what may come next. */
const addCompletion = async (program: Command): Promise<void> => {
  const { default: tab } = await import('@bomb.sh/tab/commander');
  const described = tab(program);
  for (const command of program.commands) {
    const known = described.commands.get(command.name());
    if (known === undefined) continue;
    // The protocol is one line for each word, so that no description may have several.
    known.description = command.summary();
    for (const argument of known.arguments.values())
      if (aboutRuns.includes(argument.name))
        argument.handler = (complete) => {
          for (const run of savedRuns()) complete(run, 'a saved run');
        };
  }
};

/** Arguments that name a run's directory. */
const aboutRuns = ['FILE', 'BASE', 'NEW', 'REPORT'];

const savedRuns = (): readonly string[] => {
  try {
    return readdirSync('reports').map((name) => `reports/${name}`);
  } catch {
    return [];
  }
};

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

/** @param only the one command that is called; any other word needs all of them */
export const buildProgram = async (version: string, start: Start, only = ''): Promise<Command> => {
  const program = refuseInOurWords(new Command('latency-lab'))
    .description(about)
    .version(`latency-lab ${version}`, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show this')
    .helpCommand(false)
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText('after', epilogue);
  const wanted = Object.entries(commands).filter(([name]) => name === only || !Object.hasOwn(commands, only));
  const builders = await Promise.all(wanted.map(([, load]) => load()));
  for (const command of [...builders.map((build) => build(start)), helpCommand(program)])
    program.addCommand(refuseInOurWords(command.copyInheritedSettings(program)));
  if (wanted.length > 1) await addCompletion(program);
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
export const helpTexts = async (): Promise<Readonly<Record<string, string>>> => {
  const program = await buildProgram('', () => Promise.resolve());
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
