import {
  DeleteParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  type Parameter,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { InputError } from '../../core/errors.ts';
import { parseTarget, type Target } from '../../core/schema/target.ts';
import type { SecretStore, TargetRegistry } from '../../ports/index.ts';

/** Reading can be repeated without harm; Parameter Store throttles at 40 calls a second by default. */
export const createSsmClient = (): SSMClient => new SSMClient({ maxAttempts: 5, retryMode: 'standard' });

/** Page by page; a page may be empty and still name a next one. @param path without a slash at its end */
const parametersUnder = async (client: SSMClient, path: string): Promise<readonly Parameter[]> => {
  const found: Parameter[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new GetParametersByPathCommand({ Path: path, Recursive: true, NextToken: token }),
    );
    found.push(...(page.Parameters ?? []));
    token = page.NextToken;
  } while (token !== undefined && token !== '');
  return found;
};

const withoutSlash = (path: string): string => path.replace(/\/$/, '');

/** @param path the parameters' common path, as targetsPath builds it */
export const ssmTargetRegistry = (client: SSMClient, path: string): TargetRegistry => ({
  list: async () => {
    const parameters = await parametersUnder(client, withoutSlash(path));
    const targets: Target[] = parameters.map(({ Name = path, Value = '' }) => parseTarget(Value, Name));
    return targets.sort((a, b) => (a.id < b.id ? -1 : 1));
  },
});

/** Names that one call deletes at most. */
const deletedAtOnce = 10;

export const ssmSecretStore = (client: SSMClient): SecretStore => ({
  read: async (name) => {
    try {
      const { Parameter } = await client.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
      return Parameter?.Value ?? '';
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ParameterNotFound') throw error;
      throw new InputError(
        `secret ${name}`,
        undefined,
        'a parameter of the lab',
        'Those of a run are deleted at its end; start a new run',
      );
    }
  },
  deleteUnder: async (path) => {
    const found = await parametersUnder(client, withoutSlash(path));
    const names = found.flatMap(({ Name }) => Name ?? []);
    for (let from = 0; from < names.length; from += deletedAtOnce)
      await client.send(new DeleteParametersCommand({ Names: names.slice(from, from + deletedAtOnce) }));
  },
});
