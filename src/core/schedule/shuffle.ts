import { createHash } from 'node:crypto';

/**
 * The order in which a round visits its targets: sorted by the SHA-256 of seed, round and id. The same seed gives the
 * same order, every order is equally likely over the seeds, and leaving a target out moves none of the others.
 */
export const shuffled = <T extends { readonly id: string }>(
  items: readonly T[],
  seed: number,
  round: number,
): readonly T[] => {
  const key = ({ id }: T): string => createHash('sha256').update(`${seed}/${round}/${id}`).digest('hex');
  return items
    .map((item) => ({ item, key: key(item) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ item }) => item);
};
