/**
 * Secrets by reference. A header's value, the query of a URL and a body may say `ssm:<parameter>` instead of the value
 * itself: whoever sends the request looks it up, and nothing that is stored ever holds it.
 */
import { known } from './known.ts';
import { secretsRoot } from './keys.ts';
import type { Target } from './schema/target.ts';

/** In front of a parameter's name. */
export const secretPrefix = 'ssm:';

const reference = new RegExp(
  `${secretPrefix}(${secretsRoot('[A-Za-z0-9._-]+')}[A-Za-z0-9._/-]*[A-Za-z0-9_-])`,
  'g',
);

/** A shorter one could not be blotted out of an answer without harm to the rest of it. */
export const leastSecret = 4;

const textsOf = ({ url = '', request = {} }: Target): readonly string[] => [
  url,
  ...Object.values(request.headers ?? {}),
  request.body ?? '',
];

/** The parameters that a target's request refers to, each once. */
export const secretsIn = (target: Target): readonly string[] => [
  ...new Set(textsOf(target).flatMap((text) => [...text.matchAll(reference)].map(([, name = '']) => name))),
];

/** The target as it is sent: every reference replaced by its value, percent-encoded in the URL. */
export const withSecrets = (target: Target, values: ReadonlyMap<string, string>): Target => {
  const fill = (text: string, encode = (value: string) => value): string =>
    text.replace(reference, (all, name: string) => encode(values.get(name) ?? all));
  const { url, request } = target;
  const { headers, body } = request ?? {};
  const filled = known({
    ...request,
    headers: headers && Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, fill(text)])),
    body: body && fill(body),
  });
  return known({
    ...target,
    url: url && fill(url, encodeURIComponent),
    request: request && filled,
  });
};

/** Blots values out of a text, also where it repeats them as a URL or as JSON does. */
export const hiding = (values: readonly string[]): ((text: string) => string) => {
  const spellings = values.flatMap((value) => [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    Buffer.from(value).toString('base64'),
  ]);
  // The longest first: one spelling may be a part of another.
  const sorted = [...new Set(spellings)].sort((a, b) => b.length - a.length);
  return (text) => sorted.reduce((left, value) => left.replaceAll(value, '[secret]'), text);
};

const sensitiveHeaders =
  /^(authorization|proxy-authorization|cookie|(x-)?(api-?key|auth(entication)?(-token)?|access-token|secret))$/i;
const sensitiveQuery = /^([a-z-]+[_-])?(api)?(token|key|secret|password|passwd|signature)$/i;

const isReference = (text: string): boolean =>
  text.includes(secretPrefix) && text.replace(reference, '') !== text;

/** Where a target's request holds a secret as it is: the path of the field; undefined where it holds none. */
export const literalSecretIn = ({ url, request }: Target): readonly string[] | undefined => {
  const header = Object.entries(request?.headers ?? {}).find(
    ([name, value]) => sensitiveHeaders.test(name) && !isReference(value),
  );
  if (header !== undefined) return ['request', 'headers', header[0]];
  const query = url === undefined ? [] : [...new URL(url).searchParams];
  return query.some(([name, value]) => sensitiveQuery.test(name) && !isReference(value))
    ? ['url']
    : undefined;
};
