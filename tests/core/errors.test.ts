import { InputError, messageOf } from '../../src/core/errors.ts';

describe('InputError', () => {
  it('says what was given, what is allowed and what to do about it', () => {
    const error = new InputError('memory', 127, '128 to 10,240', 'Take 128');
    expect(error.message).toBe('memory: given 127; allowed: 128 to 10,240. Take 128');
    expect(error.renamed('--memory').message).toBe('--memory: given 127; allowed: 128 to 10,240. Take 128');
  });
});

describe('messageOf', () => {
  it.each([
    [new Error('no space'), 'no space'],
    [Object.assign(new Error(), { name: 'TimeoutError' }), 'TimeoutError'],
    ['thrown as a text', 'thrown as a text'],
    [undefined, 'undefined'],
    [{ message: 'thrown in another realm' }, 'thrown in another realm'],
    ['{"errorType":"InputError","errorMessage":"rounds: given 0"}', 'rounds: given 0'],
    ['{"not":"a failed function"}', '{"not":"a failed function"}'],
    ['', ''],
  ])('has words for %p', (thrown, words) => {
    expect(messageOf(thrown)).toBe(words);
  });
});
