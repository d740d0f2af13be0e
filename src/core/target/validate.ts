/** Reads a target from untyped JSON: a registered SSM parameter or an entry of a run request's `extraTargets`. */
import { InputError } from '../errors.ts';
import { read } from '../schema/fields.ts';
import { httpUrl } from '../schema/target.ts';
import { type LoadFrom, type RequestSpec, type Target, targetKinds } from './target.ts';
import { asInteger, asMatch, asObject, asOneOf, asLine, optional, rejectUnknownFields } from '../validate.ts';

/** Bytes of JSON: every worker's assignment carries its target, and a state's data may not pass 256 KiB. */
const maxTargetBytes = 100_000;

const targetFields = [
  'version',
  'id',
  'kind',
  'url',
  'functionArn',
  'logGroup',
  'memoryMb',
  'cpuArchitecture',
  'runtime',
  'maxRate',
  'vantage',
  'loadFrom',
  'billing',
  'request',
];

const idPattern = /^[a-z0-9-]{1,40}$/;
const arnPattern =
  /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,140}(:[A-Za-z0-9_$-]{1,128})?$/;
// RFC 9110 5.6.2, token.
const headerNamePattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
// RFC 9110 5.5, field-content: a line break would begin another header.
const headerValuePattern = /^[\t\x20-\x7e\x80-\xff]{0,8192}$/;
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

export const asTargetId = (value: unknown, field: string): string =>
  asMatch(value, field, idPattern, '1 to 40 lower case letters, digits and hyphens');

const asPositive = (value: unknown, field: string): number => {
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
  throw new InputError(field, value, 'a number above 0');
};

const asHeaders = (value: unknown, field: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(asObject(value, field)).map(([name, text]) => {
      asMatch(name, field, headerNamePattern, 'header names of letters, digits and hyphens');
      return [
        name,
        asMatch(text, `${field}.${name}`, headerValuePattern, 'up to 8,192 printable characters of Latin-1'),
      ];
    }),
  );

const asBilling = (value: unknown, field: string): Record<string, number | string> =>
  Object.fromEntries(
    Object.entries(asObject(value, field)).map(([name, quantity]) => {
      if ((typeof quantity === 'number' && Number.isFinite(quantity)) || typeof quantity === 'string')
        return [name, quantity];
      throw new InputError(`${field}.${name}`, quantity, 'a number or a text');
    }),
  );

const asFunctionArn = (value: unknown, field: string): string =>
  asMatch(value, field, arnPattern, 'the ARN of a Lambda function, version or alias');

const asLoadFrom = (value: unknown, field: string): LoadFrom => {
  const object = asObject(value, field);
  const fields = ['verifyFunctionArn', 'generateFunctionArn'] as const;
  rejectUnknownFields(object, field, fields);
  const [verifyFunctionArn, generateFunctionArn] = fields.map((name) =>
    asFunctionArn(object[name], `${field}.${name}`),
  ) as [string, string];
  return { verifyFunctionArn, generateFunctionArn };
};

const asBody = (value: unknown, field: string): string => {
  if (typeof value === 'string') return value;
  throw new InputError(field, value, 'a text', 'Write a JSON body as a text with escaped quotes');
};

const asRequestSpec = (value: unknown, field: string): RequestSpec => {
  const object = asObject(value, field);
  rejectUnknownFields(object, field, ['method', 'headers', 'body', 'expectedStatus']);
  return {
    ...optional(object, 'method', (v) => asOneOf(v, `${field}.method`, methods)),
    ...optional(object, 'headers', (v) => asHeaders(v, `${field}.headers`)),
    ...optional(object, 'body', (v) => asBody(v, `${field}.body`)),
    ...optional(object, 'expectedStatus', (v) => asInteger(v, `${field}.expectedStatus`, 200, 599)),
  };
};

/**
 * Checks every field of a target, the unknown ones included.
 * @throws InputError whose field starts with `where`
 */
export const asTarget = (value: unknown, where: string): Target => {
  const object = asObject(value, where);
  rejectUnknownFields(object, where, targetFields);
  if (object['version'] !== 1) throw new InputError(`${where}.version`, object['version'], '1');
  if (object['url'] === undefined && object['functionArn'] === undefined)
    throw new InputError(where, object, 'a target with a "url" or a "functionArn"');
  const bytes = Buffer.byteLength(JSON.stringify(object));
  if (bytes > maxTargetBytes)
    throw new InputError(
      where,
      `${bytes} bytes`,
      `at most ${maxTargetBytes} bytes of JSON`,
      'Send a smaller body',
    );
  return {
    version: 1,
    id: asTargetId(object['id'], `${where}.id`),
    kind: asOneOf(object['kind'], `${where}.kind`, targetKinds),
    ...optional(object, 'url', (v) => read(httpUrl, v, `${where}.url`)),
    ...optional(object, 'functionArn', (v) => asFunctionArn(v, `${where}.functionArn`)),
    ...optional(object, 'logGroup', (v) => asLine(v, `${where}.logGroup`, 512)),
    ...optional(object, 'memoryMb', (v) => asInteger(v, `${where}.memoryMb`, 128, 10_240)),
    ...optional(object, 'cpuArchitecture', (v) =>
      asOneOf(v, `${where}.cpuArchitecture`, ['x86_64', 'arm64'] as const),
    ),
    ...optional(object, 'runtime', (v) => asLine(v, `${where}.runtime`, 100)),
    ...optional(object, 'maxRate', (v) => asPositive(v, `${where}.maxRate`)),
    ...optional(object, 'vantage', (v) => asLine(v, `${where}.vantage`, 40)),
    ...optional(object, 'loadFrom', (v) => asLoadFrom(v, `${where}.loadFrom`)),
    ...optional(object, 'billing', (v) => asBilling(v, `${where}.billing`)),
    ...optional(object, 'request', (v) => asRequestSpec(v, `${where}.request`)),
  };
};

/**
 * A target from the text of its SSM parameter.
 * @param where the parameter's name; its last part must be the target's id
 * @throws InputError that names the parameter
 */
export const parseTarget = (json: string, where: string): Target => {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new InputError(
      where,
      json,
      'the JSON of one target',
      'Deploy the stack that wrote this parameter again',
    );
  }
  const target = asTarget(value, where);
  if (where.split('/').at(-1) !== target.id)
    throw new InputError(`${where}.id`, target.id, "the last part of its parameter's name");
  return target;
};
