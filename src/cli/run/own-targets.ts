/** Targets that the user brings along: any URL or function. */
import { InputError } from '../../core/errors.ts';
import { known } from '../../core/known.ts';
import { requirePermission } from '../../core/load/permission.ts';
import type { LoadProfile } from '../../core/schema/load.ts';
import { type RequestSpec, type Target, asTarget } from '../../core/schema/target.ts';
import { number, repeated, text, toggle, type Values } from '../options.ts';
import { type Keep, keepHeader, keepQuery, readBody, secretsOf } from './secrets.ts';

export const ownTargetOptions = {
  target: repeated(
    '--target <NAME=URL>',
    'measure this as well: name=https://... or name=arn:aws:lambda:...; may be repeated',
  ),
  method: text('--method <METHOD>', 'of the requests to --target; default GET'),
  header: repeated(
    '--header <NAME: VALUE>',
    'sent with the requests to --target; may be repeated. A secret by its place: "authorization: Bearer env:TOKEN" or file:PATH',
  ),
  payload: text(
    '--payload <TEXT>',
    'body of the requests to --target; @PATH for that of a file, env:NAME for a secret',
  ),
  expectStatus: number('--expect-status <STATUS>', 'what --target answers when all is well; default 200'),
  sigv4: text(
    '--sigv4 <SERVICE/REGION>',
    'sign the requests to --target for AWS, as in execute-api/eu-west-2, with the credentials of the function that sends them',
  ),
  iMayLoadThis: toggle(
    '--i-may-load-this',
    'every --target is yours to load with more than 10 requests per second',
  ),
};

type OwnValues = Values<typeof ownTargetOptions>;

const fieldFlags: Readonly<Record<string, string>> = {
  'request.method': '--method',
  'request.headers': '--header',
  'request.body': '--payload',
  'request.expectedStatus': '--expect-status',
  'request.auth.service': '--sigv4',
  'request.auth.region': '--sigv4',
};

/** @throws InputError for a line that is no header, or one given twice */
export const headersOf = (lines: readonly string[], keep: Keep): Record<string, string> => {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, given, value = ''] = /^([^:]+):\s*(.*)$/s.exec(line) ?? [];
    if (given === undefined) throw new InputError('--header', line, 'a header as in "accept: text/html"');
    const name = given.trim().toLowerCase();
    if (Object.hasOwn(headers, name)) throw new InputError('--header', name, 'each header once');
    headers[name] = keepHeader(name, value, keep, '--header');
  }
  return headers;
};

const authOf = (given: string): RequestSpec['auth'] => {
  const [, service, region] = /^([^/]+)\/([^/]+)$/.exec(given) ?? [];
  if (service === undefined || region === undefined)
    throw new InputError('--sigv4', given, 'a service and a region, as in execute-api/eu-west-2');
  return { type: 'sigv4', service, region };
};

const requestOf = (values: OwnValues, keep: Keep): RequestSpec => {
  const { method, header, payload, expectStatus } = values;
  const body = payload === undefined ? undefined : readBody(payload, '--payload');
  return known({
    method: method?.toUpperCase(),
    headers: header && headersOf(header, keep),
    body: body?.secret === true ? keep(body.text) : body?.text,
    expectedStatus: expectStatus,
    auth: values.sigv4 === undefined ? undefined : authOf(values.sigv4),
  });
};

/** What is said of a value may be what must not be shown. */
const underFlag = (error: InputError): InputError => {
  const field = error.field.replace(/^target\./, '').replace(/^(request\.headers)\..*$/, '$1');
  const flag = fieldFlags[field] ?? '--target';
  const hidden = field === 'request.headers' && error.field !== 'target.request.headers';
  return hidden
    ? new InputError(flag, error.field.slice('target.request.headers.'.length), error.allowed, error.hint)
    : error.renamed(flag);
};

const targetOf = (given: string, request: RequestSpec, keep: Keep): Target => {
  const [, id, address] = /^([^=]*)=(.*)$/.exec(given) ?? [];
  if (id === undefined || address === undefined) {
    throw new InputError(
      '--target',
      given,
      'a name and an address: name=https://... or name=arn:aws:lambda:...',
    );
  }
  const where = address.startsWith('arn:')
    ? { functionArn: address }
    : { url: keepQuery(address, keep, '--target') };
  try {
    return asTarget({ version: 1, id, kind: 'url', ...where, request }, 'target');
  } catch (error) {
    throw error instanceof InputError ? underFlag(error) : error;
  }
};

const make = (values: OwnValues, keep: Keep): readonly Target[] => {
  const { target: given = [] } = values;
  const request = requestOf(values, keep);
  if (given.length === 0 && Object.keys(request).length > 0) {
    throw new InputError(
      '--target',
      undefined,
      'a target: --method, --header, --payload, --expect-status and --sigv4 are for it',
    );
  }
  return given.map((one) => targetOf(one, request, keep));
};

export interface OwnTargets {
  readonly ids: readonly string[];
  /** The targets as an execution's input has them, and the parameters that their requests refer to. */
  readonly forRun: (
    labName: string,
    runId: string,
  ) => { readonly targets: readonly Target[]; readonly secrets: ReadonlyMap<string, string> };
}

export interface OwnConditions {
  readonly load: LoadProfile;
  /** Ids that are taken: a report has one row for each. */
  readonly taken: readonly string[];
  /** Of URLs on the local plane, where they are called another way than the registered targets. */
  readonly vantage?: string;
}

/**
 * @throws InputError naming the flag: a target that is malformed, a function on the local plane, a name that is taken,
 * a request's flag without any target, or more than 10 requests per second to another machine without
 * --i-may-load-this
 */
export const ownTargets = (values: OwnValues, { load, taken, vantage }: OwnConditions): OwnTargets => {
  // As they are sent, for the checks alone.
  const plain = make(values, (value) => value);
  for (const { url } of plain) if (url !== undefined) permit(url, load, values.iMayLoadThis === true);
  const foreign = plain.find(({ functionArn }) => vantage !== undefined && functionArn !== undefined);
  if (foreign !== undefined)
    throw new InputError(
      '--target',
      `${foreign.id}=${foreign.functionArn ?? ''}`,
      "a URL: this machine has no functions but the lab's own",
      'Functions of an account are measured by latency-lab run',
    );
  const ids = plain.map(({ id }) => id);
  const clash = ids.find((id, i) => taken.includes(id) || ids.indexOf(id) !== i);
  if (clash !== undefined) throw new InputError('--target', clash, 'a name that no other target has');
  return {
    ids,
    forRun: (labName, runId) => {
      const { keep, parameters } = secretsOf(labName, runId);
      const targets = make(values, keep).map((target) =>
        vantage === undefined ? target : { ...target, vantage },
      );
      return { targets, secrets: parameters };
    },
  };
};

const permit = (url: string, load: LoadProfile, mayLoad: boolean): void => {
  try {
    requirePermission(url, load, mayLoad);
  } catch (error) {
    throw error instanceof InputError ? error.renamed('--target') : error;
  }
};
