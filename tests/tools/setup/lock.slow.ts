import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../local/fixtures/bundle.ts';
import { ownDirectory } from '../../support/directory.ts';
import { eventually } from '../../local/fixtures/processes.ts';

// Real processes on a busy machine.
jest.setTimeout(60_000);

const run = promisify(execFile);

describe('cached, between processes', () => {
  const directory = ownDirectory();

  /** A program that asks for a tool whose building takes a while and is written down. */
  const asks = (name: string, buildMs: number) => [
    '--input-type=module',
    '-e',
    `import { appendFileSync, writeFileSync } from 'node:fs';
     import { cached } from ${JSON.stringify(join(root, 'tools', 'setup', 'cache.mjs'))};
     const build = async (dir) => {
       appendFileSync('${directory}/${name}.builds', 'built\\n');
       await new Promise((resolve) => setTimeout(resolve, ${buildMs}));
       writeFileSync(dir + '/tool', '');
     };
     console.log(await cached({ cache: '${directory}', name: '${name}', key: ['1'], probe: 'tool', build }));`,
  ];
  const buildsOf = (name: string) =>
    readFileSync(join(directory, `${name}.builds`), 'utf8')
      .trim()
      .split('\n').length;

  it('builds once when several ask at the same time', async () => {
    const three = await Promise.all([1, 2, 3].map(() => run(process.execPath, asks('shared', 800))));
    expect(new Set(three.map(({ stdout }) => stdout)).size).toBe(1);
    expect(existsSync(join(three[0]?.stdout.trim() ?? '', 'tool'))).toBe(true);
    expect(buildsOf('shared')).toBe(1);
  });

  it('goes on when the one who was building is killed', async () => {
    const killed = spawn(process.execPath, asks('crash', 600_000));
    await eventually('it builds', () => existsSync(join(directory, 'crash.builds')));
    const waiting = run(process.execPath, asks('crash', 10));
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(existsSync(join((await waiting).stdout.trim(), 'tool'))).toBe(true);
    expect(buildsOf('crash')).toBe(2);
  });
});
