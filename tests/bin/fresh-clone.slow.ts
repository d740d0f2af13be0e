import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../local/fixtures/bundle.ts';
import { ownDirectory } from '../support/directory.ts';

// Real processes on a busy machine.
jest.setTimeout(60_000);

describe('a fresh clone', () => {
  const clone = ownDirectory();
  beforeAll(() => {
    for (const name of ['bin', 'package.json', 'package-lock.json'])
      cpSync(join(root, name), join(clone, name), { recursive: true });
  });
  afterEach(() => {
    expect(readdirSync(clone).sort()).toEqual(['bin', 'package-lock.json', 'package.json']);
  });
  const run = (program: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: clone, encoding: 'utf8' });
    return { status, stdout, stderr };
  };

  it('explains itself and tells its version without installing anything', () => {
    const lab = (...args: string[]) => run(process.execPath, 'bin/latency-lab.mjs', ...args);
    expect(lab('help')).toMatchObject({ status: 0, stdout: expect.stringContaining('Usage: latency-lab') });
    expect(lab('run', '--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--stack') });
    expect(lab('--version')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^latency-lab \d/) });
  });

  it('refuses flags that npm swallowed, with the right spelling, before installing anything', () => {
    for (const flag of ['--only=node-dynamodb', '--rounds=3']) {
      const { status, stderr } = run('npm', 'run', 'local', flag);
      expect(stderr).toContain(`npm run local -- ${flag}`);
      expect(status).toBe(2);
    }
  });
});
