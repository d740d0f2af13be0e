/** Reads a price file that somebody names. */
import { readFile } from 'node:fs/promises';
import { parsePrices, type Prices } from '../core/cost/prices.ts';
import { InputError } from '../core/errors.ts';
import { errorCode } from './explain.ts';

/** @throws InputError when there is no such file, or for the first fault in it */
export const readPrices = async (file: string | undefined): Promise<Prices | undefined> => {
  if (file === undefined) return undefined;
  let json: string;
  try {
    json = await readFile(file, 'utf8');
  } catch (error) {
    throw new InputError('--prices', file, 'a price file that can be read', errorCode(error));
  }
  return parsePrices(json, file);
};
