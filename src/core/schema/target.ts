import * as v from 'valibot';
import { InputError } from '../errors.ts';
import { dictionary, fields, line, matching, oneOf, type Output, read, readJson, whole } from './fields.ts';

/** What a target is and how it registers: the JSON in `/latency-lab/<LabName>/targets/<id>`. */

export const targetKinds = ['sync-counter', 'async-queue', 'url', 'null'] as const;
/** How a target is verified before it is timed; see the service contract in docs/method.md. */
export type TargetKind = (typeof targetKinds)[number];

export const targetId = matching(/^[a-z0-9-]{1,40}$/, '1 to 40 lower case letters, digits and hyphens');

const webUrl = 'an absolute http:// or https:// URL without user name and fragment';
const withScheme = `${webUrl}. Write it with its scheme, as in http://example.com/hits`;

/** The URL parser mends "http:host" in silence; a URL that was meant has its slashes. */
const hasScheme = (url: string): boolean => /^https?:\/\//i.test(url) && URL.canParse(url);

const isBare = (url: string): boolean => {
  const { username, password, hash } = new URL(url);
  return username === '' && password === '' && hash === '';
};

/** An absolute http or https URL with a host and without a user name or fragment. */
export const httpUrl = v.pipe(v.string(withScheme), v.check(hasScheme, withScheme), v.check(isBare, webUrl));

export const functionArn = matching(
  /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,140}(:[A-Za-z0-9_$-]{1,128})?$/,
  'the ARN of a Lambda function, version or alias',
);

/** Set by whoever opens the connection, since they must fit what is sent over it (RFC 9110, 7.6.1). */
const ownHeaders = [
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];
const sendableName = `header names of letters, digits and hyphens, other than those of the connection itself: ${ownHeaders.join(', ')}`;
const headerName = v.pipe(
  // RFC 9110, 5.6.2, token.
  matching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, sendableName),
  v.check((name) => !ownHeaders.includes(name.toLowerCase()), sendableName),
);
// RFC 9110, 5.5, field-content: a line break would begin another header.
const headerValue = matching(
  /^[\t\x20-\x7e\x80-\xff]{0,8192}$/,
  'up to 8,192 printable characters of Latin-1',
);

const isOnce = (given: Readonly<Record<string, string>>): boolean =>
  new Set(Object.keys(given).map((name) => name.toLowerCase())).size === Object.keys(given).length;

export const headers = v.pipe(
  dictionary(headerValue, headerName),
  v.check(isOnce, 'each header once, in upper or lower case'),
);

const methods: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

export const method = oneOf(methods);

/**
 * How the request proves who sends it. `sigv4`: AWS Signature Version 4 for a service such as `execute-api` or `lambda`, with
 * the credentials of the functions that verify and load the target; a target without URL needs none of it.
 */
