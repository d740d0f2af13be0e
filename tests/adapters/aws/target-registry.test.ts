import { GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { createSsmClient, ssmTargetRegistry } from '../../../src/adapters/aws/target-registry.ts';
import { registryPath, targetRegistrySuite } from '../target-registry.suite.ts';

const pageSize = 5;

/** Answers as Parameter Store documents it: pages by token, the first of them empty, the path without its end slash. */
const fakeSsm = (parameters: ReadonlyMap<string, string>): SSMClient => {
  const client = new SSMClient({ region: 'eu-west-2' });
  mockClient(client)
    .on(GetParametersByPathCommand, { Path: '/latency-lab/suite/targets', Recursive: true })
    .callsFake(({ Path, NextToken }: { Path: string; NextToken?: string }) => {
      if (NextToken === undefined) return { Parameters: [], NextToken: '0' };
      const all = [...parameters].filter(([name]) => name.startsWith(`${Path}/`));
      const start = Number(NextToken);
      const next = start + pageSize;
      return {
        Parameters: all.slice(start, next).map(([Name, Value]) => ({ Name, Value })),
        ...(next < all.length ? { NextToken: String(next) } : {}),
      };
    });
  return client;
};

describe('ssmTargetRegistry', () => {
  targetRegistrySuite((parameters) => ssmTargetRegistry(fakeSsm(parameters), registryPath));
});

describe('createSsmClient', () => {
  it('retries, since reading can be repeated', async () => {
    expect(await createSsmClient().config.maxAttempts()).toBe(5);
  });
});
