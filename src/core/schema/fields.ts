/**
 * How the schemas in this folder are written: the message of every schema and check is what is allowed, in words, and
 * `read` makes an InputError of the first fault with the field's path (`load.rate`, `extraTargets[1].url`).
 */
import * as v from 'valibot';
import { InputError } from '../errors.ts';
import { known } from '../known.ts';

type Immutable<T> = unknown extends T ? T : { readonly [K in keyof T]: Immutable<T[K]> };

/** What a schema's value is once it was read: all defaults filled in. */
export type Output<S extends v.GenericSchema> = Immutable<v.InferOutput<S>>;
/** What may be given: fields with a default may be absent. */
export type Input<S extends v.GenericSchema> = Immutable<v.InferInput<S>>;

const anObject = 'a JSON object';

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** 1000000 as 1,000,000. Numbers know how to write themselves so, but would load the rules of all languages for it: 80 ms. */
export const grouped = (whole: number): string => String(whole).replace(/\B(?=(\d{3})+$)/g, ',');

const allowedBy = (schema: v.GenericSchema | v.GenericSchemaAsync | undefined): string =>
  schema !== undefined && 'message' in schema && typeof schema.message === 'string'
    ? schema.message
    : anObject;

const hasUndefined = (value: Readonly<Record<string, unknown>>): boolean => {
  for (const key in value) if (value[key] === undefined) return true;
  return false;
};

/** Valibot takes an array for an object without fields. */
const refusingArrays = <S extends v.GenericSchema & { readonly message: unknown }>(schema: S): S => ({
  ...schema,
  '~run': (dataset, config) => {
    // What was JSON has no such fields, and there may be hundreds of thousands of it: it is not copied.
    if (isObject(dataset.value))
      return schema['~run'](
        hasUndefined(dataset.value) ? { ...dataset, value: known(dataset.value) } : dataset,
        config,
      );
    v._addIssue(schema as never, 'type', dataset, config);
    return dataset as never;
  },
});

/**
 * An object with these fields and no other: a misspelt field must not be ignored in silence.
 * @param only begins what is said of an unknown one
 */
export const fields = <E extends v.ObjectEntries>(entries: E, only = 'the fields') => {
  const schema = v.strictObject(entries, ({ expected, path }) => {
    if (path === undefined) return anObject;
    if (expected === 'never') return `${only} ${Object.keys(entries).join(', ')}`;
    return allowedBy(entries[String(path.at(-1)?.key)]);
  });
  const run: (typeof schema)['~run'] = (dataset, config) => {
    const input = dataset.value as Record<string, unknown>;
    const result = schema['~run'](dataset, config);
    if (result.issues === undefined) return result;
    // An unknown field explains a missing one, so it is told first.
    const key = Object.keys(input).find((name) => !Object.hasOwn(entries, name));
    if (key === undefined) return result;
    const at = { type: 'object', origin: 'key', input, key, value: input[key] } as const;
    const refused = { value: input };
    v._addIssue(schema as never, 'key', refused, config, {
      input: input[key],
      expected: 'never',
      path: [at],
    });
    return refused as never;
  };
  return refusingArrays({ ...schema, '~run': run });
};

/** An object with these fields at least, for documents to which later versions add fields. */
export const openFields = <E extends v.ObjectEntries>(entries: E) =>
  refusingArrays(
    v.object(entries, ({ path }) =>
      path === undefined ? anObject : allowedBy(entries[String(path.at(-1)?.key)]),
    ),
  );

/** An object whose fields' names are not known beforehand. */
export const dictionary = <V extends v.GenericSchema, N extends v.GenericSchema<string, string>>(
  value: V,
  name: N,
) => refusingArrays(v.record(name, value, anObject));

/** @param condition what else is to say of it, in words */
export const list = <S extends v.GenericSchema>(item: S, most: number, least = 0, condition = '') => {
  const bounds = `${least === 0 ? 'at most' : `${least} to`} ${grouped(most)}`;
  const allowed = `a JSON array of ${bounds} entries${condition}`;
  return v.pipe(v.array(item, allowed), v.minLength(least, allowed), v.maxLength(most, allowed));
};

/** One of several schemas: `choose` picks the one that was meant, so that faults are told in its words. */
export const chosen = <const S extends readonly v.GenericSchema[]>(
  schemas: S,
  choose: (value: unknown) => S[number],
) => {
  const either = v.union(schemas);
  const run: v.GenericSchema['~run'] = (dataset, config) => choose(dataset.value)['~run'](dataset, config);
  return { ...either, '~run': run as (typeof either)['~run'] };
};

