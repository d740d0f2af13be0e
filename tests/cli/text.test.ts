import { plural } from '../../src/core/report/format.ts';
import { durationText, table } from '../../src/cli/text.ts';

describe('durationText', () => {
  it.each([
    [-3, '0 s'],
    [8.4, '8 s'],
    [59.6, '1 min 00 s'],
    [125, '2 min 05 s'],
    [4800, '1 h 20 min'],
    [7199, '2 h 00 min'],
  ])('tells %d seconds as %s', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });
});

describe('plural', () => {
  it('reads as a sentence does', () => {
    expect([plural(1, 'target'), plural(1200, 'target')]).toEqual(['1 target', '1,200 targets']);
  });
});

describe('table', () => {
  it('aligns columns and leaves no trailing spaces', () => {
    const text = table(
      [
        { title: 'name', align: 'left' },
        { title: 'n', align: 'right' },
        { title: 'note', align: 'left' },
      ],
      [
        ['a', '100', ''],
        ['longer', '7', 'x'],
      ],
    );
    expect(text).toBe('name      n  note\n------  ---  ----\na       100\nlonger    7  x\n');
  });
});
