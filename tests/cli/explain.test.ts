import { InputError, NoTargetError } from '../../src/core/errors.ts';
import { explain } from '../../src/cli/explain.ts';
import { errorNamed } from '../support/errors.ts';

describe('explain', () => {
  it('tells misuse from failure by the exit code', () => {
    expect(explain(new InputError('--out', 'x', 'y'), false)).toEqual({
      message: '--out: given "x"; allowed: y',
      exitCode: 2,
    });
    expect(explain(new NoTargetError('nothing is left'), false)).toEqual({
      message: 'nothing is left',
      exitCode: 1,
    });
  });

  it('adds what to do about errors of the system and of AWS', () => {
    const full = Object.assign(new Error('write failed'), { code: 'ENOSPC' });
    expect(explain(full, false).message).toMatch(/^write failed\. The device is full/);
    const signedOut = errorNamed('CredentialsProviderError');
    expect(explain(signedOut, false).message).toContain('Sign in first');
    expect(explain(new Error('Region is missing'), false).message).toContain(
      'Set AWS_REGION or AWS_DEFAULT_REGION',
    );
  });

  it('shows the stack only to those who ask for it', () => {
    const bug = new TypeError('x is not a function');
    expect(explain(bug, false).message).toBe('x is not a function');
    expect(explain(bug, true).message).toContain('explain.test');
  });

  it('tells each of several errors', () => {
    const several = new AggregateError([new Error('first'), new Error('second')]);
    expect(explain(several, false).message).toBe('first; second');
  });

  it('takes whatever was thrown', () => {
    expect(explain('text', false)).toEqual({ message: 'text', exitCode: 1 });
  });
});
