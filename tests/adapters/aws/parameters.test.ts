import {
  DeleteParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  ParameterNotFound,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { createSsmClient, ssmSecretStore, ssmTargetRegistry } from '../../../src/adapters/aws/parameters.ts';
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

describe('ssmSecretStore', () => {
  const path = '/latency-lab/lab/secrets/run-1';
  const aws = () => {
    const client = new SSMClient({ region: 'eu-west-2' });
    return { client, mock: mockClient(client), store: ssmSecretStore(client) };
  };

  it('reads the decrypted value', async () => {
    const { mock, store } = aws();
    mock
      .on(GetParameterCommand, { Name: `${path}/1`, WithDecryption: true })
      .resolves({ Parameter: { Value: 'sesame' } });
    expect(await store.read(`${path}/1`)).toBe('sesame');
  });

  it('names a secret that is gone', async () => {
    const { mock, store } = aws();
    mock.on(GetParameterCommand).rejects(new ParameterNotFound({ message: '', $metadata: {} }));
    await expect(store.read(`${path}/1`)).rejects.toThrow(`secret ${path}/1: given nothing`);
  });

  it('deletes all of a run, ten at a time', async () => {
    const { mock, store } = aws();
    const names = Array.from({ length: 12 }, (_, i) => `${path}/${i}`);
    mock
      .on(GetParametersByPathCommand, { Path: path, Recursive: true })
      .resolves({ Parameters: names.map((Name) => ({ Name })) });
    mock.on(DeleteParametersCommand).resolves({});
    await store.deleteUnder(`${path}/`);
    expect(mock.commandCalls(DeleteParametersCommand).map(({ args }) => args[0].input.Names)).toEqual([
      names.slice(0, 10),
      names.slice(10),
    ]);
  });
});

describe('createSsmClient', () => {
  it('retries, since reading can be repeated', async () => {
    expect(await createSsmClient().config.maxAttempts()).toBe(5);
  });
});
