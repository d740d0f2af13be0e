/** Secrets of requests: read from the environment or from files, encrypted parameters while a run lasts, written down nowhere else. */
import { readFileSync } from 'node:fs';
import { InputError } from '../../core/errors.ts';
import { secretsPath } from '../../core/keys.ts';
import type { Target } from '../../core/schema/target.ts';
import { leastSecret, literalSecretIn, secretPrefix } from '../../core/secrets.ts';
import { errorCode } from '../explain.ts';

/** What Parameter Store takes without a charge. */
const mostBytes = 4_096;

const readEnvironment = (name: string, flag: string): string => {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new InputError(flag, `env:${name}`, 'the name of an environment variable that is set');
  return value;
};

const readText = (path: string, flag: string): string => {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new InputError(flag, `file:${path}`, 'a file that can be read', errorCode(error));
  }
};

const checkSize = (value: string, shown: string, flag: string): string => {
  const bytes = Buffer.byteLength(value);
  if (value.length >= leastSecret && bytes <= mostBytes) return value;
  const allowed = `a secret of ${leastSecret} characters to ${mostBytes} bytes, where this has ${bytes}`;
  throw new InputError(flag, shown, allowed);
};

const reference = /^([A-Za-z]+ )?(env|file):(.+)$/;

/** `env:NAME` and `file:PATH`, also behind a scheme as in `Bearer env:TOKEN`: the value. Undefined for any other text. */
export const namedSecret = (given: string, flag: string): string | undefined => {
  const [, scheme = '', kind, name = ''] = reference.exec(given) ?? [];
  if (kind === undefined) return undefined;
  const value = kind === 'env' ? readEnvironment(name, flag) : readText(name, flag);
  return scheme + checkSize(value, `${kind}:${name}`, flag);
};

/** A body: as given, of a file (`@PATH`), or a secret. */
export const readBody = (
  given: string,
  flag: string,
): { readonly text: string; readonly secret: boolean } => {
  if (given.startsWith('@')) {
    const text = readText(given.slice(1), flag);
    // A larger one fits no parameter, and is no password.
    const bytes = Buffer.byteLength(text);
    return { text, secret: text.length >= leastSecret && bytes <= mostBytes };
  }
  const text = namedSecret(given, flag);
  return text === undefined ? { text: given, secret: false } : { text, secret: true };
};

/** Takes secrets and gives what stands for them in a request. */
export type Keep = (value: string) => string;

export interface Secrets {
  readonly keep: Keep;
  /** Values by the names of the parameters. */
  readonly parameters: ReadonlyMap<string, string>;
}

export const secretsOf = (labName: string, runId: string): Secrets => {
  const parameters = new Map<string, string>();
  const keep = (value: string): string => {
    const known = [...parameters].find(([, other]) => other === value)?.[0];
    const name = known ?? `${secretsPath(labName, runId)}${parameters.size + 1}`;
    parameters.set(name, value);
    return `${secretPrefix}${name}`;
  };
  return { keep, parameters };
};

const isLiteral = (part: Pick<Target, 'url' | 'request'>): boolean =>
  literalSecretIn({ version: 1, id: 'x', kind: 'url', ...part }) !== undefined;

/** A header's value with its secret kept: one that was named, or that its header's name tells to be one. */
export const keepHeader = (name: string, given: string, keep: Keep, flag: string): string => {
  const named = namedSecret(given, flag);
  if (named !== undefined) return keep(named);
  if (!isLiteral({ request: { headers: { [name]: given } } })) return given;
  return keep(checkSize(given, `${name}: a value that is not shown`, flag));
};

/** A URL whose query has its secrets kept. */
export const keepQuery = (url: string, keep: Keep, flag: string): string => {
  const [path = '', query] = url.split(/\?(.*)/s);
  if (query === undefined) return url;
  const parts = query.split('&').map((part) => {
    const [name = '', raw = ''] = part.split(/=(.*)/s);
    const given = decode(raw);
    const named = namedSecret(given, flag);
    if (named === undefined && !isLiteral({ url: `http://host/?${part}` })) return part;
    return `${name}=${keep(named ?? checkSize(given, `?${name}=a value that is not shown`, flag))}`;
  });
  return `${path}?${parts.join('&')}`;
};

const decode = (raw: string): string => {
  try {
    return decodeURIComponent(raw.replaceAll('+', ' '));
  } catch {
    return raw;
  }
};

/** Holds the secrets as encrypted parameters as long as `use` takes. */
export const withStoredSecrets = async <T>(
  parameters: ReadonlyMap<string, string>,
  use: () => Promise<T>,
): Promise<T> => {
  if (parameters.size === 0) return use();
  const { PutParameterCommand } = await import('@aws-sdk/client-ssm');
  const { createSsmClient, deleteParameters } = await import('../../adapters/aws/parameters.ts');
  const client = createSsmClient();
  try {
    for (const [Name, Value] of parameters)
      await client.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite: true }));
    return await use();
  } finally {
    // The run's own clean-up deletes them as well.
    await deleteParameters(client, [...parameters.keys()]).catch(() => undefined);
  }
};
