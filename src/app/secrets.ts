/** Looks up what a target's request refers to, and keeps it out of everything that is said about the answers. */
import { InputError } from '../core/errors.ts';
import type { Target } from '../core/schema/target.ts';
import { hiding, leastSecret, secretsIn, withSecrets } from '../core/secrets.ts';
import type { Connection, Exchange, OpenConnection, SecretStore } from '../ports/index.ts';
import { type ConnectionDeps, connectionOpener } from './connection.ts';

export interface SecretConnectionDeps extends ConnectionDeps {
  readonly secrets: Pick<SecretStore, 'read'>;
  /** Of the credentials that requests with `auth` are signed with. */
  readonly signingSecrets?: () => readonly string[];
}

const hidden = (result: Exchange['result'], hide: (text: string) => string): Exchange['result'] => {
  if ('error' in result) return { ...result, message: hide(result.message) };
  const headers = [...result.headers].map(([name, value]) => [name, hide(value)] as const);
  return { status: result.status, headers: new Map(headers), body: hide(result.body) };
};

/** A connection whose answers had `hide` at them before anybody sees them. */
export const quiet = (connection: Connection, hide: (text: string) => string): Connection => ({
  send: async (timeoutMs) => {
    const exchange = await connection.send(timeoutMs);
    return { ...exchange, result: hidden(exchange.result, hide) };
  },
  close: () => {
    connection.close();
  },
});

const lookUp = async (
  store: SecretConnectionDeps['secrets'],
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  const values = new Map<string, string>();
  for (const name of names) {
    const value = await store.read(name);
    if (value.length < leastSecret)
      throw new InputError(`secret ${name}`, `${value.length} characters`, `at least ${leastSecret}`);
    values.set(name, value);
  }
  return values;
};

/**
 * As connectionOpener, for a target whose request may refer to secrets; each is looked up once. Values that an answer
 * repeats are blotted out before anybody sees it.
 * @throws InputError for a secret that is not there or too short to be blotted out, and on a target without address
 */
export const secretOpener = async (deps: SecretConnectionDeps, target: Target): Promise<OpenConnection> => {
  const names = secretsIn(target);
  const signing = target.request?.auth === undefined ? [] : (deps.signingSecrets?.() ?? []);
  if (names.length === 0 && signing.length === 0) return connectionOpener(deps, target);
  const values = await lookUp(deps.secrets, names);
  const hide = hiding([...values.values(), ...signing]);
  // A function's reply is cut for some messages: half a value would be left of one that is hidden afterwards.
  const invoker: ConnectionDeps['invoker'] = {
    invoke: async (...call) => {
      const reply = await deps.invoker.invoke(...call);
      return { ...reply, payload: hide(reply.payload) };
    },
  };
  const open = connectionOpener({ ...deps, invoker }, withSecrets(target, values));
  return () => quiet(open(), hide);
};
