import { rmdirSync } from 'node:fs';

/** Control groups that were made to see whether they can be made. */
export const removeEmpty = (directories: readonly string[]): void => {
  for (const directory of directories) {
    try {
      rmdirSync(directory);
    } catch {
      // Never made, or somebody is in it, which is none of ours.
    }
  }
};
