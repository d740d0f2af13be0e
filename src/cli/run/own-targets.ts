/** Targets that the user brings along: any URL or function. */
import { InputError } from '../../core/errors.ts';
import { requirePermission } from '../../core/load/permission.ts';
import type { LoadProfile } from '../../core/schema/load.ts';
import { type RequestSpec, type Target, asTarget } from '../../core/schema/target.ts';
import { number, repeated, text, toggle, type Values } from '../options.ts';

export const ownTargetOptions = {
  target: repeated(
    '--target <NAME=URL>',
    'measure this as well: name=https://... or name=arn:aws:lambda:...; may be repeated',
  ),
  method: text('--method <METHOD>', 'of the requests to --target; default GET'),
  header: repeated('--header <NAME: VALUE>', 'sent with the requests to --target; may be repeated'),
  payload: text('--payload <TEXT>', 'body of the requests to --target'),
  expectStatus: number('--expect-status <STATUS>', 'what --target answers when all is well; default 200'),
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
};

const headersOf = (lines: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    lines.map((line) => {
      const [, name, value = ''] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
      if (name === undefined) throw new InputError('--header', line, 'a header as in "accept: text/html"');
      return [name.trim().toLowerCase(), value] as const;
    }),
  );

const requestOf = (values: OwnValues): RequestSpec => ({
  ...(values.method === undefined ? {} : { method: values.method.toUpperCase() }),
  ...(values.header === undefined ? {} : { headers: headersOf(values.header) }),
  ...(values.payload === undefined ? {} : { body: values.payload }),
  ...(values.expectStatus === undefined ? {} : { expectedStatus: values.expectStatus }),
});

const targetOf = (given: string, request: RequestSpec): Target => {
  const [, id, address] = /^([^=]*)=(.*)$/.exec(given) ?? [];
  if (id === undefined || address === undefined) {
    throw new InputError(
      '--target',
      given,
      'a name and an address: name=https://... or name=arn:aws:lambda:...',
    );
  }
  const where = address.startsWith('arn:') ? { functionArn: address } : { url: address };
  try {
    return asTarget({ version: 1, id, kind: 'url', ...where, request }, 'target');
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const field = error.field.replace(/^target\./, '').replace(/^(request\.headers)\..*$/, '$1');
    throw error.renamed(fieldFlags[field] ?? '--target');
  }
};

/**
 * @throws InputError naming the flag: a target that is malformed, a request's flag without any target, or more than
 * 10 requests per second to another machine without --i-may-load-this
 * @param vantage of URLs, where they are called another way than the registered targets
 */
export const ownTargets = (values: OwnValues, load: LoadProfile, vantage?: string): readonly Target[] => {
  const { target: given = [] } = values;
  const request = requestOf(values);
  if (given.length === 0 && Object.keys(request).length > 0) {
    throw new InputError(
      '--target',
      undefined,
      'a target: --method, --header, --payload and --expect-status are for it',
    );
  }
  const targets = given.map((one) => targetOf(one, request));
  for (const { url } of targets) if (url !== undefined) permit(url, load, values.iMayLoadThis === true);
  return targets.map((target) =>
    vantage === undefined || target.url === undefined ? target : { ...target, vantage },
  );
};

const permit = (url: string, load: LoadProfile, mayLoad: boolean): void => {
  try {
    requirePermission(url, load, mayLoad);
  } catch (error) {
    throw error instanceof InputError ? error.renamed('--target') : error;
  }
};
