import * as v from 'valibot';
import { read } from './fields.ts';

const webUrl = 'an absolute http:// or https:// URL without user name and fragment';
const scheme = `${webUrl}. Write it with its scheme, as in http://example.com/hits`;

/** The URL parser mends "http:host" in silence; a URL that was meant has its slashes. */
const hasScheme = (url: string): boolean => /^https?:\/\//i.test(url) && URL.canParse(url);

const isBare = (url: string): boolean => {
  const { username, password, hash } = new URL(url);
  return username === '' && password === '' && hash === '';
};

/** An absolute http or https URL with a host and without a user name or fragment. */
export const httpUrl = v.pipe(v.string(scheme), v.check(hasScheme, scheme), v.check(isBare, webUrl));

/** @throws InputError naming `field` */
export const asHttpUrl = (value: unknown, field: string): string => read(httpUrl, value, field);
