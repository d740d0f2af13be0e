import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/**
 * What the tests in this directory were last passed with. A new emulator may behave in another way: run them, look at
 * what it changed in the functions that src/local/emulator/*patches.py wrap, and only then write the new digest here.
 */
const passedWith = 'c5d70f146a203a40c27262362eef02357f2746f480f1b8627c1ce2f82a8a62c0';

describe('tools/python/emulator.lock', () => {
  it('is the one that the behaviour relied on was tested with', () => {
    const lock = readFileSync('tools/python/emulator.lock');
    expect(createHash('sha256').update(lock).digest('hex')).toBe(passedWith);
  });
});
