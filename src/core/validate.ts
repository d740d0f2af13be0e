/** Small checks for untyped JSON. Each names the field by its path (`load.rate`, `extraTargets[1].url`) in its InputError. */
import { InputError } from './errors.ts';

type JsonObject = Readonly<Record<string, unknown>>;

export const asObject = (value: unknown, field: string): JsonObject => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new InputError(field, value, 'a JSON object');
};

export const asArray = (value: unknown, field: string, maxLength: number): readonly unknown[] => {
  if (Array.isArray(value) && value.length <= maxLength) return value as unknown[];
  throw new InputError(
    field,
    Array.isArray(value) ? `${value.length} entries` : value,
    `a JSON array of at most ${maxLength} entries`,
  );
};

/** Throws for the first field that is not in `known`: a misspelt field must not be ignored in silence. */
export const rejectUnknownFields = (object: JsonObject, field: string, known: readonly string[]): void => {
  const unknown = Object.keys(object).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new InputError(field === '' ? 'input' : field, `field ${unknown}`, known.join(', '));
};

/** A number from `min` to `max`, both included; fractions and digits in quotes are refused. */
export const asInteger = (value: unknown, field: string, min: number, max: number): number => {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new InputError(field, value, `a whole number from ${min} to ${max}`);
};

const asTextWithout = (
  controls: RegExp,
  allowed: string,
): ((value: unknown, field: string, maxLength: number) => string) => {
  return (value, field, maxLength) => {
    const fits = typeof value === 'string' && value.length >= 1 && value.length <= maxLength;
    if (fits && !controls.test(value)) return value;
    throw new InputError(field, value, `a text of 1 to ${maxLength} characters${allowed}`);
  };
};

/** A text for people, of 1 to `maxLength` characters; it may have several lines. */
export const asText = asTextWithout(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/, '');

/** A text of 1 to `maxLength` characters without line breaks and other control characters. */
export const asLine = asTextWithout(/[\0-\x1f\x7f]/, ' on one line');

export const asMatch = (
  value: unknown,
  field: string,
  pattern: RegExp,
  allowed: string,
  mend?: string,
): string => {
  if (typeof value === 'string' && pattern.test(value)) return value;
  throw new InputError(field, value, allowed, mend);
};

export const asOneOf = <T extends string>(value: unknown, field: string, allowed: readonly T[]): T => {
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  throw new InputError(field, value, allowed.join(', '));
};

/** Reads a field when it is there; an absent one stays absent, so that `exactOptionalPropertyTypes` holds. */
export const optional = <K extends string, T>(
  object: JsonObject,
  key: K,
  read: (value: unknown) => T,
): Readonly<Partial<Record<K, T>>> => {
  const value = object[key];
  // One computed key: TypeScript widens it to an index signature.
  return (value === undefined ? {} : { [key]: read(value) }) as Readonly<Partial<Record<K, T>>>;
};
