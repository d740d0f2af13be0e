/** Builds that are kept: where they are, what they are named by, which of them go. */
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const kept = 3;

/** Where the build of a selection is published; `deployLab` finds it by the same targets. */
export const buildsDirectory = (root: string): string => join(root, '.latency-lab', 'build');
export const pointerFile = (root: string, targets: readonly string[]): string =>
  join(buildsDirectory(root), `${[...targets].sort().join('+')}.json`);

/** Builds go by age; the newest few stay, because one goes back and forth between selections. */
export const forgetOld = async (root: string): Promise<void> => {
  const directory = buildsDirectory(root);
  const names = (await readdir(directory)).filter((name) => /^[0-9a-f]{16}$/.test(name));
  const ages = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(directory, name))).mtimeMs })),
  );
  for (const { name } of ages.sort((a, b) => b.at - a.at).slice(kept)) {
    await rm(join(directory, name), { recursive: true, force: true });
  }
};

/** What building leaves behind and what does not get into a package. */
const ignored = new Set(['target', 'build', 'node_modules', '__pycache__', 'third_party']);

const filesUnder = async (directory: string): Promise<string[]> => {
  const entries = await readdir(directory, { withFileTypes: true });
  const nested = entries
    .filter(({ name }) => !ignored.has(name) && !name.startsWith('.'))
    .map((entry) => {
      const path = join(directory, entry.name);
      return entry.isDirectory() ? filesUnder(path) : Promise.resolve([path]);
    });
  return (await Promise.all(nested)).flat();
};

/**
 * A key that changes when any of the files or words does: 16 hex digits.
 * @param paths files and directories, from `root`; what is not there counts as empty
 */
export const fingerprint = async (
  root: string,
  paths: readonly string[],
  words: readonly string[],
): Promise<string> => {
  const listed = await Promise.all(
    paths.map((path) => filesUnder(join(root, path)).catch(() => [join(root, path)])),
  );
  const files = listed.flat().sort();
  const contents = await Promise.all(files.map((file) => readFile(file).catch(() => Buffer.alloc(0))));
  const hash = createHash('sha256');
  // Lengths in front: no two different sets of files give the same bytes.
  files.forEach((file, i) => {
    const content = contents[i] ?? Buffer.alloc(0);
    hash.update(`${file.slice(root.length)}\0${content.length}\0`).update(content);
  });
  for (const word of words) hash.update(`${word.length}\0${word}`);
  return hash.digest('hex').slice(0, 16);
};
