import * as v from 'valibot';
import { InputError } from '../../../src/core/errors.ts';
import {
  dictionary,
  fields,
  list,
  line,
  matching,
  read,
  text,
  whole,
} from '../../../src/core/schema/fields.ts';

const schema = fields({
  version: v.literal(1, '1'),
  inner: v.exactOptional(fields({ size: whole(1, 5_000) })),
  names: v.optional(list(line(5), 2), []),
  notes: v.exactOptional(dictionary(text(5), matching(/^[a-z]+$/, 'lower case letters'))),
});
const good = { version: 1 };

describe('read', () => {
  it('fills in defaults and keeps what is given', () => {
    const given = { version: 1, inner: { size: 5 }, names: ['a'], notes: { b: 'c\nd' } };
    expect(read(schema, given, 'it')).toEqual(given);
    expect(read(schema, good, 'it')).toStrictEqual({ version: 1, names: [] });
  });

  it('takes a field that holds undefined for absent', () => {
    expect(read(schema, { version: 1, inner: undefined, other: undefined }, 'it')).toEqual({
      version: 1,
      names: [],
    });
  });

  it.each([
    [7, 'it: given 7; allowed: a JSON object'],
    [[], 'it: given []; allowed: a JSON object'],
    [null, 'it: given null; allowed: a JSON object'],
    [{}, 'version: given nothing; allowed: 1'],
    [{ version: 2 }, 'version: given 2; allowed: 1'],
    [{ verison: 1 }, 'verison: given 1; allowed: the fields version, inner, names, notes'],
    [
      JSON.parse('{ "version": 1, "__proto__": 2 }'),
      '__proto__: given 2; allowed: the fields version, inner, names, notes',
    ],
    [{ ...good, inner: [] }, 'inner: given []; allowed: a JSON object'],
    [{ ...good, inner: {} }, 'inner.size: given nothing; allowed: a whole number from 1 to 5,000'],
    [{ ...good, inner: { size: 1.5 } }, 'inner.size: given 1.5; allowed: a whole number from 1 to 5,000'],
    [{ ...good, inner: { size: 1, sizes: 2 } }, 'inner.sizes: given 2; allowed: the fields size'],
    [{ ...good, names: {} }, 'names: given {}; allowed: a JSON array of at most 2 entries'],
    [
      { ...good, names: ['a', 'b', 'c'] },
      'names: given "3 entries"; allowed: a JSON array of at most 2 entries',
    ],
    [
      { ...good, names: ['a', 'b\n'] },
      'names[1]: given "b\\n"; allowed: a text of 1 to 5 characters on one line',
    ],
    [{ ...good, notes: [] }, 'notes: given []; allowed: a JSON object'],
    [{ ...good, notes: { B: 'c' } }, 'notes: given "B"; allowed: lower case letters'],
    [{ ...good, notes: { b: 'c\0' } }, 'notes.b: given "c\\u0000"; allowed: a text of 1 to 5 characters'],
  ])('of %j says what is wrong', (given, message) => {
    const attempt = () => read(schema, given, 'it');
    expect(attempt).toThrow(InputError);
    expect(attempt).toThrow(new Error(message));
  });

  it('begins the path of a field where it is told to', () => {
    expect(() => read(schema, {}, 'file', 'file')).toThrow('file.version: given nothing; allowed: 1');
  });
});
