/**
 * Lambda's API as SDK clients speak it: Invoke is answered here and everything else goes on to the emulator.
 */
import { messageOf } from '../../core/errors.ts';
import { keyHeader } from '../credentials.ts';
import { lambdaCall, type RecordCall } from './call-recorder.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { EmulatorReply } from './emulator-client.ts';
import { type FunctionReference, parseFunction } from './functions.ts';
import { type HttpRequest, headerOf } from './http-parser.ts';
import type { HttpExchange, Reply } from './http-server.ts';
import { answer, refuse, refuseError, refuseUnknown } from './lambda-replies.ts';

/** Lambda's limits of a request payload, in bytes: synchronous, and asynchronous. */
const maxRequestBytes = 6_291_456;
const maxEventBytes = 1_048_576;

export interface LambdaApiDeps {
  readonly dispatcher: Dispatcher;
  /** Sends a request on to the emulator as it is. */
  readonly passOn: (request: HttpRequest, target?: string) => Promise<EmulatorReply>;
  /** Something was changed: what is known of the control plane must be forgotten. */
  readonly onChange: () => void;
  /** Invocations at the same time over all functions. */
  readonly accountConcurrency: number;
  readonly record: RecordCall;
}

/** Whether the request has a key of the run: in its signature, or in the header that the emulator sends. */
export const isOfRun = (request: HttpRequest, keyPrefix: string): boolean =>
  headerOf(request, 'authorization')?.includes(`Credential=${keyPrefix}`) === true ||
  headerOf(request, keyHeader)?.startsWith(keyPrefix) === true;

export const refuseStranger = (reply: Reply): void => {
  const message = 'these are not the credentials of this local plane';
  refuse(reply, 403, 'UnrecognizedClientException', message);
};

interface InvokeTarget extends FunctionReference {
  readonly type: string;
}

const invokePath = /^\/2015-03-31\/functions\/([^/?]+)\/invocations\/?(?:\?(.*))?$/;

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
};

/** What an Invoke request names; undefined where it names nothing that could be a function. */
const targetOf = (request: HttpRequest, encodedName: string, query = ''): InvokeTarget | undefined => {
  const found = parseFunction(decoded(encodedName));
  const qualifier = new URLSearchParams(query).get('Qualifier') ?? found?.qualifier;
  const type = headerOf(request, 'x-amz-invocation-type') ?? 'RequestResponse';
  return found && { name: found.name, qualifier, type };
};

/** What can be said against the payload before anything runs. */
const payloadError = (
  { body, oversize }: HttpRequest,
  type: string,
): [status: number, type: string, message: string] | undefined => {
  const limit = type === 'Event' ? maxEventBytes : maxRequestBytes;
  const size = oversize > 0 ? oversize : body.length;
  if (size > limit) {
    const message = `${size} byte payload is too large for the ${type} invocation type (limit ${limit} bytes)`;
    return [413, 'RequestEntityTooLargeException', message];
  }
  if (body.length === 0) return undefined;
  try {
    JSON.parse(body.toString());
    return undefined;
  } catch (error) {
    const message = `Could not parse request body into json: ${messageOf(error)}`;
    return [400, 'InvalidRequestContentException', message];
  }
};

const clientContextOf = (request: HttpRequest): string | undefined => {
  const encoded = headerOf(request, 'x-amz-client-context');
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString();
};

const accountSettings = /^\/2016-08-19\/account-settings\/?$/;

interface AccountSettings {
  AccountLimit: { ConcurrentExecutions: number; UnreservedConcurrentExecutions: number };
}

/** The emulator's answer with the bound that holds here, less what functions have reserved. */
const withBound = (body: Buffer, bound: number): string => {
  const given = JSON.parse(body.toString()) as AccountSettings;
  const { ConcurrentExecutions: all, UnreservedConcurrentExecutions: free } = given.AccountLimit;
  const limit = {
    ...given.AccountLimit,
    ConcurrentExecutions: bound,
    UnreservedConcurrentExecutions: Math.max(0, bound - (all - free)),
  };
  return JSON.stringify({ ...given, AccountLimit: limit });
};

