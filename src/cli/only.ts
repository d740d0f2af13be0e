/** What --only may name. */
import { InputError } from '../core/errors.ts';
import { nearest } from './args/nearest.ts';

/**
 * The ids that --only names, all of which exist.
 * @throws InputError listing what there is
 */
export const checkOnly = (only: readonly string[] | undefined, known: readonly string[]): void => {
  const unknown = only?.find((id) => !known.includes(id));
  if (unknown === undefined) return;
  const near = nearest(unknown, known);
  throw new InputError(
    '--only',
    unknown,
    known.join(', '),
    near === undefined ? undefined : `Did you mean ${near}?`,
  );
};
