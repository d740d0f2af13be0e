import { readEnvironment, madeOnce } from '../../../src/adapters/aws/environment.ts';

describe('readEnvironment', () => {
  it('gives the named variables and no others', () => {
    expect(readEnvironment(['A'], { A: 'a', B: 'b' })).toEqual({ A: 'a' });
  });

  it.each([{ A: 'a' }, { A: 'a', LAB_NAME: '' }])('names the variable that is missing in %j', (source) => {
    expect(() => readEnvironment(['A', 'LAB_NAME'], source)).toThrow(
      /^environment variable LAB_NAME: given .*; allowed: /,
    );
  });

  it('reads the environment of the process when no other is given', () => {
    process.env['LATENCY_LAB_TEST'] = 'x';
    expect(readEnvironment(['LATENCY_LAB_TEST'])).toEqual({ LATENCY_LAB_TEST: 'x' });
    delete process.env['LATENCY_LAB_TEST'];
  });
});

describe('madeOnce', () => {
  it('makes its thing at the first call and keeps it', () => {
    const make = jest.fn(() => ({}));
    const get = madeOnce(make);
    expect(make).not.toHaveBeenCalled();
    expect(get()).toBe(get());
    expect(make).toHaveBeenCalledTimes(1);
  });

  it('tries again after a failure', () => {
    let tries = 0;
    const get = madeOnce(() => {
      tries += 1;
      if (tries === 1) throw new Error('not yet');
      return { tries };
    });
    expect(get).toThrow('not yet');
    expect(get()).toEqual({ tries: 2 });
  });
});
