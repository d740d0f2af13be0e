import { GetAccountSettingsCommand, type LambdaClient } from '@aws-sdk/client-lambda';

/**
 * Concurrent executions that no function of the account has reserved for itself; 10 in a fresh account, 1,000 by default.
 * undefined where the account does not tell. @throws the SDK's own error
 */
export const freeConcurrency = async (client: LambdaClient): Promise<number | undefined> =>
  (await client.send(new GetAccountSettingsCommand({}))).AccountLimit?.UnreservedConcurrentExecutions;
