import {
  DeleteParametersCommand,
  GetParameterCommand,
  paginateGetParametersByPath,
  type Parameter,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { InputError } from '../../core/errors.ts';
import { parseTarget, type Target } from '../../core/schema/target.ts';
import type { SecretStore, TargetRegistry } from '../../ports/index.ts';

/** Reading can be repeated without harm; Parameter Store throttles at 40 calls a second by default. */
export const createSsmClient = (): SSMClient => new SSMClient({ maxAttempts: 5, retryMode: 'standard' });

/** All whose names begin with `path`. A page may be empty and still name a next one. */
const parametersUnder = async (client: SSMClient, path: string): Promise<readonly Parameter[]> => {
  const found: Parameter[] = [];
  const pages = paginateGetParametersByPath({ client }, { Path: path.replace(/\/$/, ''), Recursive: true });
  for await (const { Parameters = [] } of pages) found.push(...Parameters);
  return found;
};

/** @param path the parameters' common path, as targetsPath builds it */
export const ssmTargetRegistry = (client: SSMClient, path: string): TargetRegistry => ({
  list: async () => {
    const parameters = await parametersUnder(client, path);
    const targets: Target[] = parameters.map(({ Name = path, Value = '' }) => parseTarget(Value, Name));
    return targets.sort((a, b) => (a.id < b.id ? -1 : 1));
  },
});

/** @returns undefined where there is none */
export const readParameter = async (client: SSMClient, name: string): Promise<string | undefined> => {
  try {
    return (await client.send(new GetParameterCommand({ Name: name }))).Parameter?.Value;
  } catch (error) {
    if (error instanceof Error && error.name === 'ParameterNotFound') return undefined;
    throw error;
  }
};

/** Names that one call deletes at most. */
const deletedAtOnce = 10;

/** Those that are gone already do not matter. Where some cannot be deleted, the others are all the same. */
export const deleteParameters = async (client: SSMClient, names: readonly string[]): Promise<void> => {
  const sent: Promise<unknown>[] = [];
  for (let from = 0; from < names.length; from += deletedAtOnce)
    sent.push(client.send(new DeleteParametersCommand({ Names: names.slice(from, from + deletedAtOnce) })));
  await Promise.all(sent);
};

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
    const found = await parametersUnder(client, path);
    await deleteParameters(
      client,
      found.flatMap(({ Name }) => Name ?? []),
    );
  },
});
