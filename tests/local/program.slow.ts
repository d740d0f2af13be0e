import { rmSync } from 'node:fs';
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
});
