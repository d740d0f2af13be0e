import {
  interactiveTerminal,
  makeStyle,
  plainTerminal,
  wantsColours,
} from '../../../src/cli/terminal/terminal.ts';

const recorder = (columns?: number) => {
  const written: string[] = [];
  return {
    written,
    output: { write: (text: string) => written.push(text), ...(columns ? { columns } : {}) },
  };
};

describe('interactiveTerminal', () => {
  it('replaces the status and takes it away before a line that stays', () => {
    const { written, output } = recorder(80);
    const terminal = interactiveTerminal(output, makeStyle(false));
    terminal.status('one');
    terminal.status('two');
    terminal.say('done');
    expect(written).toEqual(['\r\u001b[Kone', '\r\u001b[Ktwo', '\r\u001b[K', 'done\n']);
  });

  it('writes nothing when the status stays the same', () => {
    const { written, output } = recorder(80);
    const terminal = interactiveTerminal(output, makeStyle(false));
    terminal.status('one');
    terminal.status('one');
    expect(written).toHaveLength(1);
  });

  it('cuts a status that would wrap, because a wrapped line cannot be taken away', () => {
    const { written, output } = recorder(20);
    interactiveTerminal(output, makeStyle(false)).status('x'.repeat(50));
    expect(written[0]?.replace('\r\u001b[K', '')).toHaveLength(19);
  });
});

describe('plainTerminal', () => {
  it('says a status at most every 10 s and never twice the same', () => {
    const { written, output } = recorder();
    let now = 0;
    const terminal = plainTerminal(output, makeStyle(false), () => now);
    terminal.status('a');
    now = 9_999;
    terminal.status('b');
    now = 10_000;
    terminal.status('c');
    now = 30_000;
    terminal.status('c');
    terminal.say('end');
    expect(written).toEqual(['a\n', 'c\n', 'end\n']);
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

describe('makeStyle', () => {
  it('adds nothing without colours and always closes what it opens', () => {
    expect(makeStyle(false).bad('x')).toBe('x');
    expect(makeStyle(true).bad('x')).toBe('\u001b[31mx\u001b[39m');
  });
});
