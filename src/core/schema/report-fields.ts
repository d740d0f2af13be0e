/** What the parts of a report's schema have in common. */
import * as v from 'valibot';

export const text = v.string('a text');
export const texts = v.array(text, 'a JSON array of texts');
export const flag = v.boolean('true or false');
export const arrayOf = <S extends v.GenericSchema>(item: S) => v.array(item, 'a JSON array');
