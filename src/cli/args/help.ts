/** Help texts, made from the same declarations that do the parsing. */
import type { Flags } from './flags.ts';
import type { Declaration } from './parse.ts';

export interface Described extends Declaration<Flags> {
  readonly summary: string;
  /** Paragraphs below the usage line. */
  readonly details?: readonly string[];
  readonly examples?: readonly string[];
}

/** Two columns, the second wrapped to the width. */
export const columns = (rows: readonly (readonly [string, string])[], width: number): string[] => {
  const left = Math.min(28, Math.max(...rows.map(([name]) => name.length), 0)) + 2;
  return rows.flatMap(([name, text]) => {
    const lines = wrap(text, Math.max(30, width - left - 2));
    const first = name.length > left - 2 ? [`  ${name}`] : [];
    const label = first.length === 0 ? name : '';
    return [...first, ...lines.map((line, i) => `  ${(i === 0 ? label : '').padEnd(left)}${line}`)];
  });
};

export const wrap = (text: string, width: number): string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
};

const usage = (command: Described): string => {
  const words = (command.positionals ?? []).map(({ name, required }) => (required ? name : `[${name}]`));
  const flags = Object.keys(command.flags).length > 0 ? ['[flags]'] : [];
  return ['Usage: latency-lab', command.name, ...words, ...flags].join(' ');
};

export const commandHelp = (command: Described, width: number): string => {
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', title, ...lines];
  const flags = Object.entries(command.flags).map(
    ([name, flag]) =>
      [`--${name}${flag.placeholder === undefined ? '' : ` <${flag.placeholder}>`}`, flag.help] as const,
  );
  const positionals = (command.positionals ?? []).map(({ name, help }) => [name, help] as const);
  return [
    usage(command),
    '',
    ...wrap(command.summary, width),
    ...(command.details ?? []).flatMap((paragraph) => ['', ...wrap(paragraph, width)]),
    ...section('Arguments', columns(positionals, width)),
    ...section('Flags', columns(flags, width)),
    ...section(
      'Examples',
      (command.examples ?? []).map((example) => `  ${example}`),
    ),
    '',
  ].join('\n');
};

export const overview = (commands: readonly { name: string; summary: string }[], width: number): string =>
  [
    'Usage: latency-lab <command> [arguments] [flags]',
    '',
    ...wrap(
      'Deploys one small web service on many architectures, loads all of them with one state machine and reports how they compare.',
      width,
    ),
    '',
    'Commands',
    ...columns(
      commands.map(({ name, summary }) => [name, summary]),
      width,
    ),
    '',
    'latency-lab help <command> explains one of them. Start with: latency-lab local',
    'Exit codes: 0 fine; 1 failed or a threshold was crossed; 2 wrong usage; 130 stopped by Ctrl-C.',
    '',
  ].join('\n');
