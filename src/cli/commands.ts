/** Every command by name. Each is loaded only when it is called, so that a start stays quick. */
import type { Command } from './command.ts';

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

export const commands: readonly CommandEntry[] = [
  {
    name: 'local',
    summary: 'compare the architectures on this machine, without an AWS account',
    load: async () => (await import('./commands/local.ts')).local,
  },
  {
    name: 'run',
    summary: 'compare them on AWS: start a run on a deployed stack, follow it, bring the report here',
    load: async () => (await import('./commands/run.ts')).run,
  },
  {
    name: 'hit',
    summary: 'call a URL N times in succession over one connection and say how long it took',
    load: async () => (await import('./commands/hit.ts')).hit,
  },
  {
    name: 'report',
    summary: 'render the report of a run as a table, HTML, Markdown or CSV',
    load: async () => (await import('./commands/report.ts')).report,
  },
  {
    name: 'diff',
    summary: 'what changed from one run to another; thresholds set the exit code',
    load: async () => (await import('./commands/diff.ts')).diff,
  },
  {
    name: 'targets',
    summary: 'list what can be measured; check that a running service keeps the contract',
    load: async () => (await import('./commands/targets.ts')).targets,
  },
  {
    name: 'doctor',
    summary: 'what is missing here, what that costs and how to mend it',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    name: 'down',
    summary: 'delete a deployed stack, and say what that saves',
    load: async () => (await import('./commands/down.ts')).down,
  },
];
