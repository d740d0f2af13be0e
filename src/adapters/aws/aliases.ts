import { GetAliasCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { Aliases } from '../../ports/index.ts';

/** Calls reject with the SDK's own error. */
export const lambdaAliases = (client: LambdaClient): Aliases => ({
  stateOf: async (aliasArn) => {
    const cut = aliasArn.lastIndexOf(':');
    const names = { FunctionName: aliasArn.slice(0, cut), Name: aliasArn.slice(cut + 1) };
    try {
      const { FunctionVersion = '', RoutingConfig } = await client.send(new GetAliasCommand(names));
      const [other] = Object.entries(RoutingConfig?.AdditionalVersionWeights ?? {});
      return other === undefined || other[1] === 0
        ? { version: FunctionVersion }
        : { version: FunctionVersion, other: { version: other[0], weight: other[1] } };
    } catch (error) {
      if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  },
});
