import { memoryFunctionInvoker, memoryObjectStore, memoryTargetRegistry } from '../support/memory.ts';
import { objectStoreSuite } from './object-store.suite.ts';
import { registryPath, targetRegistrySuite } from './target-registry.suite.ts';

describe('memoryObjectStore', () => {
  objectStoreSuite(() => memoryObjectStore());
});

describe('memoryTargetRegistry', () => {
  targetRegistrySuite((parameters) => memoryTargetRegistry(parameters, registryPath));
});

describe('memoryFunctionInvoker', () => {
  const reply = { requestId: 'r', payload: '{}', throttled: false };

  it('runs the function of the ARN and rejects for any other', async () => {
    const invoker = memoryFunctionInvoker({ arn: (payload) => ({ ...reply, payload }) });
    expect(await invoker.invoke('arn', '{"a":1}', 10)).toEqual({ ...reply, payload: '{"a":1}' });
    await expect(invoker.invoke('other', '{}', 10)).rejects.toThrow('Function not found: other');
  });
});