const auth = fields({
  type: oneOf(['sigv4']),
  service: matching(/^[a-z0-9-]{1,64}$/, 'the name by which AWS signs for a service, as in execute-api'),
  region: matching(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region, as in eu-west-2'),
});

/** The request that is sent again and again. Defaults: GET, no headers, no body, status 200, not signed. */
export const requestSpec = fields({
  method: v.exactOptional(method),
  headers: v.exactOptional(headers),
  body: v.exactOptional(v.string('a text. Write a JSON body as a text with escaped quotes')),
  expectedStatus: v.exactOptional(whole(200, 599)),
  auth: v.exactOptional(auth),
});

/** The functions that verify and load a target from a place where it can be reached. */
export const loadFrom = fields({ verifyFunctionArn: functionArn, generateFunctionArn: functionArn });

export const memoryMb = whole(128, 10_240);
export const cpuArchitecture = oneOf(['x86_64', 'arm64']);

/**
 * The same code with the same configuration as a function of its own, without alias: cold starts are forced and memory is
 * tuned on it, so that nothing that is measured changes what answers behind the target's own URL.
 */
const copy = fields({
  /** Without a qualifier. */
  functionArn,
  /** Of the measured request, answered by its `$LATEST`. */
  url: httpUrl,
  logGroup: line(512),
});

const aboveZero = 'a number above 0';
const quantity = 'a number or a text';

/** Quantities the cost model needs per request or per hour; never dollars. */
export const billing = dictionary(
  v.union([v.pipe(v.number(quantity), v.finite(quantity)), v.string(quantity)], quantity),
  v.string(),
);

const targetFields = fields({
  version: v.literal(1, '1'),
  id: targetId,
  kind: oneOf(targetKinds),
  /** Of the request itself, path included (`.../hits`). */
  url: v.exactOptional(httpUrl),
  /** Of the function's `live` alias. */
  functionArn: v.exactOptional(functionArn),
  logGroup: v.exactOptional(line(512)),
  copy: v.exactOptional(copy),
  memoryMb: v.exactOptional(memoryMb),
  cpuArchitecture: v.exactOptional(cpuArchitecture),
  /** Processes kept ready behind the alias, and whether it starts from a snapshot; neither is true of the copy. */
  provisionedConcurrency: v.exactOptional(whole(0, 1_000)),
  snapStart: v.exactOptional(v.boolean('true or false')),
  runtime: v.exactOptional(line(100)),
  /** Requests per second above which the measurement would measure the store and not the architecture. */
  maxRate: v.exactOptional(v.pipe(v.number(aboveZero), v.finite(aboveZero), v.gtValue(0, aboveZero))),
  /** Requests per second that the API in front of it lets through: the stack's parameter ApiRateLimit. */
  apiRateLimit: v.exactOptional(v.pipe(v.number(aboveZero), v.finite(aboveZero), v.gtValue(0, aboveZero))),
  /** Where the generator stands, or which way its requests take, when that differs from the others', as in `vpc`; vantages are ranked apart. */
  vantage: v.exactOptional(line(40)),
  /** What stands at the vantage; without it the lab's own functions load the target. */
  loadFrom: v.exactOptional(loadFrom),
  billing: v.exactOptional(billing),
  request: v.exactOptional(requestSpec),
});

/** Bytes of JSON: every worker's assignment carries its target, and a state's data may not pass 256 KiB. */
const maxTargetBytes = 100_000;
const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/**
 * Something that can be measured. One versioned JSON parameter, written by each architecture's template.
 * `url` is loaded over HTTP; a target without one is invoked directly through `functionArn`.
 */
export const target = v.pipe(
  targetFields,
  v.check(
    ({ url, functionArn: arn }) => url !== undefined || arn !== undefined,
    'a target with a "url" or a "functionArn"',
  ),
  v.forward(
    v.check(
      ({ url, request }) => url !== undefined || request?.auth === undefined,
      'nothing: a function without URL is invoked by the AWS SDK, which signs for itself',
    ),
    ['request', 'auth'],
  ),
  v.check(
    (whole) => bytesOf(whole) <= maxTargetBytes,
    ({ input }) =>
      `at most ${maxTargetBytes} bytes of JSON, where this has ${bytesOf(input)}. Send a smaller body`,
  ),
);

export type Target = Output<typeof target>;
export type Copy = NonNullable<Target['copy']>;
export type Auth = Output<typeof auth>;
export type RequestSpec = Output<typeof requestSpec>;

/** @throws InputError naming `field` */
export const asTargetId = (value: unknown, field: string): string => read(targetId, value, field);

/** @throws InputError naming `field` */
export const asHttpUrl = (value: unknown, field: string): string => read(httpUrl, value, field);

/** @throws InputError whose field starts with `where` */
export const asTarget = (value: unknown, where: string): Target => read(target, value, where, where);

/**
 * A target from the text of its SSM parameter.
 * @param where the parameter's name; its last part must be the target's id
 * @throws InputError that names the parameter
 */
export const parseTarget = (json: string, where: string): Target => {
  const found = readJson(target, json, where, 'the JSON of one target. Deploy the stack that wrote it again');
  if (where.split('/').at(-1) !== found.id)
    throw new InputError(`${where}.id`, found.id, "the last part of its parameter's name");
  return found;
};
