import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPython } from '../../../tools/setup/python.mjs';
import { ownDirectory } from '../../support/directory.ts';

// Real processes on a busy machine.
jest.setTimeout(60_000);

describe('findPython', () => {
  const directory = ownDirectory();
  /** A program that answers as a Python of that version would. */
  const fake = (name: string, answer: string): string => {
    const file = join(directory, name);
    writeFileSync(file, `#!/bin/sh\necho '${answer}'\n`);
    chmodSync(file, 0o755);
    return file;
  };
  const find = (LATENCY_LAB_PYTHON: string) => findPython({ LATENCY_LAB_PYTHON });

  it('takes one that is recent enough and has venv', async () => {
    const python = fake('good', '[[3, 10, 0], true]');
    expect(await find(python)).toBe(python);
  });

  it('refuses one that is too old, and says what to install', async () => {
    await expect(find(fake('old', '[[3, 9, 18], true]'))).rejects.toThrow(
      /no usable Python: .*old is Python 3\.9\.18, older than 3\.10\. Install Python 3\.10 or later \(Debian/,
    );
  });

  it('refuses one without venv, and says which package has it', async () => {
    await expect(find(fake('bare', '[[3, 11, 2], false]'))).rejects.toThrow(
      /bare is Python 3\.11\.2, without its venv module .*apt-get install python3-venv/,
    );
  });

  it('says that there is none', async () => {
    await expect(find(join(directory, 'there-is-none'))).rejects.toThrow(
      /no Python found .*Install Python 3\.10 or later/,
    );
  });

  it('does not take what prints something else for a Python', async () => {
    await expect(find(fake('odd', 'hello'))).rejects.toThrow(/no Python found/);
  });
});
