/** Levenshtein distance: insertions, deletions and replacements that turn one word into the other. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, charA] of a.split('').entries()) {
    const next = [i + 1];
    for (const [j, charB] of b.split('').entries()) {
      const replaced = (row[j] ?? 0) + (charA === charB ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
};

/** The known word that was probably meant: at most a third of its letters off, rounded up; undefined where none is near. */
export const nearest = (word: string, known: readonly string[]): string | undefined => {
  const scored = known.map((candidate) => ({ candidate, off: distance(word, candidate) }));
  const [best] = scored.sort((a, b) => a.off - b.off);
  return best !== undefined && best.off <= Math.ceil(best.candidate.length / 3) ? best.candidate : undefined;
};
