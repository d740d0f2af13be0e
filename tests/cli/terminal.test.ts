import { PassThrough } from 'node:stream';
import { createLogUpdate } from 'log-update';
import pc from 'picocolors';
import { interactiveTerminal, makeTerminal, plainTerminal, wantsColours } from '../../src/cli/terminal.ts';

const plain = pc.createColors(false);

const recorder = (columns = 80) => {
  const output = Object.assign(new PassThrough({ encoding: 'utf8' }), { columns });
  return { output, written: (): string => (output.read() as string | null) ?? '' };
};

const interactive = (columns?: number) => {
  const { output, written } = recorder(columns);
  return { written, ...interactiveTerminal(output, plain, createLogUpdate(output, { showCursor: true })) };
};

/** As log-update takes one line away. */
const erased = '\u001b[2K';

describe('interactiveTerminal', () => {
  it('replaces the status and takes it away before a line that stays', () => {
    const { written, ...terminal } = interactive();
    terminal.status('one');
    expect(written()).toContain('one');
    terminal.status('two');
    expect(written()).toMatch(/\u001b\[2K.*two/s);
    terminal.say('done');
    expect(written()).toMatch(/\u001b\[2K.*done\n$/s);
    terminal.say('more');
    expect(written()).toBe('more\n');
  });

  it('writes nothing when the status stays the same', () => {
    const { written, ...terminal } = interactive();
    terminal.status('one');
    written();
    terminal.status('one');
    expect(written()).toBe('');
  });

  it('takes every line of a status away that wraps', () => {
    const { written, ...terminal } = interactive(20);
    terminal.status('x'.repeat(50));
    const lines = written().split('\n');
    expect(lines.map(({ length }) => length)).toEqual([20, 20, 10, 0]);
    terminal.clear();
    expect(written().split(erased).length - 1).toBe(4);
  });
});

describe('plainTerminal', () => {
  it('says a status at most every 10 s and never twice the same', () => {
    const { written, output } = recorder();
    let now = 0;
    const terminal = plainTerminal(output, plain, () => now);
    terminal.status('a');
    now = 9_999;
    terminal.status('b');
    now = 10_000;
    terminal.status('c');
    now = 30_000;
    terminal.status('c');
    terminal.say('end');
    expect(written()).toBe('a\nc\nend\n');
  });
});

describe('wantsColours', () => {
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ TERM: 'dumb' }, true, false],
  ])('of %j on a terminal (%s) is %s', (env, isTerminal, wanted) => {
    expect(wantsColours(env, isTerminal)).toBe(wanted);
  });
});

describe('colours', () => {
  it('add nothing where they are off and always close what they open', () => {
    expect(plain.red('x')).toBe('x');
    expect(pc.createColors(true).red('x')).toBe('\u001b[31mx\u001b[39m');
  });
});

describe('makeTerminal', () => {
  it.each([
    [{ TERM: 'xterm' }, true],
    [{ TERM: 'dumb' }, false],
  ])('of %j uses escape codes: %s', async (env, escapes) => {
    const { written, output } = recorder();
    const terminal = await makeTerminal(Object.assign(output, { isTTY: true }), env);
    terminal.status('one');
    terminal.status('two');
    terminal.say('done');
    expect(written().includes('\u001b')).toBe(escapes);
  });
});
