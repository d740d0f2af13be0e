/** Directories of tests, gone when the tests of their file are over. Whoever writes there has to have ended by then. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

afterAll(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
});

export const ownDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'latency-lab-test-'));
  made.push(directory);
  return directory;
};
