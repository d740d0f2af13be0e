import { nearest } from '../../../src/cli/args/nearest.ts';

describe('nearest', () => {
  const known = ['local', 'hit', 'report', 'node-dynamodb', 'python-dynamodb'];

  it.each([
    ['lcoal', 'local'],
    ['reprot', 'report'],
    ['node-dynamo', 'node-dynamodb'],
    ['hitt', 'hit'],
  ])('finds what %s was meant to be', (word, meant) => {
    expect(nearest(word, known)).toBe(meant);
  });

  it('stays silent when nothing is near', () => {
    expect(nearest('kubernetes', known)).toBeUndefined();
    expect(nearest('anything', [])).toBeUndefined();
  });
});
