import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startReaper } from '../../src/local/reaper/reaper.ts';
import { startServer } from '../../src/local/program.ts';
import { root } from './fixtures/bundle.ts';
import { ownDirectory } from '../support/directory.ts';

jest.setTimeout(30_000);

describe('startServer', () => {
  const reaper = startReaper(root);
  afterAll(() => reaper.close());
  const start = (directory: string, ...command: [string, ...string[]]) =>
    startServer({
      name: 'the server',
      command,
      env: { PATH: process.env['PATH'] },
      logFile: join(directory, 'server.log'),
      reaper,
    });

  it('stops a server whose log was removed already, as the reaper may do at the end', async () => {
    const directory = ownDirectory();
    const ready = 'console.log(JSON.stringify({ port: 1 })); process.stdin.resume();';
    const server = await start(directory, process.execPath, '-e', ready);
    rmSync(directory, { recursive: true });
    await expect(server.stop()).resolves.toBeUndefined();
  });

  it('says what went wrong and where the log is, without a traceback', async () => {
    const directory = ownDirectory();
    const logFile = join(directory, 'server.log');
    await expect(
      start(directory, 'python3', '-c', 'def f():\n  raise ValueError("no luck")\nf()'),
    ).rejects.toThrow(
      `the server ended unexpectedly (code 1); the end of ${logFile}:\n  ValueError: no luck`,
    );
    expect(readFileSync(logFile, 'utf8')).toContain('Traceback');
  });
});
