/** The options of `hit` and the request that they make. Its secrets stay in this process. */
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { known } from '../../core/known.ts';
import { type HitRequest, parseHit, politely } from '../../app/hit/request.ts';
import type { HitResult } from '../../app/hit/result.ts';
import { InputError } from '../../core/errors.ts';
import { hiding } from '../../core/secrets.ts';
import { orAborted } from '../context.ts';
import { errorCode } from '../explain.ts';
import { duration, number, readNumber, repeated, text, toggle, type Values } from '../options.ts';
import { headersOf } from './own-targets.ts';
import { keepQuery, namedSecret } from './secrets.ts';

export const hitOptions = {
  requests: number('-n, --requests <N>', 'how many requests, the same as COUNT'),
  concurrency: number('--concurrency <N>', 'connections that send at the same time, 1 to 1,000; default 1'),
  rate: number(
    '--rate <PER_SECOND>',
    'send at planned times instead, 0.01 to 5,000 per second; needs --duration',
  ),
  duration: duration('--duration <TIME>', 'how long to send at that rate: 30, 30s, 5m, up to 12h'),
  timeout: duration('--timeout <TIME>', 'how long an answer may take, up to 60s; default 10s'),
  method: text('--method <METHOD>', 'GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS; default GET'),
  header: repeated(
    '--header <NAME: VALUE>',
    'may be repeated. A secret by its place: "authorization: Bearer env:TOKEN" or file:PATH',
  ),
  body: text('--body <TEXT>', '@PATH for that of a file, - for that on stdin, env:NAME for a secret'),
  expect: number('--expect <STATUS>', 'what is answered when all is well, 200 to 599; default any 2xx'),
  follow: toggle(
    '--follow',
    'follow up to 10 redirects, timed as one request; headers like authorization and bodies go to no other server',
  ),
  insecure: toggle('--insecure', "do not check the server's certificate"),
  iMayLoadThis: toggle(
    '--i-may-load-this',
    'the URL is yours to load: as fast as it answers, at any rate, over several connections',
  ),
};

type HitValues = Values<typeof hitOptions>;

const flagOfField: Readonly<Record<string, string>> = {
  url: 'URL',
  headers: '--header',
  expectedStatus: '--expect',
  durationSeconds: '--duration',
  timeoutMs: '--timeout (in milliseconds)',
  ...Object.fromEntries(
    ['method', 'body', 'follow', 'insecure', 'concurrency', 'rate'].map((field) => [field, `--${field}`]),
  ),
};

const inFlags = (words: string): string => words.replace('rate and durationSeconds', '--rate and --duration');

/** Tells input errors under the flags' names and without secrets. */
const toldInFlags = <T>(make: () => T, countName: string, hide: (text: string) => string): T => {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { field, given, allowed, hint } = error;
    const flag = field === 'count' ? countName : flagOfField[field.replace(/\..*/s, '')];
    const shown = typeof given === 'string' ? hide(given) : given;
    throw new InputError(flag ?? field, shown, inFlags(allowed), hint);
  }
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const asText = (bytes: Buffer, given: string): string => {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new InputError('--body', given, 'a text in UTF-8');
  }
};

const readFile = (given: string): Buffer => {
  try {
    return readFileSync(given.slice(1));
  } catch (error) {
    throw new InputError('--body', given, 'a file that can be read', errorCode(error));
  }
};

const bodyOf = async (
  given: string,
  remember: (secret: string) => string,
  signal: AbortSignal,
): Promise<string> => {
  if (given === '-') return asText(await orAborted(buffer(process.stdin), signal), given);
  if (given.startsWith('@')) return asText(readFile(given), given);
  const secret = namedSecret(given, '--body');
  return secret === undefined ? given : remember(secret);
};

const countOf = ({ requests }: HitValues, word: string | undefined): number | undefined => {
  if (word !== undefined && requests !== undefined)
    throw new InputError('--requests', requests, 'either it or COUNT, not both');
  return word === undefined ? requests : readNumber(word, 'COUNT');
};

export interface ReadHit {
  readonly request: HitRequest;
  /** Blots the request's secrets out of a text. */
  readonly hide: (text: string) => string;
  /** Headers or body hold secrets. */
  readonly holdsSecrets: boolean;
}

/** @throws InputError naming the flag, or URL or COUNT */
export const readHit = async (
  values: HitValues,
  [url, count]: readonly (string | undefined)[],
  signal: AbortSignal,
): Promise<ReadHit> => {
  const secrets: string[] = [];
  const remember = (secret: string): string => {
    secrets.push(secret);
    return secret;
  };
  const { method, header, body, timeout } = values;
  const requests = countOf(values, count);
  const asked = {
    method: method?.toUpperCase(),
    headers: header === undefined ? undefined : headersOf(header, remember),
    body: body === undefined ? undefined : await bodyOf(body, remember, signal),
    expectedStatus: values.expect,
    follow: values.follow === undefined ? undefined : 'anywhere',
    insecure: values.insecure,
    count: requests,
    concurrency: values.concurrency,
    rate: values.rate,
    durationSeconds: values.duration,
    timeoutMs: timeout === undefined ? undefined : Math.round(timeout * 1000),
  };
  const holdsSecrets = secrets.length > 0;
  const address =
    url === undefined ? undefined : keepQuery(url, (secret) => encodeURIComponent(remember(secret)), 'URL');
  const hide = hiding(secrets);
  const countName = count === undefined ? '--requests' : 'COUNT';
  const request = toldInFlags(
    () => politely(parseHit({ url: address, ...known(asked) }), values.iMayLoadThis === true),
    countName,
    hide,
  );
  return { request, hide, holdsSecrets };
};

/** The result without the request's secrets, which a URL holds and an answer may repeat. */
export const shownResult = (result: HitResult, hide: (text: string) => string): HitResult => ({
  ...result,
  url: hide(result.url),
  examples: Object.fromEntries(Object.entries(result.examples).map(([kind, text]) => [kind, hide(text)])),
});
