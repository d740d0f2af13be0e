import { GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import { parseTarget, type Target } from '../../core/schema/target.ts';
import type { TargetRegistry } from '../../ports/index.ts';

/** Reading can be repeated without harm; Parameter Store throttles at 40 calls a second by default. */
export const createSsmClient = (): SSMClient => new SSMClient({ maxAttempts: 5, retryMode: 'standard' });

/** @param path the parameters' common path, as targetsPath builds it */
export const ssmTargetRegistry = (client: SSMClient, path: string): TargetRegistry => ({
  list: async () => {
    const targets: Target[] = [];
    let token: string | undefined;
    do {
      // A page may be empty and still name a next one.
      const page = await client.send(
        new GetParametersByPathCommand({ Path: path.replace(/\/$/, ''), Recursive: true, NextToken: token }),
      );
      for (const { Name = path, Value = '' } of page.Parameters ?? []) targets.push(parseTarget(Value, Name));
      token = page.NextToken;
    } while (token !== undefined && token !== '');
    return targets.sort((a, b) => (a.id < b.id ? -1 : 1));
  },
});
