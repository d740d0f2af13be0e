/** Who did what, of the recorded calls: each a request that AWS would judge by policies. Pure. */
import { messageOf } from '../../../src/core/errors.ts';
import {
  type Call,
  type Environment,
  needsOf,
  type Operator,
  type Place,
  type RequestCall,
} from './calls.ts';
import type { Request } from './policy.ts';

export interface Deed {
  readonly request: Request;
  /** The call, for people. */
  readonly call: string;
}

interface Source {
  /** The function whose code calls. */
  readonly function?: string | undefined;
  /** For what resource a service calls. */
  readonly service?: string | undefined;
}

/** What AWS knows of a request; SDKs speak HTTPS there. */
const contextOf = (place: Place, principal: string, source: Source): Request['context'] => {
  const isRole = principal.startsWith('arn:');
  return {
    'aws:securetransport': 'true',
    'aws:requestedregion': place.region,
    'aws:resourceaccount': place.accountId,
    'aws:principalarn': isRole ? principal : undefined,
    'aws:principalaccount': isRole ? place.accountId : undefined,
    'aws:sourceaccount': source.service === undefined ? undefined : place.accountId,
    'aws:sourcearn': source.service,
    'lambda:sourcefunctionarn': source.function,
  };
};

/** Before anything else, a service takes the role on. */
const assuming = (service: string, role: string, source: string, place: Place): Deed => ({
  request: {
    principal: service,
    action: 'sts:AssumeRole',
    resource: role,
    context: contextOf(place, service, { service: source }),
  },
  call: `${service} for ${source}`,
});

interface Caller extends Source {
  readonly principal: string;
}

interface Keys {
  readonly environments: readonly Environment[];
  readonly operators: readonly Operator[];
}

/** A function by its keys, or Lambda with the function's role where it writes the function's log. */
const callerOf = (call: RequestCall, { environments, operators }: Keys): Caller | undefined => {
  const code = environments.find(({ accessKeyId }) => accessKeyId === call.accessKeyId);
  if (code !== undefined) return { principal: code.role, function: code.functionArn };
  if (!operators.some(({ accessKeyId }) => accessKeyId === call.accessKeyId))
    throw new Error('nobody was given the key that signed it');
  const { logGroupName, logStreamName } = call.names ?? {};
  const found = environments.find(
    ({ logGroup, logStream }) => logGroup === logGroupName && logStream === logStreamName,
  );
  return found && { principal: found.role };
};

const wordsOf = ({ service, method, path, target = '' }: RequestCall): string =>
  target === '' ? `${service} ${method} ${path}` : target;

const deedsOfOne = (call: Call, keys: Keys, place: Place): readonly Deed[] => {
  if (call.kind === 'operator') return [];
  if (call.kind === 'environment')
    return [assuming('lambda.amazonaws.com', call.role, call.functionArn, place)];
  const deedsBy = ({ principal, ...source }: Caller, words: string): Deed[] =>
    needsOf(call, place).map((need) => ({
      request: { ...need, principal, context: contextOf(place, principal, source) },
      call: words,
    }));
  if (call.kind === 'task')
    return [
      assuming('states.amazonaws.com', call.role, call.stateMachine, place),
      ...deedsBy({ principal: call.role }, `${call.resource} in ${call.stateMachine}`),
    ];
  if (call.kind === 'route') {
    const api = `execute-api:${place.region}:${place.accountId}:${call.apiId}`;
    const service = `arn:aws:${api}/${call.stage}/${call.routeKey}`;
    return deedsBy({ principal: 'apigateway.amazonaws.com', service }, `a request to ${service}`);
  }
  const caller = callerOf(call, keys);
  return caller === undefined ? [] : deedsBy(caller, wordsOf(call));
};

/** Each distinct deed once, and sentences about the calls that could not be understood. */
export const deedsOf = (
  calls: readonly Call[],
  place: Place,
): { readonly deeds: readonly Deed[]; readonly unclear: readonly string[] } => {
  const keys: Keys = {
    environments: calls.filter((call) => call.kind === 'environment'),
    operators: calls.filter((call) => call.kind === 'operator'),
  };
  const deeds = new Map<string, Deed>();
  const unclear: string[] = [];
  for (const call of calls)
    try {
      for (const deed of deedsOfOne(call, keys, place)) deeds.set(JSON.stringify(deed.request), deed);
    } catch (error) {
      unclear.push(`${messageOf(error)}: ${JSON.stringify(call)}`);
    }
  return { deeds: [...deeds.values()], unclear };
};