/** The same of schemas that look alike. @param choose by the value's fields */
export const oneBy = <const S extends readonly v.GenericSchema[]>(
  schemas: S,
  choose: (value: Readonly<Record<string, unknown>>) => S[number],
) => chosen(schemas, (value) => choose(isObject(value) ? value : {}));

/** `false` for none of it, or the schema, whose faults are told in its own words. */
export const orFalse = <const S extends v.GenericSchema>(schema: S) => {
  const none = v.literal(false);
  const either = v.union([none, schema], 'false, or a JSON object');
  const run: v.GenericSchema['~run'] = (dataset, config) =>
    isObject(dataset.value) ? schema['~run'](dataset, config) : either['~run'](dataset, config);
  return { ...either, '~run': run as (typeof either)['~run'] };
};

const inWords = (min: number, max: number): string => `from ${min} to ${grouped(max)}`;

/** A number, both bounds included. @param condition what else is asked for, in words */
export const number = (min: number, max: number, condition = '') => {
  const allowed = `a number ${inWords(min, max)}${condition}`;
  return v.pipe(v.number(allowed), v.minValue(min, allowed), v.maxValue(max, allowed));
};

export const whole = (min: number, max: number) => {
  const allowed = `a whole number ${inWords(min, max)}`;
  return v.pipe(v.number(allowed), v.integer(allowed), v.minValue(min, allowed), v.maxValue(max, allowed));
};

export const matching = (pattern: RegExp, allowed: string) =>
  v.pipe(v.string(allowed), v.regex(pattern, allowed));

/** A text for people of 1 to `most` characters; it may have several lines. */
export const text = (most: number) => {
  const allowed = `a text of 1 to ${grouped(most)} characters`;
  return v.pipe(matching(/^[^\0-\x08\x0b\x0c\x0e-\x1f\x7f]+$/, allowed), v.maxLength(most, allowed));
};

/** A text of 1 to `most` characters without line breaks and other control characters. */
export const line = (most: number) => {
  const allowed = `a text of 1 to ${grouped(most)} characters on one line`;
  return v.pipe(matching(/^[^\0-\x1f\x7f]+$/, allowed), v.maxLength(most, allowed));
};

/** ISO 8601, UTC. */
export const time = v.pipe(v.string('an ISO 8601 time'), v.isoTimestamp('an ISO 8601 time'));

export const oneOf = <const T extends readonly string[]>(values: T) => v.picklist(values, values.join(', '));

/**
 * For checks over several fields: where the fault is, and what to show as given.
 * @param given shown in place of the value there, which may be a secret
 */
export const pathTo = (
  input: unknown,
  keys: readonly (string | number)[],
  given: unknown,
): [v.IssuePathItem, ...v.IssuePathItem[]] =>
  keys.map((key) => ({ type: 'unknown', origin: 'value', input, key, value: given })) as never;

const pathOf = (issue: v.BaseIssue<unknown>): readonly v.IssuePathItem[] => {
  const path = issue.path ?? [];
  // A name that a dictionary cannot have is a fault of the dictionary.
  return path.at(-1)?.origin === 'key' && !issue.type.endsWith('object') ? path.slice(0, -1) : path;
};

const written = (path: readonly v.IssuePathItem[]): string =>
  path.map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');

const givenIn = ({ type, input, path }: v.BaseIssue<unknown>): unknown => {
  if ((type === 'max_length' || type === 'min_length') && Array.isArray(input))
    return `${input.length} entries`;
  // A check over several fields is forwarded to the one that it is said of.
  const last = path?.at(-1);
  return last === undefined || (last.origin === 'key' && !type.endsWith('object')) ? input : last.value;
};

/**
 * @param where what a fault of the whole value is said of
 * @param within begins the path of each field
 * @throws InputError for the first fault
 */
export const read = <S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  where: string,
  within = '',
): Output<S> => {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = `${within}${written(pathOf(issue))}`.replace(/^\./, '');
  throw new InputError(field === '' ? where : field, givenIn(issue), issue.message);
};

/**
 * Reads JSON, each field's path beginning with `where`.
 * @throws InputError for what is no JSON, or for the first fault
 */
export const readJson = <S extends v.GenericSchema>(
  schema: S,
  json: string,
  where: string,
  allowed = 'JSON',
): Output<S> => {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new InputError(where, json, allowed);
  }
  return read(schema, value, where, where);
};