/** Whether it may have changed a function: a call of the Lambda API (their paths start with a date) that is no reading. */
const isChange = ({ method, target }: HttpRequest): boolean =>
  method !== 'GET' && /^\/20\d\d-\d\d-\d\d\//.test(target) && !target.includes('/invocations');

const provisioned = /^\/2019-09-30\/functions\/[^/]+\/provisioned-concurrency/;

/** What the emulator would take without doing anything of it: figures would be those of another thing than was asked for. */
const notHere = ({ method, target, body }: HttpRequest): string | undefined => {
  if (method !== 'PUT' && method !== 'POST') return undefined;
  if (method === 'PUT' && provisioned.test(target)) return 'provisioned concurrency';
  const isSnapped =
    !target.includes('/invocations') && /"ApplyOn"\s*:\s*"PublishedVersions"/.test(body.toString());
  return isSnapped ? 'SnapStart' : undefined;
};

const noPayload = Buffer.from('{}');

export const createLambdaApi = ({
  dispatcher,
  passOn,
  onChange,
  accountConcurrency,
  record,
}: LambdaApiDeps): ((exchange: HttpExchange) => void) => {
  const forward = async ({ request, reply }: HttpExchange, target?: string): Promise<void> => {
    if (request.oversize > 0) {
      const message = `a body of ${request.oversize} bytes is too large`;
      refuse(reply, 413, 'RequestEntityTooLargeException', message);
      return;
    }
    const { status, headers, body } = await passOn(request, target);
    if (isChange(request)) onChange();
    const isSettings = status === 200 && accountSettings.test(request.target);
    reply(status, headers, isSettings ? withBound(body, accountConcurrency) : body);
  };

  const synchronous = async ({ request, reply }: HttpExchange, target: InvokeTarget): Promise<void> => {
    const dispatched = await dispatcher.dispatch({
      name: target.name,
      qualifier: target.qualifier,
      payload: request.body.length === 0 ? noPayload : request.body,
      traceId: headerOf(request, 'x-amzn-trace-id'),
      clientContext: clientContextOf(request),
      tail: headerOf(request, 'x-amz-log-type') === 'Tail',
    });
    if (dispatched === undefined) refuseUnknown(reply, target);
    else answer(reply, dispatched);
  };

  /** Without running it. Queueing, retries and destinations of events are the emulator's; the version is chosen when it runs. */
  const later = async (exchange: HttpExchange, target: InvokeTarget): Promise<void> => {
    const { name, qualifier = '$LATEST', type } = target;
    const fn = await dispatcher.resolve(name, qualifier);
    if (fn === undefined) refuseUnknown(exchange.reply, target);
    else if (type === 'DryRun') exchange.reply(204, [['X-Amz-Executed-Version', fn.version]]);
    else {
      const query = new URLSearchParams({ Qualifier: qualifier }).toString();
      await forward(exchange, `/2015-03-31/functions/${name}/invocations?${query}`);
    }
  };

  const invoke = async (exchange: HttpExchange, target: InvokeTarget): Promise<void> => {
    const { request, reply } = exchange;
    const { type } = target;
    const wrong = payloadError(request, type);
    if (wrong !== undefined) refuse(reply, ...wrong);
    else if (type === 'RequestResponse') await synchronous(exchange, target);
    else if (type === 'Event' || type === 'DryRun') await later(exchange, target);
    else refuse(reply, 400, 'InvalidParameterValueException', `unknown invocation type "${type}"`);
  };

  return (exchange) => {
    const { request, reply } = exchange;
    record?.(lambdaCall(request));
    const absent = notHere(request);
    if (absent !== undefined) {
      const message = `the local plane has no ${absent}: measure it on AWS`;
      refuse(reply, 400, 'InvalidParameterValueException', message);
      return;
    }
    const match = request.method === 'POST' ? invokePath.exec(request.target) : null;
    const target = match && targetOf(request, match[1] ?? '', match[2]);
    if (match !== null && target === undefined) {
      refuse(reply, 400, 'ValidationException', `"${match[1] ?? ''}" is neither a function name nor an ARN`);
      return;
    }
    (target ? invoke(exchange, target) : forward(exchange)).catch((error: unknown) => {
      refuseError(reply, error);
    });
  };
};
