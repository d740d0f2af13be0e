/** Reads the contract's vectors from events/contract. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContractVector } from '../core/verify/contract.ts';

export interface Contract {
  readonly vectors: readonly ContractVector[];
  /** Headers of every answer. */
  readonly common: Readonly<Record<string, string>>;
}

const commonFile = 'common.json';

export const readContract = async (root: string): Promise<Contract> => {
  const folder = join(root, 'events', 'contract');
  const read = async (file: string): Promise<unknown> =>
    JSON.parse(await readFile(join(folder, file), 'utf8'));
  const files = (await readdir(folder))
    .filter((file) => file.endsWith('.json') && file !== commonFile)
    .sort();
  const vectors = (await Promise.all(files.map(read))) as ContractVector[];
  return { vectors, common: ((await read(commonFile)) as { headers: Record<string, string> }).headers };
};
