import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startReaper } from '../../src/local/reaper/reaper.ts';
import { startServer } from '../../src/local/program.ts';
import { root, temporaryDirectory } from './fixtures/bundle.ts';

jest.setTimeout(30_000);

describe('startServer', () => {
  it('stops a server whose log was removed already, as the reaper may do at the end', async () => {
    const directory = temporaryDirectory();
    const reaper = startReaper(root);
    const server = await startServer<{ port: number }>({
      name: 'the server',
      command: [process.execPath, '-e', 'console.log(JSON.stringify({ port: 1 })); process.stdin.resume();'],
      env: { PATH: process.env['PATH'] },
      logFile: join(directory, 'server.log'),
      reaper,
    });
    rmSync(directory, { recursive: true });

    await expect(server.stop()).resolves.toBeUndefined();

    await reaper.close();
  });

  it('says what went wrong and where the log is, without a traceback', async () => {
    const directory = temporaryDirectory();
    const reaper = startReaper(root);
    const logFile = join(directory, 'server.log');
    const started = startServer({
      name: 'the server',
      command: ['python3', '-c', 'def f():\n  raise ValueError("no luck")\nf()'],
      env: { PATH: process.env['PATH'] },
      logFile,
      reaper,
    });
    await expect(started).rejects.toThrow(
      `the server ended unexpectedly (code 1); the end of ${logFile}:\n  ValueError: no luck`,
    );
    expect(readFileSync(logFile, 'utf8')).toContain('Traceback');
    await reaper.close();
  });
});
