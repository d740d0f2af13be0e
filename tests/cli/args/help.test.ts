import { numberFlag, switchFlag } from '../../../src/cli/args/flags.ts';
import { columns, commandHelp, overview, wrap } from '../../../src/cli/args/help.ts';

describe('commandHelp', () => {
  const help = commandHelp(
    {
      name: 'demo',
      summary: 'Shows something.',
      details: ['More about it.'],
      examples: ['latency-lab demo u'],
      positionals: [
        { name: 'URL', required: true, help: 'where' },
        { name: 'COUNT', required: false, help: 'how often' },
      ],
      flags: { requests: numberFlag('N', 'how many'), keep: switchFlag('stay') },
    },
    80,
  );

  it('lists every argument and flag of the declaration', () => {
    expect(help).toContain('Usage: latency-lab demo URL [COUNT] [flags]');
    expect(help).toMatch(/--requests <N>\s+how many/);
    expect(help).toMatch(/--keep\s+stay/);
    expect(help).toContain('  latency-lab demo u');
  });
});

describe('overview', () => {
  it('names every command and the exit codes', () => {
    const text = overview([{ name: 'demo', summary: 'shows something' }], 80);
    expect(text).toMatch(/demo\s+shows something/);
    expect(text).toContain('130');
  });
});

describe('columns', () => {
  it('keeps every line within the width and wraps the second column below itself', () => {
    const lines = columns([['--name', 'word '.repeat(40).trim()]], 60);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(lines.length).toBeGreaterThan(2);
    expect(new Set(lines.map((line) => line.indexOf('word'))).size).toBe(1);
  });

  it('gives a name that is too long for its column a line of its own', () => {
    expect(columns([['--a-name-of-more-than-28-letters', 'text']], 80)).toHaveLength(2);
  });
});

describe('wrap', () => {
  it('loses no word', () => {
    const text = 'one two three four five six seven';
    expect(wrap(text, 10).join(' ')).toBe(text);
  });
});
