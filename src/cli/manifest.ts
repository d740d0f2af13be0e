/** The architectures of this repository. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../core/errors.ts';
import { parseManifest, type Architecture } from '../core/manifest.ts';
import { nearest } from './args/nearest.ts';

export const readArchitectures = async (root: string): Promise<readonly Architecture[]> =>
  parseManifest(await readFile(join(root, 'templates', 'architectures.json'), 'utf8')).architectures;

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
