import {
  GetFunctionConfigurationCommand,
  type GetFunctionConfigurationCommandOutput,
  type LambdaClient,
  ResourceConflictException,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { LabError } from '../../core/errors.ts';
import type { Clock, FunctionSettings } from '../../ports/index.ts';

/** A function did not take its configuration. */
export class ConfigurationError extends LabError {
  override readonly name = 'ConfigurationError';
}

/** A new value means new processes, on Lambda as on the local plane. */
const marker = 'LATENCY_LAB_TRIAL';
/** Milliseconds. A change takes Lambda one to some ten seconds. */
const patienceMs = 60_000;
const firstWaitMs = 50;
const longestWaitMs = 1_000;

export const lambdaFunctionSettings = (
  client: Pick<LambdaClient, 'send'>,
  clock: Clock,
): FunctionSettings => {
  const read = (FunctionName: string): Promise<GetFunctionConfigurationCommandOutput> =>
    client.send(new GetFunctionConfigurationCommand({ FunctionName }));

  /** Tries again, after longer and longer waits, until the attempt gives something. */
  const untilGiven = async <T>(what: string, attempt: () => Promise<T | undefined>): Promise<T> => {
    const endMs = clock.now() + patienceMs;
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
      const given = await attempt();
      if (given !== undefined) return given;
      if (clock.now() + waitMs > endMs)
        throw new ConfigurationError(`${what} took longer than ${patienceMs / 1000} s`);
      await clock.sleepUntil(clock.now() + waitMs);
    }
  };

  const settled = (functionArn: string, what: string): Promise<GetFunctionConfigurationCommandOutput> =>
    untilGiven(`${what} ${functionArn}`, async () => {
      const found = await read(functionArn);
      return found.LastUpdateStatus === 'InProgress' ? undefined : found;
    });

  return {
    memoryOf: async (functionArn) => (await read(functionArn)).MemorySize ?? 128,
    renew: async (functionArn, memoryMb) => {
      const { Environment } = await settled(functionArn, 'an earlier change of');
      const Variables = { ...Environment?.Variables, [marker]: String(clock.wallTime()) };
      const change = { FunctionName: functionArn, MemorySize: memoryMb, Environment: { Variables } };
      await untilGiven(`changing ${functionArn}`, async () => {
        try {
          return await client.send(new UpdateFunctionConfigurationCommand(change));
        } catch (error) {
          // Somebody else's change is under way.
          if (error instanceof ResourceConflictException) return undefined;
          throw error;
        }
      });
      const after = await settled(functionArn, 'the change of');
      if (after.LastUpdateStatus === 'Failed')
        throw new ConfigurationError(
          `${functionArn} did not take ${memoryMb} MB: ${after.LastUpdateStatusReason ?? 'no reason given'}`,
        );
    },
  };
};
