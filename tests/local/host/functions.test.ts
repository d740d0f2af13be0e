import fc from 'fast-check';
import { isVersion, parseFunction, pickVersion } from '../../../src/local/host/functions.ts';

describe('parseFunction', () => {
  const arn = 'arn:aws:lambda:us-east-1:000000000000:function:';
  it.each([
    ['hits', 'hits', undefined],
    ['hits:live', 'hits', 'live'],
    ['hits:$LATEST', 'hits', '$LATEST'],
    ['hits:12', 'hits', '12'],
    ['function:hits', 'hits', undefined],
    ['000000000000:function:hits:live', 'hits', 'live'],
    [`${arn}My_fn-1`, 'My_fn-1', undefined],
    [`${arn}hits:live`, 'hits', 'live'],
    ['arn:aws-us-gov:lambda:us-gov-west-1:000000000000:function:hits:3', 'hits', '3'],
  ])('reads %s', (text, name, qualifier) => {
    expect(parseFunction(text)).toEqual({ name, qualifier });
  });

  it.each([
    '',
    'a b',
    'hits:',
    ':live',
    arn,
    `${arn}hits:live:more`,
    '../x',
    'arn:aws:s3:::bucket',
    'hits:$OTHER',
  ])('does not take %j for a function', (text) => {
    expect(parseFunction(text)).toBeUndefined();
  });
});

describe('isVersion', () => {
  it('tells versions from aliases', () => {
    expect(['$LATEST', '1', '120'].map(isVersion)).toEqual([true, true, true]);
    expect(['live', 'v1', '1a'].map(isVersion)).toEqual([false, false, false]);
  });
});

describe('pickVersion', () => {
  const alias = { version: '1', weights: { '2': 0.25, '3': 0.5 } };

  it('gives each version the part of [0, 1) that its weight says', () => {
    const picked = [0, 0.2499, 0.25, 0.7499, 0.75, 0.9999].map((random) => pickVersion(alias, random));
    expect(picked).toEqual(['2', '2', '3', '3', '1', '1']);
  });

  it('always gives a version of the alias', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
        expect(['1', '2', '3']).toContain(pickVersion(alias, random));
        expect(pickVersion({ version: '7', weights: {} }, random)).toBe('7');
        expect(pickVersion({ version: '7', weights: { '8': 1 } }, random)).toBe('8');
      }),
    );
  });
});
