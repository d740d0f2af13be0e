import {
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  PublishVersionCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActive,
  waitUntilFunctionUpdated,
} from '@aws-sdk/client-lambda';
import type { FunctionVersions } from '../../ports/index.ts';

/** All calls here can be repeated without harm; the API lets some 15 a second through. */
export const createConfigurationClient = (): LambdaClient =>
  new LambdaClient({ maxAttempts: 8, retryMode: 'standard' });

/** Seconds. A change takes some; the least and most between two looks at it. */
const waiting = { maxWaitTime: 120, minDelay: 0.1, maxDelay: 3 };

const ifThere = async <T>(call: Promise<T>): Promise<T | undefined> => {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
};

/** Calls reject with the SDK's own error. */
export const lambdaFunctionVersions = (client: LambdaClient): FunctionVersions => {
  const unpublish: FunctionVersions['unpublish'] = async (functionArn, alias) => {
    const names = { FunctionName: functionArn, Name: alias };
    const found = await ifThere(client.send(new GetAliasCommand(names)));
    if (found?.FunctionVersion === undefined) return;
    await client.send(new DeleteAliasCommand(names));
    const version = { FunctionName: functionArn, Qualifier: found.FunctionVersion };
    await ifThere(client.send(new DeleteFunctionCommand(version)));
  };
  return {
    unpublish,
    settings: async (functionArn) => {
      const given = await client.send(new GetFunctionConfigurationCommand({ FunctionName: functionArn }));
      return {
        memoryMb: given.MemorySize ?? 128,
        cpuArchitecture: given.Architectures?.[0] === 'arm64' ? 'arm64' : 'x86_64',
        logFormat: given.LoggingConfig?.LogFormat === 'JSON' ? 'JSON' : 'Text',
      };
    },
    setMemory: async (functionArn, memoryMb) => {
      const names = { FunctionName: functionArn };
      // Lambda refuses a change while another is under way.
      await waitUntilFunctionUpdated({ client, ...waiting }, names);
      await client.send(new UpdateFunctionConfigurationCommand({ ...names, MemorySize: memoryMb }));
      await waitUntilFunctionUpdated({ client, ...waiting }, names);
    },
    publish: async (functionArn, alias) => {
      // What a tuner that was killed left behind.
      await unpublish(functionArn, alias);
      const { Version } = await client.send(new PublishVersionCommand({ FunctionName: functionArn }));
      const names = { FunctionName: functionArn, Name: alias, FunctionVersion: Version };
      await client.send(new CreateAliasCommand(names));
      await waitUntilFunctionActive({ client, ...waiting }, { FunctionName: functionArn, Qualifier: alias });
    },
  };
};
