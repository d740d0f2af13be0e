import { Lambda } from '@aws-sdk/client-lambda';
import type { Injection } from '../../src/core/rollout/injection.ts';
import { region } from '../../src/local/aws-environment.ts';
import { type LocalPlane, startPlane } from '../../src/local/plane.ts';
import { publishSecondVersion } from '../../src/local/second-version/publish.ts';
import { ownDirectory } from '../support/directory.ts';
import { root } from './fixtures/bundle.ts';
import { createFunction, packageOf } from './fixtures/functions.ts';

const injection: Injection = { kind: 'none', slowByMs: 60, errorShare: 1, afterSeconds: 0 };

describe('publishSecondVersion', () => {
  let plane: LocalPlane;
  let lambda: Lambda;

  beforeAll(async () => {
    plane = await startPlane({ root, workDir: ownDirectory() });
    const { lambdaUrl: endpoint, credentials } = plane;
    lambda = new Lambda({ region, endpoint, credentials, maxAttempts: 1 });
  }, 120_000);
  afterAll(() => plane.stop());

  const create = async (name: string) => {
    const code = packageOf(`export const handler = async (event, context) => context.functionVersion`);
    await createFunction(lambda, name, code, { Environment: { Variables: { KEPT: 'yes' } } });
    await lambda.publishVersion({ FunctionName: name });
    await lambda.createAlias({ FunctionName: name, Name: 'live', FunctionVersion: '1' });
  };
  const invoke = async (name: string, qualifier: string) => {
    const from = performance.now();
    const { FunctionError, Payload } = await lambda.invoke({ FunctionName: name, Qualifier: qualifier });
    const value: unknown = JSON.parse(Buffer.from(Payload ?? []).toString());
    return { value, error: FunctionError, ms: performance.now() - from };
  };

  it('is a version of its own also where nothing is injected, and leaves the alias alone', async () => {
    await create('same');
    const place = { functionName: 'same', alias: 'live' };
    const versions = await publishSecondVersion(root, place, injection, lambda);
    expect(versions).toEqual({ baseVersion: '1', newVersion: '2' });
    expect((await invoke('same', '2')).value).toBe('2');
    expect((await invoke('same', 'live')).value).toBe('1');
    const { Environment } = await lambda.getFunctionConfiguration({ FunctionName: 'same', Qualifier: '2' });
    expect(Environment?.Variables?.['KEPT']).toBe('yes');
  }, 60_000);

  it('answers later, or with errors, while the first version stays as it was', async () => {
    await create('slow');
    await publishSecondVersion(
      root,
      { functionName: 'slow', alias: 'live' },
      { ...injection, kind: 'slow' },
      lambda,
    );
    await invoke('slow', '2');
    const { value, ms } = await invoke('slow', '2');
    expect(value).toBe('2');
    expect(ms).toBeGreaterThanOrEqual(59);
    await create('wrong');
    await publishSecondVersion(
      root,
      { functionName: 'wrong', alias: 'live' },
      { ...injection, kind: 'errors' },
      lambda,
    );
    expect((await invoke('wrong', '2')).error).toBe('Unhandled');
    expect((await invoke('wrong', '1')).value).toBe('1');
  }, 60_000);
});
